"""Readings and checks: of two readings of a quarter hour the one wins that Kafka got later; who accepted is checked
once, against the mean of the same quarter hours on earlier weekdays, when all readings are there or the deadline has
come. Readings that come or change behind a check have it done again, by timers: what comes to other figures is a
correction, the check's next version."""

from fractions import Fraction
from itertools import islice
from types import SimpleNamespace

from ..step import WORDS
from ..values import (
    CAPACITY,
    LATEST,
    POINTS,
    QUARTER_TENTHS,
    Number,
    Refusal,
    answer,
    clean,
    decode,
    field,
    from_iso,
    integer,
    malformed,
    optional_time,
    order_id,
    readings,
    resource_id,
    tenths,
    text,
    time,
    to_iso,
    user_id,
)
from . import accepted_orders, kept_markets, load, own, settlements, sums
from .arrivals import arrival, decode as decode_arrivals, encode as encode_arrivals
from .baselines import Comparison, adjusted, joined, mean_of_weekdays, obstacle
from .contradictions import check_changed, check_saved, check_started
from .market import BUILT_IN, Wrong, check as check_market, chosen, compact, date_of, offset_of, read_changed, rules_on
from .quarters import PER_DAY, QUARTER, Order, day_name, rounded
from .response_messages import kind_of, read_changed as read_changed_order, read_started
from .sweep import Sweep, arm, kepco_parts

LEAD = 24 * 3_600_000
DELETIONS = 8
# Days that a check names as not used.
NAMED = 60
# Checks of one customer that wait for readings, and that may be corrected.
WAITING, RECENT = 32, 64
# So much overdue, a timer is gone.
GONE = 3_600_000
DAY_MS = 86_400_000
# Days that are averaged, of all parts of an order.
AVERAGED = 100
# Energy that messages hold, in Wh, and that of a quarter hour in thousandths.
ORDER_WH = (-(10**12), 10**12)
# Checks that are done in one step when their market has come.
STEP = 8
# Fields and elements of parts of an order that a check names.
PARTS = 4000
# What versions of a check differ in.
FIGURES = ("baselineWh", "usedWh", "reducedWh", "adjustPoint", "isReal")


