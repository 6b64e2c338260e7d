"""Markets: which are taken, and what they say of orders; how orders of a kind are counted."""

import copy
import json
import unittest

from ..rules.market import BUILT_IN, Admission, Wrong, check
from ..values import Refusal, from_iso
from .world import World


def at(text):
    return from_iso(f"2026-{text}:00Z")


class Markets(unittest.TestCase):
    def test_the_built_in_market_is_right_and_each_change_of_it_is_wrong(self):
        check(BUILT_IN)
        for path, value in (
            (("version",), 0), (("version",), "2"), (("utcOffset",), "+9"), (("colour",), 1), (("otherKinds",), "none"),
            (("kinds",), []), (("kinds", 1, "id"), "a/b"), (("kinds", 1, "id"), "small"), (("kinds", 1, "name", "ko"), ""),
            (("kinds", 1, "rules"), []), (("kinds", 1, "rules", 0, "from"), "2026-02-30"),
            (("kinds", 1, "rules", 0, "gridMin"), 7), (("kinds", 1, "rules", 0, "noticeMin"), -1),
            (("kinds", 1, "rules", 0, "windows"), ["10:00-09:00"]), (("kinds", 1, "rules", 0, "days"), "sundays"),
            (("kinds", 1, "rules", 0, "durationMin"), {"least": 5, "most": 1}), (("holidays", "until"), "2026-01-01"),
            (("kinds", 1, "rules", 0, "contiguous"), 1), (("holidays", "days"), ["2026-01-01", "2026-01-01"]),
        ):  # fmt: skip
            market = copy.deepcopy(BUILT_IN)
            place = market
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = value
            with self.subTest(path=path), self.assertRaises(Wrong):
                check(market)

    def test_limits(self):
        for kind, asked, start, end, broken in (
            ("standard", "11-30T00:00", "11-30T01:00", "11-30T03:00", []),
            ("standard", "11-30T00:01", "11-30T01:00", "11-30T03:00", ["noticeMin"]),
            ("national", "11-30T00:30", "11-30T01:00", "11-30T02:00", []),
            ("standard", "11-29T23:00", "11-30T01:20", "11-30T02:20", ["gridMin"]),
            ("standard", "11-29T23:00", "11-30T02:00", "11-30T04:00", ["windows"]),
            ("standard", "11-29T23:00", "11-30T04:00", "11-30T09:00", ["durationMin"]),
            ("standard", "11-27T23:00", "11-28T01:00", "11-28T02:00", ["days"]),
            ("national", "11-28T23:00", "12-25T05:00", None, ["durationMin", "days"]),
            ("other", "11-28T23:00", "11-28T05:07", None, []),
        ):
            with self.subTest(kind=kind, start=start):
                found = Admission(BUILT_IN, kind, at(start), None if end is None else at(end), at(asked))
                self.assertEqual(found.broken, broken)

    def test_without_other_kinds_an_unknown_one_is_refused(self):
        market = {name: value for name, value in BUILT_IN.items() if name != "otherKinds"}
        with self.assertRaises(Refusal):
            Admission(market, "other", at("11-30T01:00"), None, at("11-30T00:00"))


class Counting(unittest.TestCase):
    def test_a_market_is_taken_by_all_and_orders_are_counted_by_one(self):
        world = World()
        market = copy.deepcopy(BUILT_IN) | {"version": 2}
        counted = {"id": "counted", "name": {"ko": "k", "en": "e"}, "rules": [{"from": "2020-01-01", "ordersADay": 2}]}
        market["kinds"].append(counted)
        for value in (market, market, {**market, "colour": 1}, {**market, "version": 1}):
            world.send("dr.commands", "market", {"eventType": "SetMarket", "market": value})
        world.run()
        for number in range(4):
            more = {"force": True} if number == 3 else {}
            order = {"eventType": "StartDr", "id": f"o{number}", "name": "kt", "type": "counted", **more}
            world.send("dr.commands", f"o{number}", order)
        for _ in range(2):
            world.send("dr.commands", "", {"eventType": "StartDr", "name": "kt", "type": "other"})
        world.run()
        world.advance(1000)
        started = [json.loads(record.value) for record in world.log.all("dr.events") if record.header("type") == "DRstarted"]
        self.assertEqual(sorted(order["market"] for order in started), [2, 2, 2, 2])
        self.assertEqual([order.get("forced") for order in started].count(["ordersADay"]), 1)
        kinds = sorted(letter.header("deadletter.kind") for letter in world.log.all("dr.deadletters"))
        self.assertEqual(kinds, ["conflict", "conflict", "refused", "refused"])
        report = world.check()
        self.assertTrue(report.agrees, report.differences)
