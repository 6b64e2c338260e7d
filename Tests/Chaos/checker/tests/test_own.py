"""A resource's own baseline by the checker's rules, beside the resources of the reference."""

import json
import unittest
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

from ..rules import own
from ..rules.accepted_orders import days_of
from ..rules.market import BUILT_IN, chosen, rules_on
from ..rules.quarters import QUARTER, Order
from ..values import to_iso

VECTORS = Path(__file__).parents[3] / "Vectors" / "baseline-random.jsonl"
KEPCO = SimpleNamespace(reach=lambda order: 0)


def milliseconds(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def rounded_half(figure):
    """Halves away from zero."""
    sign = -1 if figure < 0 else 1
    return sign * int(abs(figure) + Fraction(1, 2))


class Readings:
    """In tenths of a Wh, the last one of a quarter hour."""

    def __init__(self, batches):
        self.values = {}
        for batch in batches:
            first = milliseconds(batch["startsAt"]) // QUARTER
            self.values |= {first + place: wh * 10 for place, wh in enumerate(batch["wh"]) if wh is not None}

    def wh(self, quarter):
        return self.values.get(quarter)


class Own(unittest.TestCase):
    def rules(self, one):
        kind = next(kind for kind in BUILT_IN["kinds"] if kind["id"] == "national")
        method = chosen(rules_on(kind, date.fromisoformat(one["order"]["startsAt"][:10])), one["method"])
        return SimpleNamespace(method=method, holidays=one["holidays"], offset=36, by_settings=None)

    def found(self, one):
        rules = self.rules(one)
        starts, ends = (milliseconds(one["order"][name]) for name in ("startsAt", "endsAt"))
        order = Order(starts, ends)
        check = {"startsAt": to_iso(starts), "endsAt": to_iso(ends), "market": 1, "kind": "national", "resource": "r"}
        row = {}
        for name in one["participants"]:
            mine = own.of_customer(KEPCO, check, order, rules, Readings(one["customers"][name]))
            row = own.combined(row, mine, lambda some, more: some + more)
        if "ownCustomers" not in row:
            return None, row
        noons = [milliseconds(f"{day['day']}T12:00:00+09:00") for day in one["excludedDays"]]
        excluded = days_of([{"startsAt": to_iso(noon), "endsAt": to_iso(noon + 1)} for noon in noons], 36)
        return own.reduction(own.Added(rules, order, row, excluded), row), row

    def test_resources_of_the_reference(self):
        count = with_hours = 0
        for line in VECTORS.read_text().splitlines():
            one = json.loads(line)
            if "participants" not in one:
                continue
            count += 1
            found, row = self.found(one)
            expected = one["expected"]
            self.assertEqual(row.get("ownCustomers", 0), len(expected["counted"]))
            if expected["resource"] is None:
                self.assertIsNone(found)
                continue
            rounded = expected["resource"]["rounded"]
            for name in ("BaselineWh", "UsedWh", "ReducedWh"):
                self.assertEqual(found[f"own{name}"], rounded[name[0].lower() + name[1:]], one["id"])
            self.assertEqual(found["ownReducedKWh"], sum(expected["resource"]["kpxKWh"]), one["id"])
            hours = expected["resource"]["hours"]
            if any(hour["reason"] for hour in hours):
                self.assertNotIn("ownHourBaselineMilliWh", found, one["id"])
                continue
            exact = [Fraction(*hour["baselineWh"]) * 1000 for hour in hours]
            self.assertEqual(found["ownHourBaselineMilliWh"], [rounded_half(figure) for figure in exact], one["id"])
            self.assertEqual(found["ownHourUsedMilliWh"], [hour["usedWh"] * 1000 for hour in hours], one["id"])
            with_hours += 1
        self.assertGreater(with_hours, 20)
        self.assertEqual(count, 30)

    def test_what_is_read_is_what_was_written(self):
        row = own.flat({"ownStartsAt": "2026-11-20T01:00:00Z", "ownEndsAt": "2026-11-20T02:00:00Z", "ownMarket": 1,
                        "ownKind": "national"}, 3, 2, [5, 6], {3: [1, 2], 1: [7, 8]})  # fmt: skip
        self.assertEqual(own.read(row), row)
        self.assertEqual(row["ownUses"], [7, 8, 1, 2])
        place = {name: row[name] for name in own.PLACE if name in row}
        self.assertEqual(own.combined(row, row, lambda one, other: one - other), place | {"ownChecked": 0})
