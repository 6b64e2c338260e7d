"""Whatever order the daemon has read two topics in, as long as it is possible, is right."""

import itertools
import json
import unittest

from checker.partitioner import home
from checker.positions import is_positions

from .world import NOON, QUARTER, World

HOME = 0
USER = next(name for name in "abcdefgh" if home(name, 2) == HOME)


class Orders(unittest.TestCase):
    def reading(self, world, wh, at_home):
        """A reading of the same quarter hour, keyed or sent on from another partition."""
        value = {"eventType": "MeterReading", "userId": USER, "startsAt": NOON - QUARTER, "wh": wh}
        if at_home:
            world.send("kepco.readings", USER, value)
        else:
            world.send("kepco.readings", None, value, partition=1 - HOME)

    def test_readings_of_two_topics_in_every_order(self):
        for story in itertools.product(itertools.product((5, 6), (True, False)), repeat=4):
            with self.subTest(story):
                world = World()
                for wh, at_home in story:
                    self.reading(world, wh, at_home)
                    world.run()
                report = world.check()
                self.assertTrue(report.agrees, report.differences)

    def test_points_and_withdrawals_in_every_order(self):
        for story in itertools.permutations((("pay", 50), ("pay", 30), ("draw", 40), ("draw", 60), ("draw", 10))):
            world = World()
            world.send("user.commands", USER, {"eventType": "RegisterUser", "id": USER, "name": "x", "capacity": 1})
            world.run()
            for number, (what, points) in enumerate(story):
                if what == "pay":
                    check = {"drId": f"o{number}", "userId": USER, "adjustPoint": points, "isReal": True, "responseAnswer": "accept"}
                    check["reducedWh"] = points
                    world.send("kepco.events", USER, {"eventType": "ReductionCheck", **check})
                else:
                    draw = {"id": f"w{number}", "userId": USER, "amount": points}
                    world.send("user.commands", USER, {"eventType": "WithdrawPoint", **draw})
                world.run()
            # Of the other contexts nobody has heard of these orders.
            report = world.check()
            self.assertTrue(report.agrees, report.differences)

    def test_an_order_that_was_not_possible(self):
        world = World()
        world.send("user.commands", USER, {"eventType": "RegisterUser", "id": USER, "name": "x", "capacity": 1})
        for number, points in enumerate((50, 30)):
            check = {"drId": f"o{number}", "userId": USER, "adjustPoint": points, "isReal": True, "responseAnswer": "accept"}
            check["reducedWh"] = points
            world.send("kepco.events", USER, {"eventType": "ReductionCheck", **check})
        world.run()
        # The second one before the first, each as it should be in itself.
        events = [record for record in world.log.all("user.events") if record.header("type") == "PointChanged"]
        rows = [record for record in world.log.all("user.changelog") if not is_positions(record)][1:]
        rows = [record for record in rows if not record.key.startswith(b"timers/")]
        for record, point, entries in zip(rows[::2], (30, 80), (1, 2), strict=True):
            world.change(record, point=point, entries=entries)
        rows[1].key, rows[3].key = rows[3].key, rows[1].key
        for record, change, point, other in ((rows[1], 30, 30, 1), (rows[3], 50, 80, 0)):
            source = f"kepco.events-{HOME}-{other}"
            world.change(record, change=change, point=point, drId=f"o{other}", source=source)
        for record, change, point, other in ((events[0], 30, 30, 1), (events[1], 50, 80, 0)):
            world.change(record, change=change, point=point, drId=f"o{other}")
            record.headers = (("type", b"PointChanged"), ("id", f"kepco.events-{HOME}-{other}-0".encode()))
        report = world.check()
        self.assertIn("order", report.differences)
        self.assertIn("outcome", report.differences, json.dumps(report.totals))


if __name__ == "__main__":
    unittest.main()