class Kepco:
    context = "kepco"
    tables = {"days", "checks", "waiting"}
    own_topics = ("kepco.commands", "kepco.readings", "kepco.history")
    # What it says to itself, too, counts from when Kafka received it.
    commands = ("SumResource", "TargetResource", "SettlePoints", "SettledPart")

    def __init__(self, settings):
        self.settings = settings
        self.sweep = Sweep(settings, kepco_parts(self))
        self.offset = settings.utc_offset_ms // QUARTER
        # Customers whose readings come from two topics: only there can a repeated reading have been a new one.
        self.shared = set()
        self.refused = ()
        self.handlers = {
            "MeterReading": (read_reading, lambda reading: reading[0], self.record),
            "MeterReadings": (read_readings, lambda reading: reading[0], self.record),
            "MarketChanged": (read_changed, lambda _: None, self.take_market),
            "DRstarted": (read_started, lambda _: None, lambda step, order: sums.tell(step, order, 0, check_started)),
            "DrChanged": (
                read_changed_order, lambda _: None,
                lambda step, order: sums.tell(step, order, order["version"], check_changed)),
            "TargetResource": (
                sums.read_target, lambda told: told["resource"], lambda step, told: sums.take_target(self, step, told)),
            "SumResource": (sums.read, lambda sent: sent["resource"], lambda step, sent: sums.take(self, step, sent)),
            "SettledPart": (
                settlements.read_part, lambda sent: sent["resource"],
                lambda step, sent: settlements.take_part(
                    self, lambda *more: sums.say_again(self, *more), step, sent)),
            "SettlePoints": (
                settlements.read_step, lambda _: None, lambda step, sent: settlements.take_step(self, step, sent)),
            "AcceptChosen": (read_saved, lambda chosen: chosen["userId"], lambda step, one: load.accept(self, step, one)),
            "DenyChosen": (read_named, lambda chosen: chosen["userId"], lambda step, one: load.leave(self, step, one)),
            "Listchanged": (read_changed_entry, lambda changed: changed["userId"], lambda step, one: load.change(self, step, one)),
            "Listcancelled": (
                read_cancelled, lambda cancelled: cancelled["userId"], lambda step, one: load.leave(self, step, one)),
            "Listsaved": (read_saved, lambda saved: saved["userId"] if saved["answer"] == "accept" else None, self.take),
        }

    def prepare(self, log, effects):
        self.refused = effects.letters
        for topic in ("kepco.commands", "kepco.internal", "kepco.history", "kepco.deadletters"):
            for record in log.all(topic):
                try:
                    self.shared.add(user_id(decode(record), "userId"))
                except Refusal:
                    continue

    def nows(self, upcoming):
        """The deadline of a check says what the clock said when it was asked for, if that was behind the
        order's end."""
        for key, row in upcoming[:4]:
            if key.startswith("checks/") and row is not None and "deadline" in row:
                yield from_iso(row["deadline"]) - self.settings.readings_deadline_ms
        # Several checks have all their readings: a timer does them from now on.
        for key, row in upcoming:
            if key.startswith("timers/") and row is not None:
                due, kind = key.split("/", 3)[1:3]
                if kind in ("complete", "market"):
                    yield int(due)
                elif kind == "correct":
                    yield int(due) - self.settings.corrections_delay_ms

    def day(self, quarter):
        return (quarter + self.offset) // PER_DAY

    def fire(self, step, kind, identity):
        if kind == "complete":
            history = History(self, step, identity)
            complete = self.complete(step, identity, history, lambda order: True)
            if complete:
                self.check(step, *complete[0], history)
            if len(complete) > 1:
                step.set_timer("complete", identity, step.time)
            return
        if kind == "correct":
            self.correct(step, identity)
            return
        if kind == "sweep":
            self.sweep.fire(step, identity)
            return
        if kind == "market":
            self.check_some(step, identity)
            return
        if kind == "sum":
            sums.send(step, identity)
            return
        if kind == "total":
            sums.say(self, step, identity)
            return
        if kind == "settlement":
            settlements.begin(self, step, identity)
            return
        if kind == "settling":
            settlements.settle_some(self, step, identity)
            return
        if kind != "readings":
            return
        check = step.get(f"checks/{identity}")
        if check is not None and "isReal" in check:
            return
        if check is None:
            step.delete(f"waiting/{identity}")
            return
        is_last = step.time >= last_deadline(check)
        rules = self.rules_of(step, check, deadline_of(check)) or (self.own(WORDS) if is_last else None)
        if rules is None:
            self.wait_for_market(step, identity, check)
            return
        if is_last:
            step.delete(f"waiting///for/{check['market']:013d}/{identity}")
        step.delete(f"waiting/{identity}")
        self.evaluate(step, identity, check, order_of(check), rules, History(self, step, identity.partition("/")[0]))

    # Readings

    def record(self, step, reading):
        user, starts, wh = reading
        first = self.admit(step, wh, starts)
        before = len(step.writes)
        has_new_day = has_new = False
        position = 0
        while position < len(wh):
            start = (first + position + self.offset) % PER_DAY
            end = min(position + PER_DAY - start, len(wh))
            day = self.day(first + position)
            is_new_day, is_new = self.record_day(step, user, day, start, wh[position:end])
            has_new_day, has_new = has_new_day or is_new_day, has_new or is_new
            position = end
        step.is_final = user not in self.shared
        if has_new:
            probe = step.writes[before][0]
            recent = step.get(f"waiting//{user}")
            if has_new_day:
                self.delete_old(step, user, recent)
            if recent is not None:
                self.mark(step, user, recent, probe, lambda check: self.looks_at(check, first, first + len(wh)))
            self.check_waiting(step, user, first, first + len(wh), probe)
            load.read(self, step, user, first, first + len(wh))

    def admit(self, step, wh, starts):
        """Near a limit it is the clock that decides, which is known only roughly: then what was done is right."""
        was_refused = step.record.source in self.refused
        late, ahead = (step.latest, step.earliest) if was_refused else (step.earliest, step.latest)
        if starts % QUARTER:
            raise malformed("startsAt")
        first = starts // QUARTER
        there = [position for position, value in enumerate(wh) if value is not None]
        if not there:
            raise malformed("no reading")
        if self.day(first + there[0]) < self.day(late // QUARTER) - self.settings.days_kept:
            raise Refusal("late")
        if (first + there[-1]) * QUARTER > ahead + LEAD:
            raise Refusal("refused", "in the future")
        return first

    def record_day(self, step, user, day, start, wh):
        """Whether the day is a new one, and whether a reading is: one that says the same again is only a later one."""
        key = f"days/{user}/{day_name(day)}"
        before = step.get(key)
        known = tenths_of(before) if before else []
        known += [None] * (PER_DAY - len(known))
        arrivals = decode_arrivals(before.get("arrived", "") if before else "")
        merged, mine = list(known), arrival(step.record)
        has_later = False
        for position, new in enumerate(wh, start):
            if new is None or known[position] is not None and arrivals[position] > mine:
                continue
            has_later = has_later or known[position] != new or arrivals[position] != mine
            merged[position], arrivals[position] = new, mine
        if not has_later:
            return False, False
        arrived = encode_arrivals(arrivals, [value is not None for value in merged])
        row = list(merged)
        while row[-1] is None:
            row.pop()
        step.put(key, row_of(row) | {"arrived": arrived})
        return before is None, merged != known

    def delete_old(self, step, user, recent):
        """What a check may look at that can be corrected stays."""
        waiting = [step.get(f"waiting/{key}") for key in self.waiting(step, user)]
        checks = waiting + (recent["checks"] if recent else [])
        days = [self.day(step.latest // QUARTER)]
        days += [self.day(from_iso(check["startsAt"]) // QUARTER) for check in checks]
        oldest = f"{user}/{day_name(min(days) - self.settings.days_kept)}"
        old = []
        first = list(islice(step.scan("days", f"{user}/"), 2))
        for other in step.scan("days", f"{user}/"):
            if other >= oldest or len(old) == DELETIONS:
                break
            old.append(other)
        for other in old:
            step.delete(f"days/{other}")
        if len(first) == 1:
            arm(step)

    def old_days(self, step, user, first, limit):
        """Days that no reading deletes; as they are then."""
        days = [self.day(step.time // QUARTER)]
        if first >= f"{user}/{day_name(days[0] - self.settings.days_kept)}":
            return []
        recent = step.get(f"waiting//{user}")
        waiting = [step.get(f"waiting/{key}") for key in self.waiting(step, user)]
        checks = waiting + (recent["checks"] if recent else [])
        days += [self.day(from_iso(check["startsAt"]) // QUARTER) for check in checks]
        oldest = f"{user}/{day_name(min(days) - self.settings.days_kept)}"
        return [day for day in islice(step.scan("days", f"{user}/"), limit) if day < oldest]

    # Checks

    def take(self, step, saved):
        if saved["answer"] != "accept":
            load.leave(self, step, saved)
            return
        try:
            if saved["endsAt"] is not None:
                self.sweep.check_age(step, saved["endsAt"])
            self.ask(step, saved)
            arm(step)
        except Refusal as refusal:
            # A check that never comes takes no place.
            if step.get(f"checks/{saved['userId']}/{saved['drId']}") is not None or not load.leave(self, step, saved):
                raise
            step.letter(step.record.source, refusal.kind, step.origin.source)

    def ask(self, step, saved):
        user, name = saved["userId"], saved["drId"]
        identity = f"{user}/{name}"
        if step.get(f"checks/{identity}") is not None:
            raise Refusal("conflict")
        if saved["endsAt"] is None:
            raise malformed("endsAt")
        check_saved(saved)
        order = Order(saved["startsAt"], saved["endsAt"])
        history = History(self, step, user)
        has_all = history.has_all(order)
        times = {"startsAt": to_iso(saved["startsAt"]), "endsAt": to_iso(saved["endsAt"])}
        check = {"userName": saved["userName"], **times, **saved["kind"], **saved["resource"]}
        mine = {"drId": name, **times}
        stretches, days = accepted_orders.claim(step, user, mine, self.reach(order))
        rules = self.rules_of(step, check) if has_all else None
        if rules is None and len(self.waiting(step, user)) == WAITING:
            raise Refusal("refused", "too many checks wait")
        now = step.now(f"checks/{identity}")
        deadline = min(max(saved["endsAt"], now) + self.settings.readings_deadline_ms, LATEST)
        check = step.with_trace({**check, "deadline": to_iso(deadline)})
        self.rules_of(step, check, deadline)
        if stretches:
            check["countedFor"] = stretches
        if rules is not None:
            self.evaluate(step, identity, check, order, rules, history)
        else:
            if "resource" in check:
                check["inSum"] = "accepted"
            step.put(f"checks/{identity}", check)
            sums.change(self, step, identity, None, check)
            if has_all:
                self.wait_for_market(step, identity, check)
            else:
                step.put(f"waiting/{identity}", times)
                step.set_timer("readings", identity, deadline)
        for key, row in days.items():
            step.put(key, row)
        # What has been compared with these days, by a later order, is done again.
        if (recent := step.get(f"waiting//{user}")) is not None:
            self.mark(
                step, user, recent, f"checks/{identity}",
                lambda one: self.oldest(one) < order.end and order.first < from_iso(one["startsAt"]) // QUARTER and bool(order.shares))

    @staticmethod
    def waiting(step, user):
        """The first checks of a customer that wait."""
        return list(islice(step.scan("waiting", f"{user}/"), WAITING))

    def complete(self, step, user, history, touches):
        """The first two checks that wait for readings and have all of them, of those with an order that is meant."""
        found = []
        for key in self.waiting(step, user):
            row = step.get(f"waiting/{key}")
            order = Order(from_iso(row["startsAt"]), from_iso(row["endsAt"]))
            if len(found) < 2 and "forMarket" not in row and touches(order) and history.has_all(order):
                found.append((key, order))
        return found

    def check(self, step, key, order, history):
        check = step.get(f"checks/{key}")
        if check is None or "isReal" in check:
            step.delete(f"waiting/{key}")
            return
        step.cancel("readings", key, from_iso(check["deadline"]))
        rules = self.rules_of(step, check, deadline_of(check))
        if rules is None:
            self.wait_for_market(step, key, check)
            return
        step.delete(f"waiting/{key}")
        self.evaluate(step, key, check, order, rules, history)

    def check_waiting(self, step, user, first, end, probe):
        """One check that has all its readings is done at once, several by timers one after the other."""
        history = History(self, step, user)
        complete = self.complete(
            step, user, history, lambda order: order.first < end and first < order.first + len(order.shares)
        )
        if len(complete) == 1:
            self.check(step, *complete[0], history)
        elif complete:
            step.set_timer("complete", user, step.now(probe))

    # Corrections

    def is_old(self, check, time):
        return "markedAt" not in check and from_iso(check["deadline"]) + self.settings.corrections_days * DAY_MS < time

    def remember(self, step, identity, check):
        """A check that has been done: the latest of a customer can be corrected."""
        user, _, name = identity.partition("/")
        starts, ends, deadline = (from_iso(check[name]) for name in ("startsAt", "endsAt", "deadline"))
        if not self.settings.corrections_days or starts == ends:
            return
        recent = step.get(f"waiting//{user}") or {"checks": []}
        about = deadline - self.settings.readings_deadline_ms
        checks = [one for one in recent["checks"] if not self.is_old(one, about)][1 - RECENT :]
        mine = {"drId": name, **{name: check[name] for name in ("startsAt", "endsAt", "deadline")}}
        step.put(f"waiting//{user}", {**recent, "checks": [*checks, mine]})

    def mark(self, step, user, recent, probe, is_meant):
        """Marks the checks that what has come can change; one timer does them."""
        time = step.record.time
        was_marked = any("markedAt" in check for check in recent["checks"])
        checks = [
            {"markedAt": to_iso(time), **check} if is_meant(check) else check
            for check in recent["checks"]
            if not self.is_old(check, time)
        ]
        row = {**recent, "checks": checks}
        is_timed = was_marked and "due" in recent and time <= from_iso(recent["due"]) + GONE
        if any("markedAt" in check for check in checks) and not is_timed:
            self.set_correction(step, user, row, step.now(probe))
        if not checks:
            step.delete(f"waiting//{user}")
        elif row != recent:
            step.put(f"waiting//{user}", row)

    def set_correction(self, step, user, row, time):
        due = time + self.settings.corrections_delay_ms
        if "due" in row:
            due = max(due, from_iso(row["due"]) + 1)
        row["due"] = to_iso(due)
        step.set_timer("correct", user, due)

    def looks_at(self, check, first, end):
        """From the first of the days that may be references up to the order's end."""
        return self.oldest(check) < end and first < -(-from_iso(check["endsAt"]) // QUARTER)

    def oldest(self, check):
        """The first quarter hour that a check may look at."""
        return (self.day(from_iso(check["startsAt"]) // QUARTER) - self.settings.days_kept) * PER_DAY - self.offset

    def correct(self, step, user):
        """Does the check again that has been marked the longest."""
        recent = step.get(f"waiting//{user}")
        marked = [check for check in recent["checks"] if "markedAt" in check] if recent else []
        if not marked:
            return
        mine = min(marked, key=lambda check: from_iso(check["markedAt"]))
        checks = [
            {name: value for name, value in check.items() if name != "markedAt"} if check is mine else check
            for check in recent["checks"]
        ]
        row = {**recent, "checks": checks}
        if len(marked) > 1:
            self.set_correction(step, user, row, step.time)
        step.put(f"waiting//{user}", row)
        identity = f"{user}/{mine['drId']}"
        check = step.get(f"checks/{identity}")
        if check is None or "isReal" not in check:
            return
        # By the same rules as first.
        if (rules := self.rules_of(step, check, deadline_of(check))) is not None:
            self.evaluate(step, identity, check, order_of(check), rules, History(self, step, user))

    # Markets

    def take_market(self, step, changed):
        version, market = changed
        try:
            check_market(market, strict=False)
        except Wrong:
            raise malformed("no market") from None
        if market["version"] != version:
            raise Refusal("refused", "another version")
        key, is_kept = kept_markets.key_of(version), kept_markets.has(step, version)
        before = BUILT_IN if version == BUILT_IN["version"] else (step.get(key) or {}).get("market") if is_kept else None
        if before is not None:
            if compact(before) != compact(market):
                raise Refusal("conflict", "other contents")
            return
        old = [] if is_kept else kept_markets.add(step, version, step.until_now(step.record.time))
        if old is None:
            return
        now = step.now(key) if (waits := any(step.scan("waiting", f"//for/{version:013d}/"))) else None
        for other in old:
            step.delete(other)
        step.put(key, {"version": version, "market": market})
        if waits:
            step.set_timer("market", f"{version:013d}", now)

    def own(self, by_settings=None):
        """Rules as kepco is set."""
        settings = self.settings
        return SimpleNamespace(
            method={"name": WORDS, **mean_of_weekdays(settings.reference_days)}, rate=settings.milli_points_per_wh,
            holidays=(), offset=self.offset, by_settings=by_settings, is_of_market=False, is_shared=False)  # fmt: skip

    def rules_of(self, step, check, deadline=None):
        """By what a check is done; None as long as its market is not known.

        Where there is a deadline, the market is kept from now on as long as what has it."""
        if "kind" not in check:
            return self.own()
        if "bySettings" in check:
            return self.own(check["bySettings"])
        version = check["market"]
        market = BUILT_IN if version == BUILT_IN["version"] else None
        if market is None and kept_markets.has(step, version):
            if deadline is not None:
                kept_markets.need(step, version, deadline, self.sweep.retention, self.settings.corrections_days)
            market = (step.get(kept_markets.key_of(version)) or {}).get("market")
        if market is None:
            return None
        kinds = [kind for kind in market["kinds"] if kind["id"] == check["kind"]]
        rules = rules_on(kinds[0], date_of(market, from_iso(check["startsAt"]))) if kinds else None
        if rules is not None and "resourceMethod" in check:
            method = chosen(rules, check["resourceMethod"])
            rules = None if method is None else rules | {"method": method}
        if rules is None or rules.get("method") and obstacle(rules["method"]):
            return self.own(WORDS)
        found = self.own()
        found.holidays, found.offset = market["holidays"]["days"], offset_of(market) // 15
        found.method = rules.get("method") or found.method
        found.is_of_market = bool(rules.get("method"))
        if (points := rules.get("pointsPerWh")) is not None:
            found.rate = int(points * 1000)
            found.is_shared = rules.get("pointsBy") == "resource"
        return found

    @staticmethod
    def wait_for_market(step, identity, check):
        version = check["market"]
        times = {"startsAt": check["startsAt"], "endsAt": check["endsAt"]}
        step.put(f"waiting/{identity}", {**times, "forMarket": version})
        step.put(f"waiting///for/{version:013d}/{identity}", {"forMarket": version})
        step.set_timer("readings", identity, last_deadline(check))

    def check_some(self, step, version):
        """Those that wait for a market which has come, some at a time."""
        prefix = f"//for/{version}/"
        keys = list(islice(step.scan("waiting", prefix), STEP + 1))
        for key in keys[:STEP]:
            step.delete(f"waiting/{key}")
            identity = key[len(prefix) :]
            check = step.get(f"checks/{identity}")
            if check is None or "isReal" in check:
                step.delete(f"waiting/{identity}")
            elif (rules := self.rules_of(step, check, deadline_of(check))) is not None:
                step.cancel("readings", identity, last_deadline(check))
                step.delete(f"waiting/{identity}")
                self.evaluate(
                    step, identity, check, order_of(check), rules, History(self, step, identity.partition("/")[0]))
        if len(keys) > STEP:
            step.set_timer("market", version, step.time)

    def compare(self, order, rules, wh, excluded=(), first=None):
        """The order's parts, each with its own choice of days; no day before those that are kept is looked at."""
        oldest = self.reach(order)

        def comparison(order):
            return Comparison(
                rules.method, order, lambda quarter: None if quarter < oldest else wh(quarter), offset=rules.offset,
                days_kept=self.settings.days_kept, holidays=rules.holidays, excluded=excluded)  # fmt: skip

        mine = comparison(order)
        return mine.parts(), mine.intervals, comparison(first or order).amount() if order.shares else None

    def reach(self, order):
        return (self.day(order.first) - self.settings.days_kept) * PER_DAY - self.offset

    def compared(self, step, identity, order, rules, history):
        """With the customer's other orders."""
        user, _, name = identity.partition("/")
        excluded, first = (), None
        if rules.is_of_market:
            others = accepted_orders.others(step, user, name, self.reach(order), order)
            excluded = accepted_orders.days_of(others, rules.offset)
            first = accepted_orders.first_of_day(order, others, rules.offset)
        return *self.compare(order, rules, history.wh, excluded, first and order_of(first)), first

    def figures(self, step, identity, one, order):
        """What an order comes to as far as its readings have come; None where none has, or its market has not."""
        history = History(self, step, identity.partition("/")[0])
        used = [history.wh(quarter) for quarter in order.quarters]
        rules = self.rules_of(step, one) if any(wh is not None for wh in used) else None
        if rules is None:
            return None
        parts, intervals, amount, _ = self.compared(step, identity, order, rules, history)
        return reduction(order, used, parts, intervals, rules.method, frozenset(), amount)

    def pay(self, step, identity, points, sharing):
        """Whether the check is done once more, for what a settlement of the resource pays."""
        check = step.get(f"checks/{identity}")
        if check is None or "pointsBy" not in check or check["adjustPoint"] == (points if check["isReal"] else 0):
            return False
        if (rules := self.rules_of(step, check, deadline_of(check))) is None:
            return False
        history = History(self, step, identity.partition("/")[0])
        self.evaluate(step, identity, check, order_of(check), rules, history, points, sharing)
        return True

    def evaluate(self, step, identity, check, order, rules, history, payment=None, sharing=None):
        user, _, name = identity.partition("/")
        is_first = "isReal" not in check
        used = [history.wh(quarter) for quarter in order.quarters]
        parts, intervals, amount, first = self.compared(step, identity, order, rules, history)
        elsewhere = check.get("countedFor", [])
        taken = {quarter - order.first for one in elsewhere for quarter in accepted_orders.quarters_of(one)}
        figures = reduction(order, used, parts, intervals, rules.method, taken, amount)
        reduced = figures["reducedWh"]
        is_real = reduced > 0
        # A correction pays what a Wh brought at first.
        rate = check.get("milliPointsPerWh", rules.rate)
        points = min(rounded(reduced * rate, 1000), POINTS[1]) if is_real else 0
        names = ("pointsBy", "settlement", "shareWh", "ofWh", "resourcePoints")
        is_shared = rules.is_shared and "resource" in check if is_first else "pointsBy" in check
        shared = {"pointsBy": "resource"} if is_shared else {}
        shared |= sharing or {name: check[name] for name in names if name in check}
        if is_shared:
            # As a settlement has it, and nothing before the first.
            points = check.get("adjustPoint", 0) if payment is None else payment
            points = points if is_real else 0
        found = {
            "baselineWh": figures["baselineWh"],
            "usedWh": figures["usedWh"],
            "reducedWh": reduced,
            "adjustPoint": points,
            "isReal": is_real,
        }
        in_sum = {"inSum": "counted" if figures["isCounted"] else "leftOut"} if "resource" in check else {}
        in_sum |= own.of_customer(self, check, order, rules, history)
        kept = {name: value for name, value in check.items() if name not in own.NAMES}
        if all(check.get(name) == found[name] for name in FIGURES):
            if any(check.get(name) != in_sum.get(name) for name in ("inSum", *own.NAMES)):
                step.put(f"checks/{identity}", {**kept, **in_sum})
                settlements.share(step, identity, {**kept, **in_sum})
                sums.change(self, step, identity, check, {**kept, **in_sum})
            return
        version = {} if is_first else {"version": check.get("version", 1) + 1}
        by_settings = {} if rules.by_settings is None else {"bySettings": rules.by_settings}
        done = {**kept, **found, **version, "milliPointsPerWh": rate, **by_settings, **shared, **in_sum}
        step.put(f"checks/{identity}", done)
        settlements.share(step, identity, done)
        change = load.of_figures(figures, check["startsAt"], taken) if is_first else {}
        change = load.replaced(self, step, user, name, check, change) if is_first else {}
        sums.change(self, step, identity, check, done, change)
        if is_first:
            self.remember(step, identity, check)
        response = f"{name}.{user}"
        fields = {
            "id": response,
            "drId": name,
            "userId": user,
            "userName": check["userName"],
            **({"resource": check["resource"]} if "resource" in check else {}),
            "responseId": response,
            "responseAnswer": "accept",
            **found,
            **shared,
            **version,
            "method": rules.method["name"],
            **{name: check[name] for name in ("market", "kind", "resourceMethod") if name in check},
            **by_settings,
            **({"countedFor": elsewhere} if elsewhere else {}),
            "days": figures["days"][:AVERAGED],
            "quarterBaselineWh": [thousandths(milli) for milli in figures["quarterBaselineMilliWh"]],
            "quarterUsedWh": [thousandths(milli) for milli in figures["quarterUsedMilliWh"]],
        }
        if any(wh is not None for wh in used):
            fields |= explanation(check, order, figures["others"], parts, rules.method)
            if rules.method.get("adjustment"):
                fields |= adjustment_of(rules.method["adjustment"], amount, first)
        if not is_real:
            fields["reason"] = WORDS
        with step.within(check):
            step.say("kepco.events", "ReductionCheck", user, fields, earliest=from_iso(check["endsAt"]))


def order_of(check):
    return Order(from_iso(check["startsAt"]), from_iso(check["endsAt"]))


def deadline_of(check):
    return from_iso(check["deadline"])


def last_deadline(check):
    """Until then a check waits for its market."""
    return min(from_iso(check["deadline"]) + DAY_MS, LATEST)


def explanation(check, order, others, parts, method):
    more = len(others) - NAMED
    own = [
        {"startsAt": to_iso((order.first + part.positions[0]) * QUARTER), "days": [day_name(day) for day in part.days]}
        for part in parts
    ]
    if sum(3 + len(part["days"]) for part in own) > PARTS:
        own = []
    return {
        "startsAt": check["startsAt"],
        "endsAt": check["endsAt"],
        "notUsed": others[:NAMED],
        **({"moreNotUsed": more} if more > 0 else {}),
        "gapOfReference": method.get("gapOfReference") or "leaveOut",
        "gapOfOrder": method.get("gapOfOrder") or "hour",
        **({"parts": own} if len({tuple(part["days"]) for part in own}) > 1 else {}),
    }


def adjustment_of(adjustment, amount, first):
    kind = adjustment.get("kind") or "additive"
    fields = {"adjustmentKind": kind, **({"adjustmentOrder": first["drId"]} if first else {})}
    if amount is None:
        return fields | {"noAdjustment": WORDS}
    if kind == "ratio":
        return fields | {"adjustmentFactor": Number(f"{min(rounded(amount * 10**6, 1), 10**12)}e-6")}
    return fields | {"adjustmentWh": thousandths(within(rounded(amount * 100, 1)))}


def within(figure):
    return min(max(figure, ORDER_WH[0]), ORDER_WH[1])


def thousandths(milli):
    return None if milli is None else Number(f"{milli}e-3")


def reduction(order, used, parts, intervals, method, taken=frozenset(), amount=None):
    """What was reduced, by the share that the order covers of each quarter hour: exact, and rounded once. An interval
    without a reference or with a gap does not count; with the rule for customers a gap takes all of them out. Quarter
    hours that are another order's are as if they were none."""
    days, sums, count, others = joined(parts)
    if amount is not None:
        values = [None if total is None else Fraction(total, count) for total in sums]
        sums, count = adjusted(values, intervals, method["adjustment"], amount), 1
    # Readings are tenths of a Wh.
    divisor = count * QUARTER * 10
    base_parts = [None if total is None else total * share for total, share in zip(sums, order.shares)]
    used_parts = [None if wh is None else wh * count * share for wh, share in zip(used, order.shares)]
    own = [[position for position in positions if position not in taken] for positions in intervals]
    is_out = method.get("gapOfOrder") == "customer" and any(used[position] is None for positions in own for position in positions)
    counted = [
        position
        for positions in own
        if not is_out and all(base_parts[one] is not None and used[one] is not None for one in positions)
        for position in positions
    ]
    shown = counted or [position for position in range(len(order.shares)) if position not in taken]
    base, use = (sum(some[position] or 0 for position in shown) for some in (base_parts, used_parts))

    def milli(parts):
        return [None if part is None else within(rounded(part * 1000, divisor)) for part in parts]

    return {
        "days": days,
        "others": others,
        "baselineWh": within(rounded(base, divisor)),
        "usedWh": rounded(use, divisor),
        "reducedWh": within(rounded(base - use, divisor)) if counted else 0,
        "isCounted": bool(counted),
        "quarterBaselineMilliWh": milli(base_parts),
        "quarterUsedMilliWh": milli(used_parts),
    }


def tenths_of(row):
    """A day's readings: rows have whole Wh, and the tenths as digits beside them where there are any."""
    digits = row.get("tenths", "")
    return [
        None if wh is None else wh * 10 + int(digits[position : position + 1] or 0)
        for position, wh in enumerate(row["wh"])
    ]


def row_of(readings):
    digits = "".join(str((tenths or 0) % 10) for tenths in readings).rstrip("0")
    return {"wh": [None if one is None else one // 10 for one in readings], **({"tenths": digits} if digits else {})}


class History:
    """A customer's readings; each day's row is looked up once."""

    def __init__(self, rules, step, user):
        self.rules, self.step, self.user = rules, step, user
        self.days = {}

    def wh(self, quarter):
        day = self.rules.day(quarter)
        if day not in self.days:
            row = self.step.get(f"days/{self.user}/{day_name(day)}")
            self.days[day] = tenths_of(row) if row else ()
        values = self.days[day]
        position = (quarter + self.rules.offset) % PER_DAY
        return values[position] if position < len(values) else None


    def has_all(self, order):
        return None not in [self.wh(quarter) for quarter in order.quarters]


def read_reading(fields):
    user, starts = clean(user_id(fields, "userId")), time(fields, "startsAt")
    if interval(fields) != 15:
        raise malformed("intervalMin")
    return user, starts, [tenths(fields, "wh")]


def read_readings(fields):
    user, starts = clean(user_id(fields, "userId")), time(fields, "startsAt")
    minutes = interval(fields)
    if minutes not in (5, 15):
        raise malformed("intervalMin")
    values = readings(fields, "wh")
    if minutes == 15:
        return user, starts, values
    if len(values) % 3:
        raise malformed("no whole quarter hours")
    triples = [values[first : first + 3] for first in range(0, len(values), 3)]
    sums = [None if None in triple else sum(triple) for triple in triples]
    if any(one is not None and one > QUARTER_TENTHS[1] for one in sums):
        raise malformed("more than a quarter hour has")
    return user, starts, sums


def interval(fields):
    """Minutes that a value is of."""
    return 15 if field(fields, "intervalMin") is None else integer(fields, "intervalMin", (1, 1440))


def read_cancelled(fields):
    text(fields, "reason")
    return read_entry(fields)


def read_saved(fields):
    return read_entry(fields) | {"userName": text(fields, "userName"), "kind": kind_of(fields)}


def read_changed_entry(fields):
    return read_entry(fields) | {"kind": kind_of(fields)}


def read_named(fields):
    text(fields, "userName")
    return read_entry(fields)


def read_entry(fields):
    integer(fields, "userCapacity", CAPACITY)
    return {
        "drId": order_id(fields, "drId"),
        "userId": user_id(fields, "userId"),
        "answer": answer(fields, "answer"),
        "startsAt": time(fields, "startsAt"),
        "endsAt": optional_time(fields, "endsAt"),
        "resource": {} if field(fields, "resource") is None else {"resource": resource_id(fields, "resource")},
    }
