"""Customers' days, as a utility has them: who is asked about when, and what of the answers goes to kepco. Each call has
a row from when it was asked for until it is answered; an answer to an earlier one says nothing. What the utility says
comes as records of feed.internal, which the daemon's client writes by itself."""

from ..values import (
    Refusal,
    clean,
    field,
    from_iso,
    identifier,
    integer,
    malformed,
    need,
    optional_text,
    readings,
    time,
    to_iso,
    user_id,
)

DAY = 86_400_000
KOREA = 9 * 3_600_000
# What counts as live of the days that come, and is asked for once more when it is there.
LIVE = 3
# So many days a day is asked for again whose calls come to nothing, and so many are kept at the most.
LONGEST = 45
WHOLE = "f" * 24
METERS, NUMBER = 20, 40
# With so many days that are asked for again none of the past is.
LONGEST_WITH_PAST = LONGEST - LIVE - 1
# Longer than commands are kept.
GONE = 31 * DAY
# A consent begins no later than so long after its registration.
LATEST_CONSENT = 400 * DAY
ATTEMPT = (0, 2**53 - 1)


def day_of(moment):
    return (moment + KOREA) // DAY


def start_of(day):
    return day * DAY - KOREA


def hashed(text):
    """FNV-1a, with the upper half folded into the lower one."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value ^ value >> 32


def own_time(settings, user, day, begin):
    return start_of(day) + begin + settings.feed_spread_ms * (hashed(user) % 86_400) // 86_400


def due_of(settings, user, day, lag):
    """When a customer is asked about a day: at his own time so many days later. On each fourth day it is tried a day earlier."""
    is_try = lag > 1 and (day + hashed(user) % 4) % 4 == 0
    return own_time(settings, user, day + lag - is_try, settings.feed_from_ms)


def again_of(settings, user, day, age):
    return own_time(settings, user, day + age, settings.feed_again_ms)


def sent_of(wh):
    """What is kept of a day that was sent: which quarter hours are there, and a checksum of them."""
    digits = "".join(
        f"{sum(8 >> place for place in range(4) if wh[first + place] is not None):x}" for first in range(0, 96, 4))
    sum_of = sum_of_places(wh, range(96))
    return {"sum": sum_of} if digits == WHOLE else {"quarters": digits, "sum": sum_of}


def sum_of_places(wh, places):
    return f"{hashed(''.join(f'{place}={round(wh[place] * 10)},' for place in places if wh[place] is not None)):x}"


def news_of(owed, wh):
    """What of a day kepco has not been sent yet: what is new, and all of it where anything differs."""
    if owed is None or "sum" not in owed:
        return wh
    digits = owed.get("quarters", WHOLE)
    known = [place for place in range(96) if int(digits[place // 4], 16) & 8 >> place % 4]
    if sum_of_places(wh, known) != owed["sum"]:
        return wh
    return [None if place in known else value for place, value in enumerate(wh)]


def is_whole(owed):
    return owed is not None and "sum" in owed and "quarters" not in owed


def number_of(value):
    if not 0 < len(value.encode()) <= NUMBER or any(not "!" <= letter <= "~" for letter in value):
        raise malformed("no meter's or customer's number")
    return value


def read_register(fields):
    user = clean(user_id(fields, "userId"))
    number = need(fields, "customerNumber")
    if type(number) is not str:
        raise malformed("customerNumber is no text")
    meters = field(fields, "meters")
    if meters is not None and (type(meters) is not list or len(meters) > METERS):
        raise malformed(f"meters is no list of at most {METERS}")
    meters = [number_of(identifier({"meters": meter}, "meters")) for meter in meters or ()]
    return {
        "user": user, "customerNumber": number_of(number), "meters": meters, "consentFrom": time(fields, "consentFrom"),
    }


def read_answer(fields):
    answer = {"user": user_id(fields, "userId"), "attempt": integer(fields, "attempt", ATTEMPT)}
    outcome = need(fields, "outcome")
    if outcome not in ("day", "none", "unavailable", "refused"):
        raise malformed("outcome")
    answer |= {"outcome": outcome, "wh": []}
    if outcome == "day":
        if len(readings(fields, "wh")) != 96:
            raise malformed("a day has 96 quarter hours")
        answer["wh"] = need(fields, "wh")
    optional_text(fields, "reason")
    return answer


def call_key(user):
    return f"calls/call/{user}"


def waiting_key(user, queue, since):
    return f"calls/{queue}/{since:013d}/{user}"


def day_key(day):
    return f"nextdays/{day:07d}"


class Feed:
    context = "feed"
    tables = {"meters", "calls", "nextdays", "gone"}
    own_topics = ("feed.commands",)
    # What comes back of a call counts from when Kafka received it, too.
    commands = ("RegisterMeter", "RevokeMeter", "MeterAnswered")

    def __init__(self, settings):
        self.settings = settings
        self.handlers = {
            "RegisterMeter": (read_register, lambda meter: meter["user"], self.register),
            "RevokeMeter": (lambda fields: user_id(fields, "userId"), lambda user: user, self.revoke),
            "UserLeft": (
                lambda fields: (user_id(fields, "id"), time(fields, "leftAt")), lambda left: left[0], self.leave_user),
            "MeterAnswered": (read_answer, lambda answer: answer["user"], self.take),
        }

    def nows(self, upcoming):
        """A call says until when it is waited for, by the clock."""
        for key, row in upcoming:
            if key.startswith("calls/call/") and row is not None:
                yield from_iso(row["until"]) - self.settings.feed_call_limit_ms

    def fire(self, step, kind, identity):
        if kind == "ask":
            self.ask(step, identity)
        elif kind == "call":
            self.ask_again(step, identity)
        elif kind == "gone":
            step.delete(f"gone/{identity}")

    # Commands

    def register(self, step, meter):
        user = meter["user"]
        if meter["consentFrom"] > step.time + LATEST_CONSENT:
            raise Refusal("refused", "a consent too far ahead")
        known, gone = step.get(f"meters/{user}"), step.get(f"gone/{user}")
        if gone is not None and step.time <= from_iso(gone["at"]):
            raise Refusal("late", "has left, or revoked")
        if known is not None and step.time < from_iso(known["registeredAt"]):
            raise Refusal("late", "has been registered again")
        step.say("feed.events", "MeterRegistered", user, {"userId": user, "consentFrom": to_iso(meter["consentFrom"])})
        if known is not None and self.is_as(known, meter):
            step.put(f"meters/{user}", known | {"registeredAt": to_iso(step.time)})
            return
        self.drop(step, user, known)
        consent = day_of(meter["consentFrom"])
        first = consent if start_of(consent) == meter["consentFrom"] else consent + 1
        first = max(first, day_of(step.time) - self.settings.feed_past_days)
        customer = {
            "customerNumber": meter["customerNumber"],
            "consentFrom": to_iso(meter["consentFrom"]),
            "registeredAt": to_iso(step.time),
            "nextDay": max(first, day_of(step.time) - LIVE),
            "attempt": max((known or {"attempt": 0})["attempt"] + 1, step.time),
        }
        if meter["meters"]:
            customer["meters"] = meter["meters"]
        if first < customer["nextDay"]:
            customer |= {"pastFrom": first, "pastDays": customer["nextDay"] - first}
        self.wait(step, user, customer, max(step.time, self.next(user, customer, step.time)[1]))
        self.count(step, known, customer)
        step.put(f"meters/{user}", customer)
        self.call_waiting(step)

    @staticmethod
    def is_as(known, meter):
        return (known["customerNumber"], known.get("meters", []), from_iso(known["consentFrom"])) == (
            meter["customerNumber"], meter["meters"], meter["consentFrom"])

    def revoke(self, step, user):
        known = step.get(f"meters/{user}")
        if known is not None and from_iso(known["registeredAt"]) > step.time:
            raise Refusal("late", "has been registered again")
        step.say("feed.events", "MeterRevoked", user, {"userId": user})
        self.forget(step, user, step.time)

    def leave_user(self, step, left):
        user, at = left
        if self.forget(step, user, at):
            step.say("feed.events", "MeterRevoked", user, {"userId": user})

    def forget(self, step, user, at):
        """Returns: whether anything was known of him."""
        self.note_gone(step, user, at)
        known = step.get(f"meters/{user}")
        if known is None or from_iso(known["registeredAt"]) > at:
            return False
        self.drop(step, user, known)
        self.count(step, known, None)
        step.delete(f"meters/{user}")
        self.call_waiting(step)
        return True

    @staticmethod
    def note_gone(step, user, at):
        """So that a registration from before, which is read later, is none any more."""
        known = step.get(f"gone/{user}")
        if known is not None:
            if from_iso(known["at"]) >= at:
                return
            step.cancel("gone", user, from_iso(known["until"]))
        until = step.set_timer("gone", user, at + GONE)
        step.put(f"gone/{user}", {"at": to_iso(at), "until": to_iso(until)})

    # Calls

    @staticmethod
    def count(step, before, after):
        """A customer's row has changed: which day he has next, and which are asked for again."""
        changes = {}

        def add(key, place, change):
            changes.setdefault(key, [0, 0])[place] += change

        for customer, sign in ((before, -1), (after, 1)):
            if customer is None:
                continue
            add(day_key(customer["nextDay"]), 0, sign)
            add("nextdays/past", 1, sign * customer.get("pastDays", 0))
            for owed in customer.get("owed", ()):
                if not is_whole(owed):
                    add(day_key(owed["day"]), 1, sign)
        for key, change in changes.items():
            if change == [0, 0]:
                continue
            row = step.get(key) or {}
            sums = {name: row.get(name, 0) + more for name, more in zip(("customers", "owed"), change)}
            step.put(key, {name: value for name, value in sums.items() if value > 0} or None)

    def next(self, user, customer, now):
        """The day that he is asked about next, and when: a new one, one that is asked for again, or one of the past."""
        new = (customer["nextDay"], due_of(self.settings, user, customer["nextDay"], customer.get("lag", 1)))
        if new[1] <= now:
            return new
        again = [
            (owed["day"], again_of(self.settings, user, owed["day"], owed["age"])) for owed in customer.get("owed", ())]
        for one in again:
            if one[1] <= now:
                return one
        if customer.get("pastDays", 0) > 0 and len(again) < LONGEST_WITH_PAST:
            return customer["pastFrom"] + customer["pastDays"] - 1, now
        return min([new, *again], key=lambda one: one[1])

    @staticmethod
    def wait(step, user, customer, due):
        customer["askAt"] = to_iso(step.set_timer("ask", user, due))

    def has_room(self, step):
        self.call_again_after_wrong_clock(step)
        return sum(1 for _ in step.scan("calls", "call/")) < self.settings.feed_window

    def call_again_after_wrong_clock(self, step):
        """Calls that are waited for twice as long as any is: the clock was ahead when they were made."""
        now = step.latest if step.now_value is None else step.now_value
        for key in list(step.scan("calls", "call/")):
            user = key.removeprefix("call/")
            found, call = step.get(f"meters/{user}"), step.get(call_key(user))
            if from_iso(call["until"]) <= now + 2 * self.settings.feed_call_limit_ms:
                continue
            self.end_call(step, user)
            if found is None:
                continue
            customer = dict(found)
            self.call(step, user, customer, call["day"])
            step.put(f"meters/{user}", customer)

    def ask(self, step, user):
        found = step.get(f"meters/{user}")
        if found is None:
            return
        customer = {name: value for name, value in found.items() if name != "askAt"}
        day = self.next(user, customer, step.time)[0]
        if self.has_room(step):
            self.call(step, user, customer, day)
        else:
            queue = "past" if day_of(step.time) - day > LIVE else "wait"
            step.put(waiting_key(user, queue, step.time), {"attempt": customer["attempt"]})
            customer |= {"askAt": to_iso(step.time), "queue": queue}
        step.put(f"meters/{user}", customer)

    def ask_again(self, step, user):
        found, call = step.get(f"meters/{user}"), step.get(call_key(user))
        if call is None or found is None:
            return
        customer = dict(found)
        self.call(step, user, customer, call["day"])
        step.put(f"meters/{user}", customer)

    def call_waiting(self, step):
        """The one that has waited longest, if there is room: of the past where no other waits."""
        if not self.has_room(step):
            return
        key = next(iter(step.scan("calls", "wait/")), None) or next(iter(step.scan("calls", "past/")), None)
        if key is None:
            return
        step.delete(f"calls/{key}")
        user = key.split("/", 2)[2]
        found = step.get(f"meters/{user}")
        if found is None:
            return
        customer = {name: value for name, value in found.items() if name not in ("askAt", "queue")}
        self.call(step, user, customer, self.next(user, customer, step.time)[0])
        step.put(f"meters/{user}", customer)

    def call(self, step, user, customer, day):
        customer["attempt"] += 1
        until = step.set_timer("call", user, step.now(call_key(user)) + self.settings.feed_call_limit_ms)
        step.put(call_key(user), {"attempt": customer["attempt"], "day": day, "until": to_iso(until)})

    def drop(self, step, user, customer):
        if customer is not None and "askAt" in customer:
            since = from_iso(customer["askAt"])
            step.cancel("ask", user, since)
            if "queue" in customer:
                step.delete(waiting_key(user, customer["queue"], since))
        self.end_call(step, user)

    @staticmethod
    def end_call(step, user):
        call = step.get(call_key(user))
        if call is None:
            return
        step.delete(call_key(user))
        step.cancel("call", user, from_iso(call["until"]))

    # Answers

    def take(self, step, answer):
        user = answer["user"]
        call, found = step.get(call_key(user)), step.get(f"meters/{user}")
        if call is None or call["attempt"] != answer["attempt"] or found is None:
            return
        self.end_call(step, user)
        customer = {name: value for name, value in found.items() if name != "failures"}
        pause = 0
        if answer["outcome"] == "unavailable":
            failures = found.get("failures", 0) + 1
            if failures < self.settings.feed_attempts:
                customer["failures"] = failures
                pause = self.pause(user, failures, answer["attempt"])
            else:
                self.put_off(step, customer, answer, call["day"], None, LONGEST)
        else:
            self.note(step, customer, answer, call["day"])
        self.wait(step, user, customer, max(step.time, self.next(user, customer, step.time)[1]) + pause)
        self.count(step, found, customer)
        step.put(f"meters/{user}", customer)
        self.call_waiting(step)

    def note(self, step, customer, answer, day):
        """What of an answer goes to kepco, and what becomes of the day."""
        sent = None
        if answer["outcome"] == "day":
            known = next((owed for owed in customer.get("owed", ()) if owed["day"] == day), None)
            news = news_of(known, answer["wh"])
            there = [place for place, value in enumerate(news) if value is not None]
            if there:
                sent = sent_of(answer["wh"])
                step.say(
                    "kepco.history" if day_of(step.time) - day > LIVE else "kepco.readings", "MeterReadings",
                    answer["user"], {
                        "userId": answer["user"], "startsAt": to_iso(start_of(day) + there[0] * 900_000),
                        "wh": news[there[0] : there[-1] + 1]})
            elif known is not None:
                sent = {name: known[name] for name in ("quarters", "sum") if name in known}
            if None not in answer["wh"]:
                self.close(step, customer, day, sent)
                return
        self.put_off(step, customer, answer, day, sent, self.settings.feed_patience_days)

    @staticmethod
    def leave(customer, day):
        """The day has been answered; what was known of it, where it has been asked for before."""
        if day == customer["nextDay"]:
            customer["nextDay"] += 1
        elif "pastDays" in customer and day == customer["pastFrom"] + customer["pastDays"] - 1:
            customer["pastDays"] -= 1
            if customer["pastDays"] == 0:
                del customer["pastFrom"], customer["pastDays"]
        else:
            found = next((owed for owed in customer.get("owed", ()) if owed["day"] == day), None)
            if found is not None:
                customer["owed"] = [owed for owed in customer["owed"] if owed["day"] != day]
                if not customer["owed"]:
                    del customer["owed"]
            return found
        return None

    @staticmethod
    def keep(customer, owed):
        customer["owed"] = sorted([*customer.get("owed", ()), owed], key=lambda one: one["day"])[-LONGEST:]

    def put_off(self, step, customer, answer, day, sent, limit):
        # Of a day that is not over there is nothing yet: a clock that was ahead has asked for it.
        if day >= day_of(step.time):
            return
        owed = self.leave(customer, day)
        if is_whole(owed):
            return
        age = 1
        while age <= limit and again_of(self.settings, answer["user"], day, age) <= step.time:
            age += max(1, age // 2)
        if age > limit:
            # Behind the limit when it is asked for first: what could not be had, or read, is asked for once more.
            if owed is not None or answer["outcome"] not in ("day", "unavailable"):
                return
            age = day_of(step.time) - day + 1
        had_none = answer["outcome"] == "none" or (owed or {}).get("none", False)
        before = {name: value for name, value in (owed or {}).items() if name in ("quarters", "sum")}
        self.keep(customer, {
            "day": day, "age": age, **({"none": True} if had_none else {}), **(before if sent is None else sent)})

    def close(self, step, customer, day, sent):
        is_new = day == customer["nextDay"]
        owed = self.leave(customer, day)
        age = day_of(step.time) - day
        if is_whole(owed) or age > LIVE:
            return
        lag = customer.pop("lag", 1)
        if is_new:
            lag = min(lag, max(1, age))
        elif (owed or {}).get("none"):
            lag = max(1, age)
        if lag > 1:
            customer["lag"] = lag
        self.keep(customer, {"day": day, "age": max(1, age + 1), **(sent or {})})

    def pause(self, user, failures, attempt):
        whole = min(self.settings.feed_first_retry_ms << min(failures - 1, 12), self.settings.feed_retry_ms)
        return whole * (hashed(f"{user}/{attempt}") % 1000) // 1000
