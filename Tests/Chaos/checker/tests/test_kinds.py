"""Checks by the kind of order and the market that an order names."""

import json
import unittest
from types import SimpleNamespace

from ..rules import kept_markets
from ..rules.market import BUILT_IN
from .world import DAY, NOON, QUARTER, World

SECOND, HOUR = 1000, 3_600_000
# The highest of the three days before, by the hour.
HIGHEST = {"name": "Max(1/3)", "days": 3, "keep": "top 1", "eligibleDays": 5}


class Kinds(unittest.TestCase):
    def setUp(self):
        """Wednesday; Ann and Bob used 100, 200 and 300 Wh a quarter hour on the days before, and 40 today."""
        self.world = World()
        self.log = self.world.log
        for user in ("ann", "bob"):
            self.world.send("user.commands", user, {"eventType": "RegisterUser", "id": user, "name": user, "capacity": 3000})
            for back, wh in enumerate((40, 100, 200, 300)):
                starts = NOON - 4 * QUARTER - (back + (2 if back == 3 else 0)) * DAY
                self.world.send(
                    "kepco.readings", user, {"eventType": "MeterReadings", "userId": user, "startsAt": starts, "wh": [wh] * 8})
        self.advance()

    def advance(self, milliseconds=4 * SECOND):
        for _ in range(8):
            self.world.advance(milliseconds // 8)

    def market(self, version, **rules):
        market = json.loads(json.dumps(BUILT_IN)) | {"version": version}
        market["kinds"][0]["rules"][0] |= rules
        return market

    def order(self, name, user):
        self.world.send(
            "dr.commands", name, {"eventType": "StartDr", "id": name, "name": "kt", "type": "t", "startsAt": NOON - 4 * QUARTER})
        self.advance()
        self.world.send("response.commands", user, {"eventType": "Accept", "drId": name, "userId": user})
        self.advance()
        self.world.send("dr.commands", name, {"eventType": "EndDr", "id": name})
        self.advance()

    def saved(self, name, version, user):
        """As response would say it of an order whose market is not there."""
        times = {"startsAt": NOON - 4 * QUARTER, "endsAt": NOON}
        names = {"id": f"{name}.{user}", "drId": name, "userId": user, "userName": user, "userCapacity": 1, "answer": "accept"}
        self.world.send(
            "response.events", user,
            {"eventType": "Listsaved", "timestamp": NOON, **names, **times, "market": version, "kind": "reliable"})  # fmt: skip
        self.advance()

    def checks(self):
        found = [json.loads(one.value) for one in self.log.all("kepco.events")]
        return {one["drId"]: (one["adjustPoint"], one["market"], "bySettings" in one) for one in found}

    def waiting(self):
        return sorted(key for shard in self.world.shards for key in shard.rows.keys.get("waiting", ()) if "//for/" in key or key.startswith(("waiting/ann/", "waiting/bob/")))

    def test_by_the_market_of_the_order(self):
        self.order("o1", "bob")
        self.world.send("dr.commands", "market", {"eventType": "SetMarket", "market": self.market(2, method=HIGHEST, pointsPerWh=2)})
        self.advance()
        self.order("o2", "ann")
        self.assertEqual(self.checks()["o1"][1:], (1, False))
        # A second more than the hour: 300 - 40, twice.
        points, market, _ = self.checks()["o2"]
        self.assertEqual(market, 2)
        self.assertGreaterEqual(points, 2 * 4 * 260)
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_a_market_that_comes_late_and_one_that_never_comes(self):
        self.saved("o1", 2, "ann")
        self.saved("o2", 3, "bob")
        self.advance(3 * HOUR)
        self.assertEqual((self.checks(), len(self.waiting())), ({}, 4))
        for partition in range(2):
            body = {"version": 2, "previous": 1, "changes": [], "market": self.market(2, method=HIGHEST, pointsPerWh=2)}
            self.world.send("dr.events", "market", {"eventType": "MarketChanged", "timestamp": NOON, **body}, partition)
        self.advance()
        self.assertEqual(self.checks(), {"o1": (2 * 4 * 260, 2, False)})
        self.advance(22 * HOUR)
        self.assertEqual(len(self.checks()), 1)
        self.advance(2 * HOUR)
        # The mean of 100, 200 and 300, less 40.
        self.assertEqual(self.checks()["o2"], (4 * 160, 3, True))
        self.assertEqual(self.waiting(), [])

    def test_older_markets_stay_as_long_as_orders_need_them(self):
        rows = {}
        step = SimpleNamespace(get=rows.get, put=rows.__setitem__)
        whole = 400 * DAY

        def add(version, day):
            gone = kept_markets.add(step, version, day * DAY)
            return gone if gone is None else [int(key[-13:]) for key in gone]

        def need(version, day):
            kept_markets.need(step, version, (day - 401) * DAY, whole, 30)

        for version in range(2, 52):
            self.assertEqual(add(version, 0), [])
        need(52, 409)
        need(2, 409)
        need(2, 408)
        need(4, 405)
        self.assertEqual(rows[kept_markets.ROW], {"versions": list(range(2, 52)), "needed": [2, 4], "neededUntil": [409, 405]})
        self.assertEqual([add(version, 405) for version in (52, 53, 54)], [[], [3], []])
        self.assertEqual((add(55, 406), add(3, 406)), ([4, 5], None))
        self.assertEqual(add(56, 410), [2, 6])
        self.assertNotIn("needed", rows[kept_markets.ROW])
        for version in range(57, 357):
            need(version - 1, 499)
            self.assertTrue(version > 105 or add(version, 410) == [version - 50])
            if version > 105:
                add(version, 410)
        self.assertEqual(add(357, 410), [107])
        self.assertEqual(len(rows[kept_markets.ROW]["needed"]), 248)
        self.assertFalse(kept_markets.has(step, 107))
        self.assertTrue(kept_markets.has(step, 108))

    def test_a_market_is_kept_as_long_as_the_checks_that_go_by_it(self):
        market = self.market(2, method=HIGHEST, pointsPerWh=2)
        self.world.send("dr.commands", "market", {"eventType": "SetMarket", "market": market})
        self.advance()
        self.order("o1", "ann")
        rows = [shard.rows.values["waiting///markets"] for shard in self.world.shards if "waiting///markets" in shard.rows.values]
        self.assertEqual(sorted(row.get("needed", []) for row in rows), [[], [2]])
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)


if __name__ == "__main__":
    unittest.main()
