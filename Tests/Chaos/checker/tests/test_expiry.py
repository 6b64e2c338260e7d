"""Points that can be used for ten days, the oldest first."""

import unittest
from unittest import mock

from ..rules import Settings
from ..rules.expired import Paid
from ..rules.sweep import follow_age
from . import test_withdrawals
from .story import Story
from .world import DAY


class Expiry(unittest.TestCase):
    assert_found = Story.assert_found

    def setUp(self):
        """Ann has 100 points of the story and 20 of withdrawals that wait."""
        self.expire_after(10)
        test_withdrawals.Withdrawals.setUp(self)

    def expire_after(self, days):
        change = mock.patch.object(Settings, "points_expire_days", days)
        change.start()
        self.addCleanup(change.stop)

    readings = test_withdrawals.Withdrawals.readings
    advance = test_withdrawals.Withdrawals.advance
    say = test_withdrawals.Withdrawals.say
    withdraw = test_withdrawals.Withdrawals.withdraw
    adjust = test_withdrawals.Withdrawals.adjust
    row = test_withdrawals.Withdrawals.row

    def pass_days(self, count):
        for _ in range(count):
            self.world.advance(DAY)

    def test_the_oldest_go_first(self):
        self.pass_days(1)
        self.adjust("late", 7)
        self.assertEqual(self.row("users/ann")["earned"], [100, 7])
        self.withdraw("w3", 30)
        self.say({**test_withdrawals.FAIL, "id": "w1"})
        self.assertEqual(self.row("users/ann")["earned"], [70, 17])
        self.pass_days(9)
        self.assertEqual(self.row("users/ann")["point"], 87)
        self.pass_days(1)
        self.assertEqual(self.row("users/ann")["point"], 17)
        self.pass_days(1)
        self.assertEqual(self.row("users/ann")["point"], 0)
        self.assertEqual(self.row("users/ann")["entries"], 8)
        self.assertNotIn("earned", self.row("users/ann"))
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_what_has_expired_is_not_taken_off_again(self):
        """Of 120 points 20 are paid out and 100 expire."""
        self.pass_days(12)
        self.assertEqual((self.row("users/ann")["point"], self.row("users/ann")["expired"]), (0, [100]))
        changes = []
        for used in (40 + 30, 900, 40):
            self.readings(0, used)
            self.advance(4_000)
            changes.append(self.row("users/ann")["point"])
        # Of 120 points that never were 20 have been paid out.
        self.assertEqual(changes, [0, -20, 0])
        self.assertEqual(self.row("users/ann")["expired"], [100])
        corrected = self.row("ledger//o1/ann")
        self.assertEqual((corrected["version"], corrected["points"], corrected["paid"]), (4, 120, [120]))
        self.assertNotIn("taken", corrected)
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(report.counts["points that have expired: of each customer no more are spared"], 1)

    def test_a_correction_that_takes_off_what_has_expired(self):
        self.pass_days(12)
        self.readings(0, 70)
        self.advance(4_000)
        with mock.patch.object(Paid, "follow", lambda self, change, day: change):
            self.assert_found("row without a cause", "spared")

    def test_points_that_are_spared_twice(self):
        self.pass_days(12)
        self.readings(0, 70)
        self.advance(4_000)
        rows = [record for record in self.log.all("user.changelog") if record.key == b"ledger//o1/ann"]
        self.world.change(rows[-1], spared=[60])
        self.assert_found("balance", "expired points of ann")

    def test_a_withdrawal_in_time(self):
        """Nobody was there when the points expired."""
        for is_hasty in (False, True):
            with self.subTest(is_hasty=is_hasty):
                self.setUp()
                self.world.is_hasty = is_hasty
                self.pass_days(10)
                for number in range(3):
                    message = {"eventType": "WithdrawPoint", "userId": "ann", "id": f"t{number}", "amount": 10}
                    self.world.send("user.commands", "ann", message)
                self.world.advance(DAY)
                if is_hasty:
                    self.assert_found("timer", "user.commands")
                    continue
                self.assertEqual(self.row("ledger/withdrawal/ann/t2")["status"], "requested")
                report = self.world.check()
                self.assertTrue(report.agrees, report.differences)
                self.assertGreater(report.counts["sweeps of points that begin behind the commands"], 10)

    def test_an_event_that_is_missing(self):
        self.pass_days(12)
        event = next(event for event in self.log.all("user.events") if b"earnedBefore" in event.value)
        self.world.remove(event)
        self.assert_found("balance")

    def test_points_that_expire_too_early(self):
        self.pass_days(12)
        self.expire_after(20)
        self.assert_found("message too much", "earnedBefore")

    def test_days_that_are_told_apart(self):
        account = {}
        for day in range(1, 106):
            account = follow_age(account, 10 * (day - 1), 10 * day, day)
        self.assertEqual((len(account["earned"]), account["earnedOn"][0], account["earned"][0]), (100, 6, 60))
