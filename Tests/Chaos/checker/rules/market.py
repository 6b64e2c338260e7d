"""Markets: what a file of one may be, and what the rules of a kind say of an order."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

from ..values import Number, Refusal, field, integer, malformed, to_iso
from .baselines import obstacle

MINUTE, HOUR = 60_000, 3_600_000
DAY_MS = 86_400_000
# Of the program: what holds until another market is set.
BUILT_IN = json.loads(
    (Path(__file__).resolve().parents[4] / "Sources/Market/Resources/korea.json").read_text(encoding="utf-8")
)
BYTES, MEMBERS = 60 * 1024, 980
KINDS, RULES, HOLIDAYS, RESERVED = 30, 20, 600, 100
TOP = {"version", "about", "utcOffset", "otherKinds", "kinds", "holidays"}
RULE = {
    "from", "source", "noticeMin", "gridMin", "durationMin", "days", "windows", "ordersADay", "contiguous",
    "hoursAPeriod", "periods", "method", "pointsPerWh", "pointsBy",
}  # fmt: skip
METHOD = {
    "name", "dayType", "days", "keep", "rank", "eligibleDays", "calendarDays", "newestDaysBefore", "windows",
    "includesOrderDay", "highest", "useRules", "bringBack", "leastDays", "gapOfReference", "gapOfOrder", "adjustment",
    "intervalMin",
}  # fmt: skip


class Wrong(Exception):
    """A market that is refused as a whole."""


def need(is_so):
    if not is_so:
        raise Wrong


def compact(value):
    """What two texts that differ in blanks alone have in common: numbers and strings as they were written, fields in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda number: f"number {number.text}")


def members(value):
    if isinstance(value, dict):
        return sum(1 + members(child) for child in value.values())
    return sum(1 + members(child) for child in value) if isinstance(value, list) else 0


def is_whole(value, least, most):
    if isinstance(value, Number):
        value = int(value) if value.is_finite() and value == value.to_integral_value() else None
    return type(value) is int and least <= value <= most


def day_of(text):
    need(type(text) is str and re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong from None


def words(fields, name, most, required=False):
    value = fields.get(name)
    if value is None:
        need(not required)
        return None
    need(type(value) is str and 1 <= len(value) <= most and not any(ord(character) < 32 for character in value))
    return value


def check(market, strict=True):
    """Raises Wrong. Methods are looked at as far as their fields: what a campaign sends is right or plainly wrong."""
    need(isinstance(market, dict) and not getattr(market, "twice", None) and members(market) <= MEMBERS)
    need(len(compact(market).encode()) <= BYTES)
    need(not strict or market.keys() <= TOP)
    need(is_whole(market.get("version"), 1, 10**12))
    words(market, "about", 2000)
    offset_of(market)
    kinds = market.get("kinds")
    need(isinstance(kinds, list) and 1 <= len(kinds) <= KINDS)
    for kind in kinds:
        check_kind(kind, strict)
    ids = [kind["id"] for kind in kinds]
    need(len(set(ids)) == len(ids))
    other = words(market, "otherKinds", 50)
    need(other is None or other in ids)
    holidays = market.get("holidays")
    need(isinstance(holidays, dict) and (not strict or holidays.keys() <= {"source", "until", "days"}))
    words(holidays, "source", 500)
    until, days = day_of(holidays.get("until")), holidays.get("days")
    need(isinstance(days, list) and len(days) <= HOLIDAYS)
    found = [day_of(day) for day in days]
    need(len(set(found)) == len(found) and all(day <= until for day in found))


def check_kind(kind, strict):
    need(isinstance(kind, dict) and (not strict or kind.keys() <= {"id", "name", "rules"}))
    need("/" not in words(kind, "id", 50, required=True))
    name, rules = kind.get("name"), kind.get("rules")
    need(isinstance(name, dict) and (not strict or name.keys() <= {"ko", "en"}))
    for language in ("ko", "en"):
        words(name, language, 100, required=True)
    need(isinstance(rules, list) and 1 <= len(rules) <= RULES)
    for rule in rules:
        check_rule(rule, strict)
    need(len({rule["from"] for rule in rules}) == len(rules))


def check_rule(rule, strict):
    need(isinstance(rule, dict) and (not strict or rule.keys() <= RULE))
    day_of(rule.get("from"))
    words(rule, "source", 200)
    for name, least, most in (("noticeMin", 0, 10_080), ("gridMin", 1, 60), ("ordersADay", 1, 50), ("hoursAPeriod", 1, 8784)):
        need(rule.get(name) is None or is_whole(rule[name], least, most))
    need(rule.get("gridMin") in (None, 1, 5, 10, 15, 20, 30, 60))
    need(rule.get("days") in (None, "weekdays", "holidays", "all"))
    need(rule.get("contiguous") is None or type(rule["contiguous"]) is bool)
    bounds = rule.get("durationMin")
    if bounds is not None:
        need(isinstance(bounds, dict) and (not strict or bounds.keys() <= {"least", "most"}))
        need(all(is_whole(bounds.get(name), 1, 10_080) for name in ("least", "most")) and bounds["least"] <= bounds["most"])
    windows_of(rule)
    periods = rule.get("periods") or []
    need(isinstance(periods, list) and len(periods) <= 12 and len(set(periods)) == len(periods))
    need(not periods or rule.get("hoursAPeriod") is not None)
    for period in periods:
        need(type(period) is str)
        day_of(f"2001-{period}")
    method = rule.get("method")
    need(method is None or isinstance(method, dict) and (not strict or method.keys() <= METHOD) and "name" in method)
    need(method is None or not strict or not obstacle(method))
    points = rule.get("pointsPerWh")
    need(rule.get("pointsBy") in (None, "customer", "resource"))
    need(not strict or rule.get("pointsBy") != "resource" or points is not None)
    need(points is None or isinstance(points, (int, Number)) and 0 <= points <= 1_000_000)


def windows_of(rule):
    """In minutes of the day; those that touch are one."""
    found = []
    windows = rule.get("windows") or []
    need(isinstance(windows, list) and len(windows) <= 10)
    for text in windows:
        match = re.fullmatch(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])", text) if type(text) is str else None
        need(match)
        start, end = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
        need(start < end <= 1440 and (not found or start >= found[-1][1]))
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def offset_of(market):
    """Minutes ahead of UTC."""
    text = market.get("utcOffset")
    match = re.fullmatch(r"([+-])([0-9]{2}):([0-9]{2})", text) if type(text) is str else None
    need(match)
    hours, minutes = int(match[2]), int(match[3])
    need(hours <= 14 and minutes < 60 and minutes % 15 == 0)
    return (1 if match[1] == "+" else -1) * (hours * 60 + minutes)


