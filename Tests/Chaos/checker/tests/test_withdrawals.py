"""Withdrawals that are answered, and balances that are corrected by hand."""

import json
import unittest

from . import test_corrections
from .story import Story
from .world import DAY

SECOND = test_corrections.SECOND

CONFIRM = {"eventType": "ConfirmWithdrawal", "userId": "ann"}
FAIL = {"eventType": "FailWithdrawal", "userId": "ann", "reason": "no account"}


class Withdrawals(unittest.TestCase):
    assert_found = Story.assert_found

    def setUp(self):
        """Ann has 120 points, and asks for two payments of 10 each."""
        test_corrections.Corrections.setUp(self)
        self.withdraw("w1", 10)
        self.withdraw("w2", 10)

    readings = test_corrections.Corrections.readings
    advance = test_corrections.Corrections.advance

    def say(self, value):
        self.world.send("user.commands", "ann", value)
        self.advance(SECOND)

    def withdraw(self, identity, amount):
        self.say({"eventType": "WithdrawPoint", "userId": "ann", "id": identity, "amount": amount})

    def adjust(self, identity, amount, **more):
        said = {"eventType": "AdjustPoint", "userId": "ann", "id": identity, "amount": amount, "reason": "by hand"}
        self.say(said | more)

    def row(self, key):
        return next((shard.rows.values[key] for shard in self.world.shards if key in shard.rows.values), None)

    def refused(self):
        return [record.header("deadletter.kind") for record in self.log.all("user.deadletters")]

    def answer(self):
        self.say({**CONFIRM, "id": "w1", "reference": "bank 7"})
        self.say({**FAIL, "id": "w2"})

    def test_paid_and_given_back(self):
        self.answer()
        self.assertEqual((self.row("users/ann")["point"], self.row("users/ann")["entries"]), (110, 4))
        self.assertNotIn("openWithdrawals", self.row("users/ann"))
        for said in (CONFIRM, FAIL):
            for identity in ("w1", "w2", "w3"):
                self.say({**said, "id": identity})
        self.assertEqual(self.refused(), ["conflict", "conflict", "not-found"] * 2)
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(report.counts["withdrawals and what became of them, by turns"], 4)

    def test_adjustments(self):
        self.adjust("a", -50)
        self.adjust("a", 7)
        self.adjust("b", -60)
        self.adjust("b", -60, force=True)
        self.adjust("c", 10**12, force=None)
        self.assertEqual(self.refused(), ["conflict", "refused"])
        self.assertEqual(self.row("users/ann")["point"], 10**12 - 10)
        # What has no room comes back later.
        self.adjust("d", 5)
        self.say({**FAIL, "id": "w1"})
        self.assertEqual(self.refused()[2:], ["refused"])
        self.assertTrue(self.world.check().agrees, self.world.check().differences)

    def test_what_is_open_stays(self):
        self.say({**CONFIRM, "id": "w1"})
        self.adjust("a", 1)
        for _ in range(812):
            self.world.advance(DAY)
        self.assertIsNone(self.row("ledger/withdrawal/ann/w1"))
        self.assertIsNone(self.row("ledger/adjustment/ann/a"))
        self.assertEqual(self.row("ledger/withdrawal/ann/w2")["status"], "requested")
        self.say({**FAIL, "id": "w2"})
        self.assertEqual(self.row("users/ann")["point"], 111)

    def test_no_more_than_a_hundred_are_open(self):
        for number in range(99):
            self.withdraw(f"v{number}", 1)
        self.assertEqual(self.refused(), ["refused"])
        self.say({**CONFIRM, "id": "w1"})
        self.withdraw("v98", 1)
        self.assertEqual(self.refused(), ["refused"])
        self.assertTrue(self.world.check().agrees, self.world.check().differences)

    def test_one_that_is_paid_and_given_back(self):
        self.answer()
        event = self.world.event("WithdrawalPaid", "ann")
        self.log.add("user.events", event.partition, event.key, json.dumps(
            {**json.loads(event.value), "withdrawalId": "w2"}).encode(), self.world.clock, event.headers)
        self.assert_found("withdrawal", "another turn", "w2")

    def test_one_that_gives_back_another_amount(self):
        self.answer()
        self.world.change(self.world.event("WithdrawalFailed", "ann"), change=11)
        self.assert_found("withdrawal", "10 points", "w2")

    def test_an_answer_that_nobody_hears_of(self):
        self.answer()
        self.world.remove(self.world.event("WithdrawalPaid", "ann"))
        self.assert_found("withdrawal", "what the events say")
        self.assert_found("message lost", "WithdrawalPaid")

    def test_a_balance_without_what_was_given_back(self):
        self.answer()
        self.world.change(self.world.event("WithdrawalFailed", "ann"), point=100)
        self.assert_found("balance", "110")


if __name__ == "__main__":
    unittest.main()
