"""A resource's own baseline, of the sum of its customers' use: what each partition's customers used, by the days that
may be references, and what the resource's home makes of it."""

from fractions import Fraction

from ..values import LATEST, field, from_iso, integer, optional_text, text, time, to_iso
from .accepted_orders import days_of
from .baselines import Comparison, total
from .quarters import QUARTER, WEEK, Order, day_name, rounded

# Days that are passed over for orders; days and intervals that are added up; orders that a resource's home remembers.
SPARE, DAYS, INTERVALS, ORDERS = 10, 40, 24, 96
# Quarter hours of a clock hour.
PER_HOUR = 4
MOST, VERSION = 2**53 - 1, (1, 10**12)
PLACE = ("ownStartsAt", "ownEndsAt", "ownMarket", "ownKind", "ownResourceMethod")
NAMES = (*PLACE, "ownChecked", "ownCustomers", "ownUsed", "ownDaysBefore", "ownUses")
DAY_MS = 86_400_000


def of(row):
    return {name: row[name] for name in NAMES if name in row}


def is_added_up(rules):
    """Whether the method has one baseline of all customers."""
    method = rules.method
    odd = ("calendarDays", "windows", "highest", "includesOrderDay", "useRules", "leastDays", "adjustment")
    gaps = (method.get("gapOfReference"), method.get("gapOfOrder"))
    is_plain = not any(method.get(name) for name in odd) and gaps == ("zero", "customer")
    return is_plain and method.get("eligibleDays") is not None and method.get("rank") != "day"


def eligible(rules, order):
    """How many days the method looks at, where the order is added up; None where it is not."""
    if rules.by_settings is not None or not is_added_up(rules) or rules.method["eligibleDays"] + SPARE > DAYS:
        return None
    count = rules.method["eligibleDays"]
    is_whole = order.shares and all(share == QUARTER for share in order.shares)
    return count if is_whole and len(intervals_of(rules, order)) <= INTERVALS else None


def intervals_of(rules, order):
    return Comparison(rules.method, order, None, offset=rules.offset, days_kept=0).intervals


def of_customer(kepco, check, order, rules, history):
    """What of a check is in the resource's own baseline."""
    if "resource" not in check or "kind" not in check or (rules.by_settings is None and not is_added_up(rules)):
        return {}
    names = (("startsAt", "ownStartsAt"), ("endsAt", "ownEndsAt"), ("market", "ownMarket"), ("kind", "ownKind"))
    place = {own: check[name] for name, own in (*names, ("resourceMethod", "ownResourceMethod")) if name in check}
    count = eligible(rules, order)
    if count is None:
        return flat(place, 1, 0, [], {})
    oldest = kepco.reach(order)
    compared = Comparison(
        rules.method | {"eligibleDays": count + SPARE}, order, lambda quarter: None if quarter < oldest else history.wh(quarter),
        offset=rules.offset, days_kept=0, holidays=rules.holidays)  # fmt: skip
    today = [history.wh(order.first + position) for positions in compared.intervals for position in positions]
    if "countedFor" in check or None in today:
        return flat(place, 1, 0, [], {})
    days = dict(compared.candidates([list(range(len(compared.intervals)))]))
    used = [sum(history.wh(order.first + position) for position in positions) for positions in compared.intervals]
    return flat(place, 1, 1, used, days)


def flat(place, checked, customers, used, days):
    place = {**place, "ownChecked": checked}
    if not customers and not used:
        return place
    uses = [use[column] if column < len(use) else 0 for _, use in sorted(days.items()) for column in range(len(used))]
    return {**place, "ownCustomers": customers, "ownUsed": used, "ownDaysBefore": sorted(days), "ownUses": uses}


def days_in(row):
    width = len(row.get("ownUsed", ()))
    return {day: row["ownUses"][at * width : (at + 1) * width] for at, day in enumerate(row.get("ownDaysBefore", ()))}


