"""What contexts refuse of one another, how much may wait, and what clocks that are wrong come to."""

import json
import unittest

from ..step import Rows, Step
from ..values import LATEST
from .world import DAY, NOON, QUARTER, World

ORDER = {"eventType": "StartDr", "id": "o1", "name": "kt", "type": "reliable", "startsAt": NOON - 2 * QUARTER}


class Bounds(unittest.TestCase):
    def setUp(self):
        self.world = World()

    def register(self, *users):
        for user in users:
            self.world.send(
                "user.commands", user, {"eventType": "RegisterUser", "id": user, "name": user, "capacity": 3000}
            )
        self.world.run()

    def order(self):
        self.world.send("dr.commands", "o1", ORDER)
        self.world.run()
        self.world.advance(1000)

    def answer(self, kind, order, user, time=None, more=""):
        value = json.dumps({"eventType": kind, "drId": order, "userId": user}) + more
        record = self.world.send("response.commands", user, value.encode())
        if time is not None:
            record.time = time
        self.world.run()
        return record

    def event(self, context, kind, key, /, **fields):
        self.world.send(f"{context}.events", key, {"eventType": kind, "timestamp": self.world.clock, **fields})
        self.world.run()

    def letters(self, context="response"):
        return [letter.header("deadletter.kind") for letter in self.world.log.all(f"{context}.deadletters")]

    def said(self, kind):
        return sum(1 for record in self.world.log.all("response.events") if record.header("type") == kind)

    def rows(self, context, table):
        return {key: row for shard in self.world.shards if shard.rules.context == context
                for key, row in shard.rows.values.items() if key.startswith(f"{table}/")}

    def assert_agrees(self):
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)


class Timers(unittest.TestCase):
    def test_a_timer_is_set_within_what_rows_can_hold(self):
        step = Step(Rows(), 0, 1)
        step.trace, step.timer = None, (LATEST - 1, "w", "a")
        self.assertEqual([step.set_timer("w", "a", due) for due in (LATEST + 5, 0)], [LATEST, LATEST])
        self.assertEqual(step.get(f"timers/{LATEST}/w/a"), {"due": "2099-12-31T23:59:59.999Z"})


class Answers(Bounds):
    def test_of_one_order_some_wait(self):
        for _ in range(21):
            self.answer("Accept", "o1", "ann")
        self.assertEqual(self.letters(), ["refused"])
        self.register("ann")
        self.order()
        self.assertEqual(self.rows("response", "waiting"), {})
        self.assertEqual(self.said("AcceptChosen"), 1)
        self.assert_agrees()

    def test_of_all_orders_some_wait_until_they_are_given_up(self):
        for number in range(101):
            self.answer("Accept", f"x{number}", "ann")
        self.assertEqual(self.letters(), ["refused"])
        self.assertEqual(self.rows("response", "waiting")["waiting//ann"]["count"], 100)
        self.world.advance(61_000)
        self.assertEqual(self.rows("response", "waiting"), {})
        self.answer("Accept", "y", "ann")
        self.assertEqual(self.letters().count("refused"), 1)
        self.assert_agrees()

    def test_a_large_answer_waits_as_what_was_understood(self):
        self.answer("Deny", "o1", "ann", more=" " * 3000)
        [row] = [row for key, row in self.rows("response", "waiting").items() if not key.startswith("waiting//")]
        self.assertLess(len(row["value"]), 200)
        self.register("ann")
        self.order()
        self.assertEqual(self.said("DenyChosen"), 1)
        self.assert_agrees()
        row = next(
            record
            for record in self.world.log.all("response.changelog")
            if record.key.startswith(b"waiting/o1/ann/") and record.value
        )
        self.world.change(row, value='{"eventType":"Deny","drId":"o1","userId":"bob"}')
        self.assertFalse(self.world.check().agrees)

    def test_an_older_answer_is_late_and_one_from_the_future_is_corrected(self):
        self.register("ann", "bob")
        self.order()
        self.answer("Accept", "o1", "ann")
        self.world.advance(1000)
        self.answer("Deny", "o1", "ann", self.world.clock - 120_000)
        self.assertEqual(self.letters(), ["late"])
        for kind in ("Accept", "Accept", "Deny"):
            # Ahead by fifty minutes; the repeated one has a row and no message.
            self.answer(kind, "o1", "bob", self.world.clock + 3_000_000 if kind == "Accept" else None)
            self.world.advance(1000)
        self.assertEqual((self.said("AcceptChosen"), self.said("DenyChosen")), (2, 1))
        # One that waits.
        self.answer("Accept", "x", "bob", self.world.clock + 3_000_000)
        self.world.advance(61_000)
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"}).time += 3_000_000
        self.world.run()
        self.world.advance(DAY)
        self.assert_agrees()