# What a market says of an order.


class Admission:
    """By which rules an order goes, and which limits it does not keep."""

    def __init__(self, market, kind_said, start, end, asked):
        self.market = market
        named = [kind for kind in market["kinds"] if kind["id"] == kind_said]
        if not named and market.get("otherKinds") is not None:
            named = [kind for kind in market["kinds"] if kind["id"] == market["otherKinds"]]
        if not named:
            raise Refusal("refused", "no such kind")
        self.kind = named[0]["id"]
        self.day = date_of(market, start)
        self.rules = rules_on(named[0], self.day)
        if self.rules is None:
            raise Refusal("refused", "no rules yet")
        self.broken = broken(self.market, self.rules, start, end, asked)

    @property
    def counts(self):
        rules = self.rules
        return rules.get("ordersADay") is not None or rules.get("hoursAPeriod") is not None or rules.get("contiguous") is False

    @property
    def said(self):
        """What the order's row and its DRstarted say of it."""
        method = self.rules.get("method")
        more = {} if method is None else {"method": method["name"], "intervalMin": method.get("intervalMin") or 60}
        return {"market": self.market["version"], "kind": self.kind, **more, **({"forced": self.broken} if self.broken else {})}

    def reservation(self, order, start, end, force):
        rules = self.rules
        first, behind = period_of(rules, self.day)
        body = {"drId": order, "kind": self.kind, "day": str(self.day), "startsAt": to_iso(start)}
        body |= {} if end is None else {"endsAt": to_iso(end)}
        body |= {"force": True} if force else {}
        body |= {} if rules.get("ordersADay") is None else {"ordersADay": rules["ordersADay"]}
        body["contiguous"] = rules.get("contiguous") is not False
        body |= {} if rules.get("hoursAPeriod") is None else {"hoursAPeriod": rules["hoursAPeriod"]}
        return body | {"periodFrom": str(first), "periodUntil": str(behind)}


