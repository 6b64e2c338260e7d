"""Checks that later readings correct, and what is paid then."""

import json
import unittest

from .world import DAY, NOON, QUARTER, World

SECOND = 1000


class Corrections(unittest.TestCase):
    def setUp(self):
        """Ann's order of two quarter hours is checked: 100 Wh each two days before, 40 Wh then."""
        self.world = World()
        self.log = self.world.log
        self.world.send("user.commands", "ann", {"eventType": "RegisterUser", "id": "ann", "name": "Ann", "capacity": 3000})
        self.readings(-DAY, 100, 100, 100)
        self.readings(-2 * DAY, 100, 100, 100)
        order = {"eventType": "StartDr", "id": "o1", "name": "kt", "type": "t", "startsAt": NOON - 2 * QUARTER}
        self.world.send("dr.commands", "o1", order)
        self.advance(SECOND)
        self.world.send("response.commands", "ann", {"eventType": "Accept", "drId": "o1", "userId": "ann"})
        self.advance(SECOND)
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.advance(SECOND)
        self.readings(0, 40, 40, 40)
        self.advance(SECOND)

    def readings(self, after, *wh, topic="kepco.readings"):
        """From half an hour before noon on."""
        starts = NOON - 2 * QUARTER + after
        self.world.send(topic, "ann", {"eventType": "MeterReadings", "userId": "ann", "startsAt": starts, "wh": wh})

    def advance(self, milliseconds):
        self.world.advance(0)
        for _ in range(4):
            self.world.advance(milliseconds // 4)

    def checks(self):
        found = [record for record in self.log.all("kepco.events") if record.header("type") == "ReductionCheck"]
        return [(value.get("version", 1), value["reducedWh"]) for value in (json.loads(one.value) for one in found)]

    def changes(self):
        found = [record for record in self.log.all("user.events") if record.header("type") == "PointChanged"]
        return [json.loads(record.value)["change"] for record in found]

    def test_versions_and_differences(self):
        self.assertEqual((self.checks(), self.changes()), ([(1, 120)], [120]))
        self.readings(0, 60)
        self.advance(SECOND)
        self.assertEqual(self.checks(), [(1, 120)])
        self.advance(4 * SECOND)
        # A day before, and nothing that changes anything.
        self.readings(-DAY, 80, 100, topic="kepco.history")
        self.advance(4 * SECOND)
        self.readings(0, 60, 40)
        self.advance(4 * SECOND)
        self.readings(0, 900)
        self.advance(4 * SECOND)
        self.assertEqual(self.checks(), [(1, 120), (2, 100), (3, 90), (4, -750)])
        self.assertEqual(self.changes(), [120, -20, -10, -90])
        self.assertEqual(json.loads(self.world.event("DenyChosen", "ann").value)["answer"], "deny")
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(report.counts["corrected orders of customers: paid what the last version says"], 1)

    def test_a_check_without_readings_that_come_later(self):
        self.world.send("dr.commands", "o2", {"eventType": "StartDr", "id": "o2", "name": "n", "type": "t", "startsAt": NOON - 9 * QUARTER})
        self.advance(SECOND)
        self.world.send("response.commands", "ann", {"eventType": "Accept", "drId": "o2", "userId": "ann"})
        self.advance(SECOND)
        self.world.send("dr.commands", "o2", {"eventType": "EndDr", "id": "o2"})
        self.advance(8 * 3_600_000)
        self.assertEqual(self.checks()[-1], (1, 0))
        self.readings(-7 * QUARTER, *[1] * 7)
        self.readings(-7 * QUARTER - DAY, *[50] * 7)
        self.advance(4 * SECOND)
        self.assertEqual(self.checks()[-1][0], 2)
        self.assertGreater(self.checks()[-1][1], 300)
        self.assertEqual(json.loads(list(self.log.all("response.events"))[-1].value)["answer"], "accept")
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_points_that_were_withdrawn(self):
        self.world.send("user.commands", "ann", {"eventType": "WithdrawPoint", "id": "w", "userId": "ann", "amount": 100})
        self.advance(SECOND)
        self.readings(0, 900)
        self.advance(4 * SECOND)
        self.world.send("user.commands", "ann", {"eventType": "WithdrawPoint", "id": "v", "userId": "ann", "amount": 1})
        self.world.send("user.commands", "ann", {"eventType": "UpdateUser", "id": "ann", "capacity": 5})
        self.advance(SECOND)
        self.assertEqual(json.loads(self.world.event("UserUpdated", "ann").value)["point"], -100)
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_one_that_is_too_old(self):
        self.advance(31 * DAY)
        self.readings(0, 900)
        self.advance(4 * SECOND)
        self.assertEqual(self.checks(), [(1, 120)])
        self.assertTrue(self.world.check().agrees)


class Spoilt(Corrections):
    """What the whole has to show, however each record is explained."""

    def setUp(self):
        super().setUp()
        self.readings(0, 60)
        self.advance(4 * SECOND)
        [self.correction] = [
            record for record in self.log.all("kepco.events") if json.loads(record.value).get("version") == 2
        ]

    def assert_found(self, kind, *words):
        report = self.world.check()
        texts = [" ".join(item) for item in report.differences[kind]]
        self.assertTrue(any(all(word in text for word in words) for text in texts), f"{words} not in {texts}")

    def test_a_version_is_left_out(self):
        self.world.change(self.correction, version=3)
        self.assert_found("check", "the version behind")

    def test_the_same_figures(self):
        [first] = [record for record in self.log.all("kepco.events") if record is not self.correction]
        value = json.loads(first.value)
        figures = ("baselineWh", "usedWh", "reducedWh", "adjustPoint", "isReal")
        self.world.change(self.correction, **{name: value[name] for name in figures})
        self.assert_found("check", "other figures")

    def test_a_correction_that_is_not_paid(self):
        [change] = [record for record in self.log.all("user.events") if json.loads(record.value).get("version") == 2]
        self.world.remove(change)
        self.assert_found("balance", "points for ('o1', 'ann') in all")

    def test_a_check_that_is_not_corrected(self):
        self.world.remove(self.correction)
        self.assert_found("message lost", "ReductionCheck")


# Not once more for each that is spoilt.
for name in [name for name in vars(Corrections) if name.startswith("test_")]:
    setattr(Spoilt, name, None)


if __name__ == "__main__":
    unittest.main()
