"""RRMSE of a customer's readings (별표29), calculated once more, without anything of the program."""

from datetime import date, timedelta
from fractions import Fraction
from math import isqrt

from rules import METHODS

WANTED, WITHIN, BEFORE, HOURS = 45, 75, 20, 11


def percent(squared):
    """Hundredths of a percent of a root, halves up."""
    return rounded_root(squared, 10_000)


def rounded_root(squared, scale):
    # floor(scale √s + 1/2) is floor((√(4 scale² s) + 1) / 2).
    return (isqrt(int(4 * scale * scale * squared)) + 1) // 2


def rrmse(question):
    wanted, kept, most_high, _ = METHODS[question["method"]]
    loads = {date.fromisoformat(day): hours for day, hours in question["hourlyWhFrom9"].items()}
    holidays = {date.fromisoformat(day) for day in question["holidays"]}
    orders = {date.fromisoformat(entry["day"]) for entry in question["excludedDays"]}
    removed = {date.fromisoformat(day) for day in question["removedDays"]}
    registered = date.fromisoformat(question["registered"])

    def is_weekday(day):
        return day.weekday() < 5 and day not in holidays

    def load(day, hour):
        hours = loads.get(day)
        return 0 if hours is None or hours[hour] is None else hours[hour]

    period, day = [], registered - timedelta(days=BEFORE - 1)
    while len(period) < WITHIN:
        day -= timedelta(days=1)
        if is_weekday(day):
            period.append(day)
    days = [day for day in period if day not in orders and day not in removed][:WANTED]
    back = [day for day in period if day in orders and day not in removed][: WANTED - len(days)]
    days = sorted(days + back, reverse=True)

    first, errors, total = min(loads), Fraction(0), 0
    for day in days:
        references, earlier = [], day
        while len(references) < wanted and earlier > first:
            earlier -= timedelta(days=1)
            if is_weekday(earlier) and earlier not in orders:
                references.append(earlier)
        high = min(max(0, len(references) - kept) // 2, most_high)
        low = max(0, len(references) - kept) - high
        for hour in range(HOURS):
            uses = sorted((load(other, hour), other) for other in references)
            averaged = [use for use, _ in uses[low : len(uses) - high]]
            cbl = Fraction(sum(averaged), len(averaged)) if averaged else Fraction(0)
            errors += (cbl - load(day, hour)) ** 2
            total += load(day, hour)
    count = len(days) * HOURS
    squared = errors * count / total**2 if total else Fraction(0)
    return {"days": days, "squared": squared, "ratio": rounded_root(squared, 100), "percent": rounded_root(squared, 10_000)}
