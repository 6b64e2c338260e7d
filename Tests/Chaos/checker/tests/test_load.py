"""The load of resources while an order runs, and what an auditor finds when something is wrong with that."""

import json

from . import test_sums
from .world import DAY, NOON, QUARTER


class Load(test_sums.Sums):
    def setUp(self):
        """An order of an hour that runs for half an hour already; ann and dan of s1 accept, bob of j1 does, too."""
        super(test_sums.Sums, self).setUp()
        self.user("RegisterUser", "dan", name="dan", capacity=5, resource="s1")
        for user in ("ann", "bob", "dan"):
            for day in (1, 2):
                self.readings(user, -day * DAY, 100)
        self.order("o1", startsAt=NOON - 2 * QUARTER, endsAt=NOON + 2 * QUARTER)
        for user in ("ann", "bob", "dan"):
            self.answer("Accept", "o1", user)
        self.first("ann", 40, 30)
        self.first("bob", 60)
        self.settle()

    def first(self, user, *wh):
        value = {"eventType": "MeterReadings", "userId": user, "startsAt": NOON - 2 * QUARTER, "wh": wh}
        self.world.send("kepco.readings", user, value)
        self.world.run()

    def load(self, resource="s1"):
        names = ("quarterCustomers", "quarterBaselineMilliWh", "quarterUsedMilliWh")
        found = [record.json for record in self.world.log.all("kepco.events") if record.header("type") == "ResourceReduction"]
        last = [one for one in found if one["resource"] == resource][-1]
        return list(zip(*(last.get(name, ()) for name in names)))

    def of_order(self, order, resource):
        said = [one.json for one in self.world.log.all("kepco.events") if one.header("type") == "ResourceReduction"]
        return [one for one in said if (one["drId"], one["resource"]) == (order, resource)][-1]

    def test_quarter_hours_while_the_order_runs(self):
        self.assertEqual(self.load(), [(1, 100_000, 40_000), (1, 100_000, 30_000)])
        self.assertEqual(self.load("j1"), [(1, 100_000, 60_000)])
        self.first("dan", 90)
        self.first("ann", 50)
        self.answer("Deny", "o1", "bob")
        self.settle()
        self.assertEqual(self.load(), [(2, 200_000, 140_000), (1, 100_000, 30_000)])
        self.assertEqual(self.load("j1"), [])
        self.assert_agrees()

    def test_the_end_is_moved(self):
        self.world.send("dr.commands", "o1", {"eventType": "ChangeDr", "id": "o1", "endsAt": NOON + QUARTER})
        self.settle()
        self.first("ann", 40, 30, 20, 10)
        self.settle()
        self.assertEqual(len(self.load()), 3)
        self.assert_agrees()

    def test_the_order_is_withdrawn(self):
        self.world.send("dr.commands", "o1", {"eventType": "CancelDr", "id": "o1", "reason": "r"})
        self.settle()
        self.assertEqual((self.load(), self.load("j1")), ([], []))
        self.assertFalse(any(key.startswith("waiting///live/") for key in self.rows("kepco", "waiting")))
        self.assert_agrees()

    def test_who_is_asked_again_is_in_it_again(self):
        for resources, expected in ((["j1"], []), (["j1", "s1"], [(1, 100_000, 40_000), (1, 100_000, 30_000)])):
            self.world.send("dr.commands", "o1", {"eventType": "ChangeDr", "id": "o1", "resources": resources})
            self.settle()
            self.assertEqual(self.load(), expected)
        self.assert_agrees()

    def test_an_end_that_comes_later(self):
        self.order("o2", startsAt=NOON - 2 * QUARTER, resources=["j1"])
        self.answer("Accept", "o2", "bob")
        self.settle()
        self.world.send("dr.commands", "o2", {"eventType": "ChangeDr", "id": "o2", "endsAt": NOON + 2 * QUARTER})
        self.settle()
        self.assertEqual(self.of_order("o2", "j1")["quarterUsedMilliWh"], [60_000])
        self.assert_agrees()

    def test_a_check_that_is_refused(self):
        """Thirty-two others wait for a quarter hour each."""
        for number in range(32):
            self.order(f"x{number}", startsAt=NOON - (number + 4) * QUARTER)
            self.answer("Accept", f"x{number}", "ann")
            self.world.send("dr.commands", f"x{number}", {"eventType": "EndDr", "id": f"x{number}"})
            self.settle()
        self.assertEqual(self.of_order("o1", "s1")["quarterUsedMilliWh"], [40_000, 30_000])
        self.world.advance(3 * QUARTER)
        self.settle()
        letters = [one for one in self.world.log.all("kepco.deadletters") if one.header("deadletter.kind") == "refused"]
        self.assertEqual([json.loads(one.value)["drId"] for one in letters], ["o1"])
        self.assertNotIn("quarterUsedMilliWh", self.of_order("o1", "s1"))
        self.assert_agrees()

    def test_the_checks_take_its_place(self):
        self.checked()
        self.assertEqual(self.load()[-1], (1, 100_000, 10_000))
        self.assertEqual(self.load()[0], (2, 200_000, 130_000))
        self.assertFalse(any(key.startswith("waiting///live/") for key in self.rows("kepco", "waiting")))
        # A correction leaves it as it is.
        self.first("ann", 99)
        self.settle()
        self.assertEqual(self.load()[0], (2, 200_000, 130_000))
        self.assert_agrees()
        self.assertEqual(self.world.check().counts["loads of resources: those of their customers' first checks"], 2)

    def target(self, resource):
        found = [record.json for record in self.world.log.all("kepco.events") if record.header("type") == "ResourceReduction"]
        last = [one for one in found if one["resource"] == resource][-1]
        return last.get("quantity"), last.get("quarterTargetMilliWh")

    def test_what_is_ordered_is_the_target(self):
        self.assertEqual(self.target("s1"), (None, None))
        # j1 and s1 have the same capacity. The order covers two thirds of its first quarter hour.
        self.order("o2", startsAt=NOON - 2 * QUARTER + 300_000, endsAt=NOON + QUARTER, resources=["s1", "j1"], quantity=801)
        for user in ("ann", "bob"):
            self.answer("Accept", "o2", user)
        self.settle()
        self.assertEqual(self.target("s1"), (401, [66_667 - 66_833, 100_000 - 100_250]))
        self.world.send("dr.commands", "o2", {"eventType": "ChangeDr", "id": "o2", "quantity": 400})
        self.settle()
        self.assertEqual(self.target("s1"), (200, [66_667 - 33_333, 100_000 - 50_000]))
        self.assert_agrees()

    def test_another_target(self):
        self.order("o2", startsAt=NOON - 2 * QUARTER, endsAt=NOON + QUARTER, resources=["s1"], quantity=800)
        self.answer("Accept", "o2", "ann")
        self.settle()
        record = [one for one in self.world.log.all("kepco.events") if "quarterTargetMilliWh" in one.json][-1]
        self.world.change(record, quarterTargetMilliWh=[1, 2])
        self.assertFalse(self.world.check().agrees)

    def test_another_load(self):
        self.checked()
        record = self.record("kepco.events", "ResourceReduction")
        self.world.change(record, quarterUsedMilliWh=[1, 2, 3])
        self.assert_found("load", "o1")

    def checked(self):
        self.world.advance(2 * QUARTER)
        self.settle()
        self.first("ann", 40, 30, 20, 10)
        self.first("dan", 90)
        self.world.advance(3 * 3_600_000)
        self.settle()


# Not once more.
for name in [name for name in vars(test_sums.Sums) if name.startswith("test_")]:
    setattr(Load, name, None) if name not in vars(Load) else None