class Orders(Bounds):
    def test_what_is_known_is_not_passed_on_again(self):
        self.register("ann")
        self.order()
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.world.run()
        self.world.advance(1000)
        before = sum(1 for _ in self.world.log.all("response.internal"))
        for kind in ("DRstarted", "DrEnded"):
            event = self.world.event(kind)
            self.event("dr", kind, "o1", **json.loads(event.value))
        self.assertEqual(sum(1 for _ in self.world.log.all("response.internal")), before)
        self.assertEqual(self.letters(), [])
        ended = json.loads(self.world.event("DrEnded").value)
        self.event("dr", "DrEnded", "o1", **{**ended, "endsAt": ended["startsAt"]})
        self.assertEqual(self.letters(), ["conflict"])
        self.assert_agrees()

    def change(self, minutes, kind="ChangeDr"):
        end = self.world.clock + minutes * 60_000
        self.world.send("dr.commands", "o1", {"eventType": kind, "id": "o1", "endsAt": end})
        self.world.run()

    def test_an_end_is_moved_and_everybody_is_told(self):
        self.register("ann", "bob")
        self.order()
        self.answer("Accept", "o1", "ann")
        self.change(5)
        self.world.advance(10_000)
        self.change(3, "EndDr")
        self.world.advance(10_000)
        self.assertEqual(self.said("Listchanged"), 4)
        self.change(-1)
        self.world.advance(200_000)
        self.answer("Accept", "o1", "bob")
        self.world.advance(DAY)
        self.assertEqual((self.said("Listsaved"), self.letters(), self.letters("dr")), (2, ["late"], ["refused"]))
        self.assert_agrees()

    def test_an_answer_behind_the_planned_end_waits_for_another(self):
        self.register("ann", "bob")
        self.world.advance(1000)
        order = {"name": "z", "type": "t", "startsAt": NOON}
        for name in ("y", "z"):
            self.event("dr", "DRstarted", name, **order, id=name, status="started", endsAt=NOON + 60_000)
        self.world.advance(60_000)
        for name in ("y", "z"):
            self.answer("Accept", name, "ann")
        self.assertEqual(sum(not key.startswith("waiting//") for key in self.rows("response", "waiting")), 2)
        self.event("dr", "DrChanged", "y", **order, id="y", status="started", version=1, endsAt=NOON + 90_000)
        self.event("dr", "DrEnded", "z", **order, id="z", status="ended", endsAt=NOON + 60_000, reason="r")
        self.world.advance(1000)
        # It is known of z at once, and of y when the answer has waited.
        self.assertEqual((self.said("AcceptChosen"), self.letters()), (0, ["late"]))
        self.world.advance(60_000)
        self.answer("Accept", "y", "bob")
        self.world.advance(60_000)
        self.assertEqual((self.said("AcceptChosen"), self.letters()), (1, ["late", "late"]))
        rows = self.world.check()
        self.assertFalse([one for one in rows.differences if one not in ("order", "list", "answer")], rows.differences)

    def test_what_is_withdrawn_is_not_saved(self):
        self.register("ann", "bob")
        self.order()
        self.answer("Accept", "o1", "ann")
        for _ in range(2):
            self.world.send("dr.commands", "o1", {"eventType": "CancelDr", "id": "o1"})
            self.world.run()
        self.world.advance(1000)
        self.answer("Accept", "o1", "bob")
        self.register("dan")
        self.world.advance(DAY)
        self.assertEqual((self.said("Listcancelled"), self.said("Listsaved"), self.said("ReductionCheck")), (2, 0, 0))
        self.assertEqual((self.letters(), self.letters("dr")), (["late"], ["conflict"]))
        self.assert_agrees()
        self.world.remove(self.world.event("Listcancelled", "ann"))
        self.assertFalse(self.world.check().agrees)

    def test_what_ends_before_it_begins_is_not_saved(self):
        self.register("ann", "bob")
        start = self.world.clock + 3_600_000
        body = {"eventType": "StartDr", "id": "o1", "name": "kt", "type": "t", "startsAt": start, "endsAt": start + 3_600_000}
        self.world.send("dr.commands", "o1", body)
        self.world.run()
        self.world.advance(1000)
        self.answer("Accept", "o1", "ann")
        for _ in range(2):
            self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1", "reason": "withdrawn"})
            self.world.run()
        self.world.advance(1000)
        self.answer("Accept", "o1", "bob")
        self.world.advance(DAY)
        self.assertEqual((self.said("Listcancelled"), self.said("Listsaved"), self.said("ReductionCheck")), (2, 0, 0))
        self.assertEqual((self.letters(), self.letters("dr")), (["late"], ["conflict"]))
        ended = self.world.event("DrEnded").json
        self.assertEqual((ended["startsAt"], ended["reason"]), (ended["endsAt"], "withdrawn"))
        self.assert_agrees()
        self.world.remove(self.world.event("Listcancelled", "ann"))
        self.assertFalse(self.world.check().agrees)

    def test_what_is_heard_before_its_order_holds_for_it(self):
        self.register("ann")
        order = {"name": "z", "type": "t", "startsAt": NOON}
        self.event("dr", "DrChanged", "y", **order, id="y", status="started", version=2, endsAt=NOON + 90_000)
        self.event("dr", "DrChanged", "y", **order, id="y", status="started", version=1, endsAt=NOON + 80_000)
        self.event("dr", "DrCancelled", "z", **order, id="z", status="cancelled", cancelledAt=NOON, reason="r")
        self.world.advance(1000)
        for name in ("y", "z"):
            self.event("dr", "DRstarted", name, **order, id=name, status="started", endsAt=NOON + 60_000)
        self.world.advance(1000)
        self.event("dr", "DrChanged", "y", **order, id="y", status="started", version=2, endsAt=NOON + 1)
        self.event("dr", "DrChanged", "y", **order, id="y", status="started", version=3, endsAt=NOON)
        self.event("dr", "DrCancelled", "y", **order, id="y", status="ended", cancelledAt=NOON, reason="r")
        self.event("dr", "DrEnded", "z", **order, id="z", status="ended", endsAt=NOON, reason="r")
        self.world.advance(DAY)
        self.assertEqual(self.said("Listmade"), 1)
        self.assertEqual(self.letters(), ["conflict", "refused", "refused", "conflict"])
        rows = self.world.check()
        self.assertFalse([one for one in rows.differences if one != "order" and one != "list"], rows.differences)

    def test_what_cannot_be_is_refused(self):
        order = {"id": "z", "name": "z", "type": "t", "startsAt": NOON}
        self.event("dr", "DRstarted", "z", **order, status="started", endsAt=NOON)
        self.event("dr", "DRstarted", "z", **order, status="ended")
        self.event("dr", "DrEnded", "z", **order, status="ended", endsAt=NOON - 1, reason="r")
        self.assertEqual(self.letters(), ["refused"] * 3)
        self.event("response", "Listsaved", "ann", **self.saved("z", NOON, NOON - 1))
        self.assertEqual(self.letters("kepco"), ["refused"])
        check = {"drId": "z", "userId": "ann", "responseAnswer": "deny", "reducedWh": 5, "adjustPoint": 5}
        self.event("kepco", "ReductionCheck", "ann", **check, isReal=True)
        self.assertEqual(self.letters("user"), ["refused"])
        report = self.world.check()
        self.assertNotIn("outcome", report.differences, report.differences)
        self.assertNotIn("row without a cause", report.differences, report.differences)

    @staticmethod
    def saved(order, starts, ends):
        return {
            "id": f"{order}.ann",
            "drId": order,
            "userId": "ann",
            "userName": "a",
            "userCapacity": 1,
            "answer": "accept",
            "startsAt": starts,
            "endsAt": ends,
        }