def combined(one, other, combine):
    """By the days, and by the places of the intervals."""
    place = {name: one[name] for name in PLACE if name in one} or {name: other[name] for name in PLACE if name in other}
    if not place:
        return {}

    def added(some, others):
        width = max(len(some), len(others))
        return [combine(*(all[at] if at < len(all) else 0 for all in (some, others))) for at in range(width)]

    checked, customers = (combine(one.get(name, 0), other.get(name, 0)) for name in ("ownChecked", "ownCustomers"))
    used = added(one.get("ownUsed", ()), other.get("ownUsed", ()))
    (mine, theirs) = (days_in(one), days_in(other))
    days = {day: added(mine.get(day, ()), theirs.get(day, ())) for day in sorted({*mine, *theirs})}
    if not customers and not any(used) and not any(map(any, days.values())):
        return flat(place, checked, 0, [], {})
    return flat(place, checked, customers, used[:INTERVALS], dict(list(days.items())[:DAYS]))


def read(fields):
    if field(fields, "ownStartsAt") is None:
        return {}
    method = optional_text(fields, "ownResourceMethod", 100)
    place = {
        "ownStartsAt": to_iso(time(fields, "ownStartsAt")),
        "ownEndsAt": to_iso(time(fields, "ownEndsAt")),
        "ownMarket": integer(fields, "ownMarket", VERSION),
        "ownKind": text(fields, "ownKind", 50),
        **({} if method is None else {"ownResourceMethod": method}),
    }
    checked = 0 if field(fields, "ownChecked") is None else integer(fields, "ownChecked", (-MOST, MOST))
    if field(fields, "ownCustomers") is None:
        return flat(place, checked, 0, [], {})
    used, days, uses = (list(field(fields, name) or ()) for name in ("ownUsed", "ownDaysBefore", "ownUses"))
    row = {"ownUsed": used, "ownDaysBefore": days, "ownUses": uses}
    return flat(place, checked, integer(fields, "ownCustomers", (-MOST, MOST)), used, days_in(row))


def is_long(starts, ends):
    """Longer than any order that is checked."""
    return ends > starts and (ends - 1) // QUARTER - starts // QUARTER >= WEEK


def note(kepco, step, order, resource, sent, say_again):
    """The resource has had an order on that day: sums of later ones are said again, without it."""
    if "ownStartsAt" not in sent:
        return
    starts, ends = from_iso(sent["ownStartsAt"]), from_iso(sent["ownEndsAt"])
    mine = {"drId": order, "startsAt": sent["ownStartsAt"], "endsAt": sent["ownEndsAt"]}
    known = orders_of(step, resource)
    is_old = len(known) >= ORDERS and starts < from_iso(known[0]["startsAt"])
    if mine in known or is_old or is_long(starts, ends):
        return

    def place(one):
        return from_iso(one["startsAt"]), one["drId"]

    orders = sorted([one for one in known if one["drId"] != order] + [mine], key=place)
    step.put(f"waiting///own/{resource}", {"orders": orders[-ORDERS:]})
    for later in orders:
        if from_iso(later["startsAt"]) <= from_iso(mine["startsAt"]):
            continue
        name = f"{later['drId']}/{resource}"
        row = step.get(f"waiting///total/{name}")
        if row is not None and (row["version"] > 0 or "isChanged" in row):
            say_again(kepco, step, name, from_iso(row["deadline"]))


def orders_of(step, resource):
    return (step.get(f"waiting///own/{resource}") or {"orders": []})["orders"]


