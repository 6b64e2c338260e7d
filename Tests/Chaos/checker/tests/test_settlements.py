"""Points that a resource shares, and what an auditor finds when something is wrong with them."""

import json

from ..rules import settlements
from ..rules.market import BUILT_IN
from . import test_resources
from .world import DAY, NOON, QUARTER

HOUR = 3_600_000


class Settlements(test_resources.Resources):
    def setUp(self):
        """Ann, dan and eve of s1 accept, of two partitions; eve uses more than before. Bob is of j1, alone."""
        super().setUp()
        market = json.loads(json.dumps(BUILT_IN)) | {"version": 2}
        for kind in market["kinds"]:
            kind["rules"][0] |= {"pointsPerWh": 1, "pointsBy": "resource"}
        self.world.send("dr.commands", "market", {"eventType": "SetMarket", "market": market})
        for user in ("dan", "eve"):
            self.user("RegisterUser", user, name=user, capacity=5, resource="s1")
        self.world.advance(1000)
        for user, wh in (("ann", 43), ("bob", 61), ("dan", 80), ("eve", 110)):
            for day in (1, 2):
                self.readings(user, -day * DAY, 100)
            self.readings(user, 0, wh)
        self.order("o1", startsAt=NOON - 2 * QUARTER)
        for user in ("ann", "bob", "dan", "eve"):
            self.answer("Accept", "o1", user)
        self.world.advance(1000)
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.go_on(60_000)

    def readings(self, user, after, wh):
        starts = NOON - 2 * QUARTER + after
        value = {"eventType": "MeterReadings", "userId": user, "startsAt": starts, "wh": [wh] * 4}
        self.world.send("kepco.readings", user, value)
        self.world.run()

    def go_on(self, milliseconds):
        self.world.run()
        for _ in range(12):
            self.world.advance(milliseconds // 12)
        for _ in range(12):
            self.world.advance(5000)

    def checks(self):
        found = {}
        for record in self.world.log.all("kepco.events"):
            if record.header("type") == "ReductionCheck":
                found[record.json["userId"]] = record.json
        return found

    def points(self):
        return {user: check["adjustPoint"] for user, check in sorted(self.checks().items())}

    def assert_found(self, kind, *words):
        report = self.world.check()
        texts = [" ".join(map(str, item)) for item in report.differences[kind]]
        self.assertTrue(any(all(word in text for word in words) for text in texts), f"{words} not in {report.differences}")

    def test_what_a_resource_shares(self):
        self.assertEqual(set(self.points().values()), {0})
        self.assertTrue(all(check["pointsBy"] == "resource" for check in self.checks().values()))
        self.go_on(3 * HOUR)
        reduced = {user: check["reducedWh"] for user, check in self.checks().items()}
        self.assertEqual(self.points()["bob"], reduced["bob"])
        all_of_it = reduced["ann"] + reduced["dan"] + reduced["eve"]
        self.assertLess(reduced["eve"], 0)
        self.assertEqual(self.points()["ann"] + self.points()["dan"], all_of_it)
        exact = all_of_it * reduced["ann"] / (reduced["ann"] + reduced["dan"])
        self.assertLess(abs(self.points()["ann"] - exact), 1)
        self.assert_agrees()
        # A reading of dan's changes ann's points, too.
        before = self.points()["ann"]
        self.readings("dan", 0, 20)
        self.go_on(2 * HOUR)
        self.assertNotEqual(self.points()["ann"], before)
        self.assertEqual(self.checks()["ann"]["settlement"], 2)
        self.assert_agrees()
        report = self.world.check()
        self.assertEqual(report.counts["points that resources share: what the last settlement came to"], 2)

    def test_points_that_are_not_shared_so(self):
        self.go_on(3 * HOUR)
        record = [
            record for record in self.world.log.all("kepco.events")
            if record.header("type") == "ReductionCheck" and record.json.get("settlement")][-1]  # fmt: skip
        value = json.loads(record.value)
        for name, change in (("resourcePoints", 9), ("adjustPoint", 2), ("shareWh", 5)):
            with self.subTest(name):
                self.world.change(record, **{**value, name: value[name] + change})
                self.assert_found("points", value["userId"])

    def test_a_step_that_is_not_done(self):
        self.go_on(3 * HOUR)
        self.world.remove([one for one in self.world.log.all("kepco.internal") if one.header("type") == "SettledPart"][-1])
        self.assert_found("message lost", "SettledPart")

    def test_what_others_claim(self):
        self.go_on(3 * HOUR)
        record = [one for one in self.world.log.all("kepco.internal") if one.header("type") == "SettledPart"][-1]
        for more in ({}, {"partition": 7}, {"step": "x"}, {"remainders": [-1]}, {"version": 0}):
            self.world.send("kepco.internal", "s1", {**record.json, **more})
        step = [one for one in self.world.log.all("kepco.internal") if one.header("type") == "SettlePoints"][-1]
        for more in ({}, {"step": "share"}, {"bucket": 1025}, {"deadline": "2024-01-01T00:00:00Z"}):
            self.world.send("kepco.internal", "s1", {**step.json, **more})
        self.world.run()
        self.assertEqual(
            sorted(self.letters("kepco")),
            ["conflict"] * 3 + ["late"] + ["malformed"] * 4 + ["refused"])

    def test_remainders_are_rounded_up_from_the_largest_on(self):
        self.assertEqual(settlements.rounded_up(0, [[3], [4]]), (1024, [0, 0]))
        self.assertEqual(settlements.rounded_up(3, [[2, 1], [4, 1]]), (0, [1, 0]))
        self.assertEqual(settlements.rounded_up(2, [[0, 1], [4, 1]]), (1, [1, 1]))
        self.assertEqual(settlements.quota(1, {"ofWh": 3, "points": 2}), (0, 682))
        self.assertEqual(settlements.quota(5, {"ofWh": 10, "points": 8}), (4, None))

    def test_rows_go_with_their_checks(self):
        self.go_on(3 * HOUR)
        prefixes = ("waiting///share/", "waiting///settling/", "waiting///settlement/")
        self.assertTrue(any(key.startswith(prefixes) for key in self.rows("kepco", "waiting")))
        self.world.advance(401 * DAY)
        for _ in range(3):
            self.world.advance(DAY)
        self.assertFalse(any(key.startswith(prefixes) for key in self.rows("kepco", "waiting")))


# Not once more.
for name in [name for name in vars(test_resources.Resources) if name.startswith("test_")]:
    setattr(Settlements, name, None)