class Checks(Orders):
    def checks(self):
        return sum(1 for _ in self.world.log.all("kepco.events"))

    def read(self, quarter, wh=5):
        value = {"eventType": "MeterReading", "userId": "ann", "startsAt": NOON + quarter * QUARTER, "wh": wh}
        self.world.send("kepco.readings", "ann", value)
        self.world.run()

    def agrees_but_for_lists(self):
        report = self.world.check()
        # Nobody has heard of these orders.
        self.assertEqual(set(report.differences) - {"check"}, set(), report.differences)

    def test_some_wait_and_are_done_one_by_one(self):
        for number in range(33):
            self.event("response", "Listsaved", "ann", **self.saved(f"o{number}", NOON, NOON + 2 * QUARTER))
        self.assertEqual(self.letters("kepco"), ["refused"])
        self.read(0)
        self.assertEqual(self.checks(), 0)
        self.read(1)
        self.assertEqual(self.checks(), 1)
        self.world.advance(100)
        self.assertEqual(self.checks(), 32)
        self.assertEqual(self.rows("kepco", "waiting").keys(), {"waiting//ann", "waiting//ann/2026-11-25"})
        self.agrees_but_for_lists()

    def test_one_is_done_at_once(self):
        self.event("response", "Listsaved", "ann", **self.saved("o1", NOON, NOON + QUARTER))
        self.read(0)
        self.assertEqual(self.checks(), 1)
        self.agrees_but_for_lists()


if __name__ == "__main__":
    unittest.main()