def figures(kepco, step, order, resource, row):
    """What is said of the resource's own baseline; None as long as its market is waited for."""
    if "ownStartsAt" not in row or is_long(from_iso(row["ownStartsAt"]), from_iso(row["ownEndsAt"])):
        return {}
    check = {"startsAt": row["ownStartsAt"], "market": row["ownMarket"], "kind": row["ownKind"]}
    if "ownResourceMethod" in row:
        check["resourceMethod"] = row["ownResourceMethod"]
    rules = kepco.rules_of(step, check, from_iso(row["deadline"]))
    if not row.get("ownCustomers", 0) > 0 or row["ownChecked"] != row["checked"]:
        return {}
    if rules is None:
        return None if step.time < min(from_iso(row["deadline"]) + DAY_MS, LATEST) else {}
    when = Order(from_iso(row["ownStartsAt"]), from_iso(row["ownEndsAt"]))
    if eligible(rules, when) is None:
        return {}
    excluded = days_of([one for one in orders_of(step, resource) if one["drId"] != order], rules.offset)
    return reduction(Added(rules, when, row, excluded), row)


class Added(Comparison):
    """What was added up, instead of one customer's readings."""

    def __init__(self, rules, order, row, excluded):
        super().__init__(rules.method, order, None, offset=rules.offset, days_kept=0, holidays=rules.holidays, excluded=excluded)
        self.days = days_in(row)
        # No day that nobody has added up is a reference.
        known = [day for day in self.days if self.today - day not in excluded]
        self.method = rules.method | {"eligibleDays": min(rules.method["eligibleDays"], len(known))}

    def _uses(self, before):
        use = self.days.get(before, ())
        return [use[column] if column < len(use) else 0 for column in range(len(self.intervals))]

    def _values(self, positions, before):
        return [0] * len(positions)

    def baselines(self):
        """Of each interval, in tenths of a Wh, and the days of it; None without a reference."""
        found = [None] * len(self.intervals)
        days = set()
        for part in self.parts() if self.method["eligibleDays"] else ():
            columns = [at for at, positions in enumerate(self.intervals) if positions[0] in part.positions]
            days |= set(part.days)
            for column in columns:
                uses = [total(self._uses(self.today - day), [column]) for day in part.days]
                found[column] = Fraction(sum(uses), len(uses)) if uses else None
        return found, sorted(days, reverse=True)

    def by_clock(self, baselines, used):
        """The same by clock hours, in tenths of a Wh."""
        hours = {}
        for positions, base, use in zip(self.intervals, baselines, used):
            both = hours.setdefault((self.first + positions[0]) // PER_HOUR, [Fraction(0), 0])
            both[0], both[1] = both[0] + base, both[1] + use
        return {
            "ownHourBaselineMilliWh": [both[0] for _, both in sorted(hours.items())],
            "ownHourUsedMilliWh": [both[1] for _, both in sorted(hours.items())],
        }


def reduction(added, row):
    baselines, days = added.baselines()
    used = row["ownUsed"] + [None] * len(baselines)
    hours = [(base, use) for base, use in zip(baselines, used) if base is not None]
    is_out = None in used[: len(baselines)]
    hours = [] if is_out else hours

    def said(figure):
        return min(max(rounded(figure.numerator, figure.denominator), -MOST), MOST)

    base, use = (sum((Fraction(hour[at]) for hour in hours), Fraction(0)) for at in (0, 1))
    whole = [tuple(said(Fraction(figure) / 10_000) for figure in hour) for hour in hours]
    by_clock = {} if is_out or None in baselines else added.by_clock(baselines, used)
    return {
        "ownCustomers": row["ownCustomers"],
        "ownBaselineWh": said(base / 10),
        "ownUsedWh": said(use / 10),
        "ownReducedWh": said((base - use) / 10),
        "ownBaselineKWh": sum(hour[0] for hour in whole),
        "ownUsedKWh": sum(hour[1] for hour in whole),
        "ownReducedKWh": sum(hour[0] - hour[1] for hour in whole),
        "ownMethod": added.method["name"],
        "ownDays": [day_name(day) for day in days][:DAYS],
        **{name: [said(Fraction(figure) * 100) for figure in figures] for name, figures in by_clock.items() if figures},
    }
