#!/usr/bin/env python3
"""Compares `negawatt settle` with the same rules written a second time, over random orders: every won and percent.

compare.py PROGRAM [--orders N] [--seed S]   exits 1 at the first difference, whose line it prints."""

import argparse
import json
import random
import subprocess
import sys
from fractions import Fraction

KINDS = ["standard", "small", "jeju", "national"]


def nearest(value):
    """Halves away from zero."""
    whole, rest = divmod(abs(value), 1)
    return (-1 if value < 0 else 1) * int(whole + (2 * rest >= 1))


def amount(chance, most, places):
    """At limits and beside them, with up to so many decimals."""
    number = chance.choice([0, most, chance.uniform(0, most), chance.uniform(0, most)])
    return round(number, chance.randint(0, places))


def order(chance, number):
    kind = chance.choice(KINDS)
    ordered = chance.choice([1, 100, 4000, 10_000_000, chance.randint(1, 20_000_000)])
    hours = []
    for position in range(chance.randint(1, 4)):
        baseline = amount(chance, 5 * ordered, 3)
        share = chance.choice([0.97, 1.2, 0.9699, 1.2001, chance.uniform(-0.5, 2)])
        hour = {
            "startsAt": f"2026-06-08T{13 + position}:00:00+09:00", "orderedWh": ordered, "baselineWh": baseline,
            "usedWh": chance.choice([round(baseline - share * ordered, 3)] * 9 + [None]),
        }
        if chance.random() < 0.3:
            hour["mgp"], hour["smp"] = amount(chance, 300, 3), amount(chance, 200, 2)
        if chance.random() < 0.1:
            hour["kpxKWh"] = chance.randint(-5, 20_000)
        hours.append(hour)
    line = {
        "id": str(number), "kind": kind, "test": chance.random() < 0.2, "noticeMin": chance.choice([30, 45, 60, 1440]),
        "hours": hours, "prices": {"mgp": 178.4, "smp": 90.25, "capacity": amount(chance, 5000, 3), "rbp": 65760},
        "earlierDays": [
            {"day": f"2026-06-0{day}", "orderedWh": ordered, "reducedWh": ordered * chance.randint(50, 110) // 100}
            for day in chance.sample(range(1, 9), chance.randint(0, 6))
        ],
        "kpxWon": chance.randint(-5000, 5000),
    }
    if chance.random() < 0.5:
        line["capacityPayWon"], line["penaltiesBeforeWon"] = chance.randint(0, 10**7), chance.randint(0, 10**6)
    return line


def settled(line, reductions):
    """Pay and penalty in won, and what is credited and short in kWh; reductions are in kWh."""
    pay = credited = short = Fraction(0)
    for hour, reduced in zip(line["hours"], reductions):
        price = exact({**line["prices"], **hour}["smp" if line["test"] and line["kind"] != "national" else "mgp"])
        ordered = Fraction(hour["orderedWh"], 1000)
        if line["kind"] == "national":
            paid = max(reduced, Fraction(0))
            factor = 1 + Fraction(60, line["noticeMin"]) / 10
            price = (exact(line["prices"]["rbp"]) / 60 + price) * factor
        else:
            paid = min(max(reduced, Fraction(0)), ordered * 6 / 5)
            short += max(Fraction(97, 100) * ordered - reduced, Fraction(0))
        credited += paid
        pay += paid * price
    penalty = nearest(short * exact(line["prices"]["capacity"]) / 5 * 2)
    if "capacityPayWon" in line:
        penalty = min(penalty, max(0, line["capacityPayWon"] - line["penaltiesBeforeWon"]))
    return nearest(pay), penalty, credited, short


def exact(number):
    """As it stands in JSON."""
    return Fraction(json.dumps(number))


def expected(line):
    reductions, whole = [], []
    for hour in line["hours"]:
        gap = hour["usedWh"] is None
        baseline, used = exact(hour["baselineWh"]), None if gap else exact(hour["usedWh"])
        reductions.append(Fraction(0) if gap else (baseline - used) / 1000)
        rounded = 0 if gap else nearest(baseline / 1000) - nearest(used / 1000)
        whole.append(Fraction(hour.get("kpxKWh", rounded)))
    ordered = sum(Fraction(hour["orderedWh"], 1000) for hour in line["hours"])
    reduced = sum(reductions)
    (pay, penalty, credited, short), kpx = settled(line, reductions), settled(line, whole)
    net = kpx[0] - kpx[1]
    result = {
        "reducedWh": nearest(reduced * 1000), "creditedWh": nearest(credited * 1000), "payWon": pay,
        "netWon": pay - penalty, "differenceWon": line["kpxWon"] - net, "objectionDue": line["kpxWon"] < net - 3,
        "overpaid": line["kpxWon"] > net + 3, "compliancePercent": hundredths(reduced, ordered) / 100,
    }
    if line["kind"] != "national":
        result |= {
            "penaltyWon": penalty, "shortfallWh": nearest(short * 1000),
            "isFull": reduced / ordered >= Fraction(97, 100), "stopsTrading": stops(line, reduced, ordered),
        }
    return result, sum(whole), kpx


def hundredths(reduced, ordered):
    return nearest(reduced / ordered * 10_000)


def stops(line, reduced, ordered):
    days = {"2026-06-08": (reduced, ordered)}
    for day in line["earlierDays"]:
        so = days.get(day["day"], (0, 0))
        days[day["day"]] = (so[0] + Fraction(day["reducedWh"], 1000), so[1] + Fraction(day["orderedWh"], 1000))
    newest = [hundredths(*days[day]) for day in sorted(days)[-3:]]
    return len(newest) == 3 and sum(newest) < 3 * 8000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    lines = [order(chance, number) for number in range(arguments.orders)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = subprocess.run([arguments.program, "settle", "-"], input=text, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode != 0 or len(found) != len(lines):
        sys.exit(f"negawatt settle ended with {run.returncode}:\n{run.stderr[:2000]}")
    for line, result in zip(lines, found):
        want, kWh, kpx = expected(line)
        got = {name: result.get(name) for name in want}
        if got != want or result["kpx"]["reducedKWh"] != kWh or result["kpx"]["netWon"] != kpx[0] - (
            0 if line["kind"] == "national" else kpx[1]
        ):
            sys.exit(f"{json.dumps(line)}\n{json.dumps(result)}\nexpected {want}, {kWh} kWh, {kpx}")
    stopped = sum(result.get("stopsTrading", False) for result in found)
    print(f"{len(found)} orders agree, {stopped} of them stop trading")


if __name__ == "__main__":
    main()
