#!/usr/bin/env python3
"""Compares `negawatt baseline` with rules.py over random customers: every day, fraction and rounding.

compare.py PROGRAM [--customers N] [--seed S]   exits 1 at the first difference, whose line it prints."""

import argparse
import json
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from fractions import Fraction

from rules import KOREA, METHODS, phases

QUARTERS = range(9 * 4, 20 * 4)


def customer(chance, number):
    """With traps: gaps, order days, holidays, second orders, part hours, equal and very unequal days, late data."""
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(1400))
    while day.weekday() > 4:
        day += timedelta(days=1)
    back = [day - timedelta(days=n) for n in range(1, 45)]
    step = chance.choice([60, 60, 15])
    start = chance.randrange(13 * 60, 17 * 60, step)
    end = min(start + chance.choice([15, 45, 60, 60, 90, 120, 240]), 20 * 60)
    first = None
    if chance.random() < 0.15:
        first = times(day, start - 120, start - 60)
    level, spread = chance.choice([(250, 1.0), (2500, 0.3), (10, 2.0), (40_000, 0.1)])
    few = chance.random() < 0.2

    def use(of):
        factor = chance.choice([0.2, 0.5, 2.5]) if of.toordinal() % 6 == number % 6 and chance.random() < 0.5 else 1
        wh = max(0.0, level * factor * (1 + spread * (chance.random() - 0.5)))
        return round(wh, 1) if chance.random() < 0.3 else round(wh)

    def batch(of, quarters, gaps):
        return {
            "startsAt": at(of, quarters[0] * 15),
            "wh": [None if chance.random() < gaps else use(of) for _ in quarters],
        }

    readings, late = [], []
    for of in back[: 9 if few else 44]:
        if of.weekday() < 5 and chance.random() > 0.06:
            readings.append(batch(of, QUARTERS, 0.03 if chance.random() < 0.3 else 0))
        elif chance.random() < 0.5:
            late.append(batch(of, QUARTERS, 0))
    readings.append(batch(day, QUARTERS, 0.02 if chance.random() < 0.2 else 0))
    if chance.random() < 0.3:
        late.append(batch(day, range(start // 15, max(end // 15, start // 15 + 1)), 0.1))
    kind = chance.choice(["standard", "small", "jeju", "national"])
    return {
        "id": str(number), "kind": kind, "method": chance.choice(list(METHODS)), "saa": chance.random() < 0.5,
        "abnormalDays": chance.random() < 0.4, "industrial": chance.random() < 0.5, "order": times(day, start, end),
        "firstOrder": first, "holidays": [str(of) for of in back if chance.random() < 0.06],
        "excludedDays": [{"day": str(of), "why": "order"} for of in back if chance.random() < 0.12],
        "readings": readings, "late": late,
    }  # fmt: skip


def at(day, minute):
    return datetime(day.year, day.month, day.day, tzinfo=KOREA).isoformat() if not minute else (
        datetime(day.year, day.month, day.day, tzinfo=KOREA) + timedelta(minutes=minute)).isoformat()


def times(day, start, end):
    return {"startsAt": at(day, start), "endsAt": at(day, end)}


def plain(value):
    """As the program writes it: fractions in lowest terms, days as text."""
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    if isinstance(value, date):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def wanted(result):
    hours = [
        {**hour, "notUsed": [{"day": day, "why": why} for day, why in hour["notUsed"]], "usedWh": number(hour["usedWh"])}
        for hour in result["hours"]
    ]
    return plain({**result, "hours": hours, "usedWh": number(result["usedWh"])})


def number(value):
    return None if value is None else int(value) if value == int(value) else float(value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    given = parser.parse_args()
    chance = random.Random(given.seed)
    questions = [customer(chance, number) for number in range(given.customers)]
    text = "".join(json.dumps(question) + "\n" for question in questions)
    output = subprocess.run(
        [given.program, "baseline", "-", "--details"], input=text, capture_output=True, text=True, check=False)
    if output.returncode:
        sys.exit(f"compare: seed {given.seed}: {output.stderr[:2000]}")
    lines = iter(output.stdout.splitlines())
    results = 0
    for question in questions:
        for phase, result in phases(question):
            found = json.loads(next(lines))
            if (found["id"], found["phase"], found["result"]) != (question["id"], phase, wanted(result)):
                print(json.dumps(question))
                sys.exit(f"compare: seed {given.seed}: customer {question['id']}, {phase}:\n{json.dumps(found)}\n"
                         f"instead of\n{json.dumps(wanted(result))}")
            results += 1
    if next(lines, None) is not None:
        sys.exit(f"compare: seed {given.seed}: more lines than results")
    print(f"compare: {results} results of {given.customers} customers agree (seed {given.seed})")


main()
