"""Customers leave and come back, and what an auditor finds when something is wrong with that."""

from ..values import to_iso
from .test_bounds import Bounds
from .world import NOON


class Leaving(Bounds):
    def command(self, kind, user="ann", **fields):
        record = self.world.send("user.commands", user, {"eventType": kind, "id": user, **fields})
        self.world.run()
        return record

    def asked(self, order, user="ann"):
        """What was said last of a place on a list."""
        kinds = [record.header("type") for record in self.world.log.all("response.events")
                 if record.json["id"] == f"{order}.{user}"]
        return kinds[-1] if kinds else None

    def start(self, order):
        self.world.advance(1000)
        self.world.send("dr.commands", order, {"eventType": "StartDr", "id": order, "name": "kt", "type": "t"})
        self.world.run()
        self.world.advance(1000)

    def test_who_has_left_is_not_asked_until_he_is_registered_again(self):
        self.register("ann")
        self.start("o1")
        self.command("DeleteUser", reason="moves")
        self.start("o2")
        self.command("UpdateUser", capacity=1)
        self.command("LeaveUser")
        self.command("RegisterUser", name="again", capacity=7)
        self.start("o3")
        self.assertEqual([self.asked(order) for order in ("o1", "o2", "o3")], ["Listmade", None, "Listmade"])
        self.assertEqual(sorted(self.letters("user")), ["conflict", "refused"])
        # He has come back behind it, which is known.
        self.answer("Accept", "o2", "ann")
        self.assertEqual(self.letters(), ["refused"])
        self.command("LeaveUser")
        self.start("o4")
        self.answer("Accept", "o4", "ann")
        self.assertEqual(self.letters(), ["refused"])
        self.world.advance(61_000)
        self.assertEqual(self.letters(), ["refused"] * 2)
        self.assert_agrees()

    def test_who_was_asked_already_is_taken_off(self):
        self.register("ann", "bob")
        self.start("o1")
        self.event("user", "UserLeft", "ann", id="ann", leftAt=NOON)
        self.world.advance(1000)
        self.assertEqual([self.asked("o1", user) for user in ("ann", "bob")], ["Listcancelled", "Listmade"])
        self.event("user", "UserRegistered", "ann", id="ann", name="ann", capacity=1, point=0)
        self.world.advance(1000)
        self.assertEqual(self.asked("o1"), "Listcancelled")

    def assert_found(self, *words):
        texts = [" ".join(map(str, found)) for group in self.world.check().differences.values() for found in group]
        self.assertTrue(any(all(word in text for word in words) for text in texts), texts)

    def test_one_who_had_left_and_stays_on_a_list_is_found(self):
        self.register("ann")
        self.start("o1")
        self.command("LeaveUser")
        self.assert_agrees()
        self.world.change(self.world.event("UserLeft", "ann"), leftAt=to_iso(NOON - 60_000))
        self.assert_found("nobody who had left by", "ann")

    def test_one_who_had_not_left_and_was_not_asked_is_found(self):
        self.register("ann")
        self.command("LeaveUser")
        self.start("o1")
        self.assert_agrees()
        self.world.change(self.world.event("UserLeft", "ann"), leftAt=to_iso(self.world.clock))
        self.assert_found("a Listmade of o1 for ann")

    def test_a_place_that_is_given_twice_is_found(self):
        self.register("ann")
        self.start("o1")
        self.start("o2")
        self.world.change(self.world.event("Listmade", "ann"), id="o2.ann", drId="o2")
        self.assert_found("by turns", "o2")
