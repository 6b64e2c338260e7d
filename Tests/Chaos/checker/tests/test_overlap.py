"""Orders of a customer that touch the same quarter hours, and days with orders, which are no references."""

import json
import unittest

from .world import DAY, NOON, QUARTER, World

SECOND = 1000


class Overlap(unittest.TestCase):
    def setUp(self):
        """Ann uses 100 Wh a quarter hour, and 40 today."""
        self.world = World()
        self.log = self.world.log
        self.world.send("user.commands", "ann", {"eventType": "RegisterUser", "id": "ann", "name": "Ann", "capacity": 3000})
        for back, wh in enumerate((40, 100, 100)):
            starts = NOON - 8 * QUARTER - back * DAY
            self.world.send(
                "kepco.readings", "ann", {"eventType": "MeterReadings", "userId": "ann", "startsAt": starts, "wh": [wh] * 16})
        self.advance()

    def advance(self, milliseconds=4 * SECOND):
        for _ in range(8):
            self.world.advance(milliseconds // 8)

    def start(self, name, starts, **more):
        self.world.send("dr.commands", name, {"eventType": "StartDr", "id": name, "name": "kt", "type": "t", "startsAt": starts, **more})
        self.advance()
        self.world.send("response.commands", "ann", {"eventType": "Accept", "drId": name, "userId": "ann"})
        self.advance()

    def end(self, name):
        self.world.send("dr.commands", name, {"eventType": "EndDr", "id": name})
        self.advance()

    def checks(self):
        found = [json.loads(one.value) for one in self.log.all("kepco.events")]
        return {one["drId"]: one for one in found}

    def test_a_quarter_hour_is_paid_once(self):
        self.start("o1", NOON - 4 * QUARTER)
        self.start("o2", NOON - 6 * QUARTER)
        self.start("o3", NOON - 2 * QUARTER)
        for name in ("o1", "o2", "o3"):
            self.end(name)
        checks = self.checks()
        self.assertGreaterEqual(checks["o1"]["reducedWh"], 240)
        self.assertEqual(checks["o2"]["reducedWh"], 120)
        self.assertEqual([one["drId"] for one in checks["o2"]["countedFor"]], ["o1"])
        self.assertEqual((checks["o3"]["reducedWh"], checks["o3"]["isReal"]), (0, False))
        self.assertEqual([one["drId"] for one in checks["o3"]["countedFor"]], ["o1"])
        paid = [one for one in self.log.all("user.events") if one.header("type") == "PointChanged"]
        self.assertEqual(len(paid), 2)
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_a_quarter_hour_paid_twice_is_found(self):
        self.start("o1", NOON - 4 * QUARTER)
        self.start("o2", NOON - 4 * QUARTER)
        self.end("o1")
        self.end("o2")
        # As if the second one's check knew nothing of the first one.
        first, second = (one for one in self.log.all("kepco.events") if one.header("type") == "ReductionCheck")
        figures = {name: value for name, value in json.loads(first.value).items() if name not in ("id", "drId", "responseId")}
        changed = json.loads(second.value) | figures
        del changed["countedFor"], changed["reason"]
        second.value, second.json = json.dumps(changed).encode(), None
        self.assertFalse(self.world.check().agrees)


if __name__ == "__main__":
    unittest.main()
