"""What resources come to, and what an auditor finds when something is wrong with that."""

import json

from . import test_resources
from .world import DAY, NOON, QUARTER

PERIOD = 10_000


class Sums(test_resources.Resources):
    def setUp(self):
        """Ann and dan of s1, who lie in different partitions, and bob of j1 accept; dan has no readings."""
        super().setUp()
        self.user("RegisterUser", "dan", name="dan", capacity=5, resource="s1")
        for user, wh in (("ann", 40), ("bob", 190)):
            for day in (1, 2):
                self.readings(user, -day * DAY, 100)
            self.readings(user, 0, wh)
        self.order("o1", startsAt=NOON - 2 * QUARTER)
        for user in ("ann", "bob", "dan"):
            self.answer("Accept", "o1", user)
        self.world.advance(1000)
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.settle()

    def readings(self, user, after, wh):
        starts = NOON - 2 * QUARTER + after
        value = {"eventType": "MeterReadings", "userId": user, "startsAt": starts, "wh": [wh] * 4}
        self.world.send("kepco.readings", user, value)
        self.world.run()

    def settle(self):
        self.world.run()
        for _ in range(8):
            self.world.advance(PERIOD // 2)

    def said(self, resource="s1"):
        found = [record.json for record in self.world.log.all("kepco.events") if record.header("type") == "ResourceReduction"]
        names = ("version", "accepted", "checked", "counted", "baselineWh", "usedWh", "reducedWh", "positiveWh", "points")
        return [tuple(one[name] for name in names) for one in found if one["resource"] == resource]

    def record(self, topic, kind):
        return [record for record in self.world.log.all(topic) if record.header("type") == kind][-1]

    def assert_found(self, kind, *words):
        report = self.world.check()
        texts = [" ".join(map(str, item)) for item in report.differences[kind]]
        self.assertTrue(any(all(word in text for word in words) for text in texts), f"{words} not in {report.differences}")

    def test_sums_of_several_partitions(self):
        (count, *_), used = self.said()[-1][1:], self.said("j1")[-1]
        self.assertEqual(count, 2)
        self.assertEqual(self.said()[-1][1:4], (2, 1, 1))
        self.assertEqual(used[1:4], (1, 1, 1))
        self.assertLess(used[6], 0)
        self.assertEqual(used[7:], (0, 0))
        self.assertGreater(self.said()[-1][6], 0)
        self.assert_agrees()
        # The deadline: dan is checked, and nothing of him counts; then his readings come, and ann's are corrected.
        self.world.advance(3 * 3_600_000)
        self.settle()
        self.assertEqual(self.said()[-1][1:4], (2, 2, 1))
        for day in (1, 2, 0):
            self.readings("dan", -day * DAY, 100)
        self.readings("ann", 0, 300)
        self.settle()
        self.assertEqual(self.said()[-1][1:4], (2, 2, 2))
        self.assertLess(self.said()[-1][6], 0)
        self.assertEqual(self.said()[-1][7], 0)
        self.assert_agrees()
        report = self.world.check()
        self.assertEqual(report.counts["sums of resources: what their customers' last checks come to"], 2)

    def test_a_sum_that_has_yet_to_be_said(self):
        self.readings("ann", 0, 20)
        self.world.advance(4000)
        self.assert_agrees()
        self.assertEqual(self.world.check().counts["sums of resources that have yet to be said"], 1)

    def test_what_others_claim(self):
        value = {**json.loads(self.record("kepco.internal", "SumResource").value), "version": 99}
        for more in ({"partition": 7}, {"deadline": "2024-01-01T00:00:00Z"}, {"resource": "a/b"}, {"points": 2**60}):
            self.world.send("kepco.internal", "s1", {**value, **more})
        self.world.send("kepco.commands", "s1", value)
        self.world.run()
        self.assertEqual(sorted(self.letters("kepco")), ["late", "malformed", "malformed", "refused", "unknown-type"])
        # Nothing is wrong but that no daemon has written them.
        self.assertLessEqual(self.world.check().differences.keys(), {"id", "twice"})

    def test_an_older_message_says_nothing(self):
        value = json.loads(self.record("kepco.internal", "SumResource").value)
        before = len(self.said()) + len(self.said("j1"))
        self.world.send("kepco.internal", value["resource"], {**value, "usedWh": 5})
        self.settle()
        self.assertEqual(len(self.said()) + len(self.said("j1")), before)
        self.assertEqual(self.world.check().differences.keys(), {"id"})

    def test_sums_go_with_their_checks(self):
        self.assertTrue(any(key.startswith("waiting///total/") for key in self.rows("kepco", "waiting")))
        # Each day has its sweep.
        self.world.advance(401 * DAY)
        for _ in range(3):
            self.world.advance(DAY)
        self.assertFalse(any(key.startswith(("waiting///total/", "waiting///sum/")) for key in self.rows("kepco", "waiting")))

    def test_another_figure(self):
        record = self.record("kepco.events", "ResourceReduction")
        value = json.loads(record.value)
        self.world.change(record, reducedWh=value["reducedWh"] + 1)
        self.assert_found("sum", value["resource"])

    def test_a_sum_that_is_not_said(self):
        self.world.remove(self.record("kepco.events", "ResourceReduction"))
        self.assert_found("message lost", "ResourceReduction")

    def test_a_partition_that_is_not_added(self):
        self.world.remove(self.record("kepco.internal", "SumResource"))
        self.assert_found("message lost", "SumResource")


# Not once more.
for name in [name for name in vars(test_resources.Resources) if name.startswith("test_")]:
    setattr(Sums, name, None)
