"""Checks of random orders as the checker's rules have them, for the contexts' own tests: Tests/Vectors/reductions.tsv,
by kepco's own method, and Tests/Vectors/kind-reductions.tsv, by methods as markets may have them.

    python3 -m checker.vectors          prints the first
    python3 -m checker.vectors kinds    prints the second

The readings are drawn from the seed that begins a line, by draws that every language does alike, so that only what comes out is kept."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from .rules import Settings
from .rules.kepco import Kepco, reduction
from .rules.quarters import PER_DAY, QUARTER, Order, day_name

FILE = Path(__file__).resolve().parents[2] / "Vectors" / "reductions.tsv"
KINDS = FILE.with_name("kind-reductions.tsv")
COUNT = 500
MASK = (1 << 64) - 1


class Draws:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        value = self.state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return (value ^ (value >> 31)) % count

    def one(self, *choices):
        return choices[self.below(len(choices))]


def order_of(draws, days_kept):
    """An order, and the readings of its customer."""
    starts = 1_790_000_000_000 + draws.below(5_000_000_000)
    ends = starts + 1 + draws.below((60_000, 3_600_000, 7_200_000, 90_000_000)[draws.below(4)])
    gap = (0, 0, 1, 20)[draws.below(4)]
    most = (3, 1000, 1_000_000_000)[draws.below(3)]
    readings = {}
    for quarter in range(starts // QUARTER - (days_kept + 2) * PER_DAY, -(-ends // QUARTER)):
        if draws.below(1000) >= gap:
            readings[quarter] = draws.below(most + 1)
    return Order(starts, ends), readings


def found(settings, rules, order, readings):
    tenths = {quarter: 10 * wh for quarter, wh in readings.items()}
    parts, intervals, amount = Kepco(settings).compare(order, rules, tenths.get, getattr(rules, "excluded", ()))
    used = [tenths.get(quarter) for quarter in order.quarters]
    figures = reduction(order, used, parts, intervals, rules.method, amount=amount)
    return figures, parts


def case(seed):
    draws = Draws(seed)
    settings = Settings()
    settings.days_kept = 1 + draws.below(30)
    settings.reference_days = (10, 10, 4, 1)[draws.below(4)]
    order, readings = order_of(draws, settings.days_kept)
    return found(settings, Kepco(settings).own(), order, readings)[0]


def method_of(draws):
    days = 1 + draws.below(10)
    method = {"name": "m", "days": days, "rank": draws.one("hour", "hour", "event", "day")}
    method["keep"] = draws.one("all", "top", "middle")
    if method["keep"] != "all":
        method["keep"] += f" {1 + draws.below(days)}"
    method["dayType"] = draws.one("weekdays", "weekdays", "weekdays", "holidays", "all")
    look = draws.one("eligibleDays", "eligibleDays", "calendarDays", "")
    if look:
        method[look] = 1 + draws.below(30)
    method["newestDaysBefore"] = draws.one(1, 1, 1, 2, 5)
    method["gapOfReference"] = draws.one("leaveOut", "zero")
    method["gapOfOrder"] = draws.one("hour", "customer")
    method["intervalMin"] = draws.one(60, 60, 30, 15)
    if draws.below(3) == 0:
        method["useRules"] = [{"name": "low use", "below": draws.one(25, 75, 90), "comparison": draws.one("mean", "highestInterval")}]
        if draws.below(2) == 0:
            method["useRules"].append({"name": "adjust", "below": 75, "above": 125})
        method["bringBack"] = draws.below(2) == 0
    if draws.below(4) == 0:
        method["leastDays"] = 1 + draws.below(6)
    if draws.below(2) == 0:
        windows = []
        for _ in range(1 + draws.below(2)):
            start = -15 * (1 + draws.below(24))
            end = start + 15 * (1 + draws.below(-start // 15))
            windows.append({"anchor": draws.one("start", "start", "end"), "fromMin": start, "toMin": end})
        adjustment = {"kind": draws.one("additive", "ratio"), "windows": windows, "basis": draws.one("averaged", "references")}
        if adjustment["kind"] == "ratio" or draws.below(2) == 0:
            adjustment |= {"least": draws.one(0, 60, 80, 100), "most": draws.one(100, 120, 1000)}
        method["adjustment"] = adjustment
    return method


def kind_case(seed):
    """The rules are in the line; the readings alone are drawn from its seed."""
    draws = Draws(seed + 1_000_000)
    settings = Settings()
    settings.days_kept = 1 + draws.below(40)
    method = method_of(draws)
    offset = draws.one(36, 36, 0, -19)
    order, readings = order_of(Draws(seed), settings.days_kept)
    today = (order.first + offset) // PER_DAY
    holidays = [day_name(today - before) for before in range(60) if draws.below(8) == 0]
    excluded = [today - before for before in range(60) if draws.below(12) == 0]
    rules = SimpleNamespace(method=method, holidays=holidays, offset=offset, excluded=excluded)
    return (method, offset, holidays, settings.days_kept, [day_name(day) for day in excluded]), *found(settings, rules, order, readings)


def digest(milli):
    """One number of all quarter hours, in which each has a weight of its own."""
    return sum(place * (-1 if value is None else value) for place, value in enumerate(milli, 1))


def figures_of(found):
    figures = [found["baselineWh"], found["usedWh"], found["reducedWh"]]
    return [*figures, digest(found["quarterBaselineMilliWh"]), digest(found["quarterUsedMilliWh"])]


def words(others):
    return ",".join(f"{other['day']} {other['why']}" for other in others)


def lines():
    for seed in range(COUNT):
        figures = case(seed)
        yield "\t".join(map(str, [seed, *figures_of(figures), ",".join(figures["days"]), words(figures["others"])]))


def kind_lines():
    for seed in range(COUNT):
        (method, offset, holidays, days_kept, excluded), figures, parts = kind_case(seed)
        days = ";".join(",".join(day_name(day) for day in part.days) for part in parts)
        given = [json.dumps(method, separators=(",", ":")), offset, ",".join(holidays), days_kept, ",".join(excluded)]
        yield "\t".join(map(str, [seed, *given, *figures_of(figures), days, words(figures["others"])]))


if __name__ == "__main__":
    print("\n".join(kind_lines() if sys.argv[1:] == ["kinds"] else lines()))