def date_of(market, time):
    """By the market's clock."""
    return date(1970, 1, 1) + timedelta(days=(time + offset_of(market) * MINUTE) // DAY_MS)


# KPX's methods: how many days are wanted, which are averaged, and how far back they lie.
KPX = {"Max(4/5)": (5, "top 4", 10), "Mid(4/6)": (6, "middle 4", 12), "Mid(6/10)": (10, "middle 6", 20), "Mid(8/10)": (10, "middle 8", 20)}
SAA = {"kind": "additive", "windows": [{"fromMin": -240, "toMin": -60}]}
# What a resource does not choose.
OF_KIND = ("gapOfReference", "gapOfOrder", "useRules", "bringBack", "leastDays")


def choices(rules):
    """The methods that a resource may choose by the rules of its kind."""
    own = [] if rules.get("method") is None else [rules["method"]["name"]]
    names = [*own, *KPX]
    return names + [f"{name}+SAA" for name in names] if is_adjustable(rules) else names


def is_adjustable(rules):
    return (rules.get("method") or {}).get("gapOfOrder") != "customer"


def chosen(rules, choice):
    """The method that a resource has chosen, as its kind has it; None where there is none."""
    own, name, has_saa = rules.get("method"), choice.removesuffix("+SAA"), choice.endswith("+SAA")
    if has_saa and not is_adjustable(rules):
        return None
    if own is not None and own["name"] == choice:
        return own
    if own is not None and own["name"] == name:
        return own | {"adjustment": SAA}
    if name not in KPX:
        return None
    days, keep, back = KPX[name]
    kept = {field: own[field] for field in OF_KIND if field in own} if own is not None else {}
    return {"name": name, "days": days, "keep": keep, "eligibleDays": back, **kept} | ({"adjustment": SAA} if has_saa else {})


def rules_on(kind, day):
    found = [rule for rule in kind["rules"] if day_of(rule["from"]) <= day]
    return max(found, key=lambda rule: rule["from"]) if found else None


def is_workday(market, day):
    return day.weekday() < 5 and str(day) not in market["holidays"]["days"]


def broken(market, rules, start, end, asked):
    """The names of the limits that are not kept, in their order."""
    offset = offset_of(market) * MINUTE
    found = []
    notice, grid, bounds = rules.get("noticeMin"), rules.get("gridMin"), rules.get("durationMin")
    if asked is not None and notice is not None and start < asked + notice * MINUTE:
        found.append("noticeMin")
    if grid is not None and any((time + offset) % (grid * MINUTE) for time in (start, end) if time is not None):
        found.append("gridMin")
    if bounds is not None and (end is None or not bounds["least"] * MINUTE <= end - start <= bounds["most"] * MINUTE):
        found.append("durationMin")
    parts = list(parts_of(start + offset, start + offset + 1 if end is None else end + offset))
    wanted = rules.get("days") or "all"
    until = day_of(market["holidays"]["until"])
    if wanted != "all" and not all(
        (day <= until or day.weekday() >= 5) and is_workday(market, day) == (wanted == "weekdays") for day, _, _ in parts
    ):
        found.append("days")
    windows = windows_of(rules)
    if windows and not all(any(w[0] <= first and last <= w[1] for w in windows) for _, first, last in parts):
        found.append("windows")
    return found


def parts_of(start, end):
    """The days that a time of the market's clock touches, and from which minute to which."""
    first, last = start // MINUTE, max(-(-end // MINUTE), start // MINUTE + 1)
    while first < last:
        day = first // 1440
        stop = min(last, (day + 1) * 1440)
        yield date(1970, 1, 1) + timedelta(days=day), first - day * 1440, stop - day * 1440
        first = stop


def period_of(rules, day):
    starts = sorted(
        date.fromisoformat(f"{year}-{month_day}")
        for year in range(day.year - 1, day.year + 2)
        if 2000 <= year <= 2099
        for month_day in rules.get("periods") or ["01-01"]
    )
    before, behind = [one for one in starts if one <= day], [one for one in starts if one > day]
    first = before[-1] if before else day - timedelta(days=366)
    return first, behind[0] if behind else day + timedelta(days=366)


def read_changed(fields):
    version, changes = integer(fields, "version", (1, 10**12)), field(fields, "changes")
    integer(fields, "previous", (1, 10**12))
    if type(changes) is not list or len(changes) > 100 or any(type(line) is not str for line in changes):
        raise malformed("changes")
    return version, read_market(fields)


def read_market(fields):
    value = field(fields, "market")
    if not isinstance(value, dict):
        raise malformed("market")
    return value
