"""What came of replays, kept as rows."""

import json
import unittest

from checker.answers import LIMIT, PREFIX, check_answers
from checker.origins import find_origins
from checker.report import Report

from .world import NOON, World


class Answers(unittest.TestCase):
    def setUp(self):
        self.log = World().log

    def say(self, command="c", offset=7, outcome="done"):
        value = {"partition": 0, "offset": offset, "outcome": outcome}
        headers = (("type", b"Replayed"), ("id", b"user.commands-0-1-0"), ("command", command.encode()))
        self.log.add("user.events", 0, f"0-{offset}".encode(), json.dumps(value).encode(), NOON, headers)

    def keep(self, command="c", offset=7, outcome="done"):
        value = {"due": "2099-12-31T23:59:59.999Z", "partition": 0, "offset": offset, "outcome": outcome}
        self.log.add("user.changelog", 0, self.key(command, offset), json.dumps(value).encode(), NOON)

    def delete(self, command="c", offset=7):
        self.log.add("user.changelog", 0, self.key(command, offset), None, NOON)

    @staticmethod
    def key(command, offset):
        return PREFIX + f"{command}/{offset}".encode()

    def differences(self):
        report = Report()
        find_origins(self.log)
        check_answers(self.log, report)
        return report.differences

    def test_what_agrees(self):
        self.say()
        self.keep()
        # Told once more.
        self.say()
        # One command for two dead letters.
        self.say(offset=8, outcome="refused")
        self.keep(offset=8, outcome="refused")
        self.delete()
        self.assertEqual(self.differences(), {})

    def test_an_answer_that_is_another_one_the_second_time(self):
        self.say()
        self.keep()
        self.say(outcome="refused")
        self.assertIn("answer", self.differences())

    def test_an_answer_without_its_row_and_a_row_without_its_answer(self):
        for spoil in (self.say, self.keep, self.delete):
            with self.subTest(spoil):
                self.setUp()
                spoil()
                self.assertIn("answer", self.differences())

    def test_what_is_handled_twice(self):
        self.say()
        self.keep()
        self.keep()
        self.assertIn("twice", self.differences())

    def test_rows_without_end(self):
        for number in range(LIMIT + 2):
            self.say(f"c{number}")
            self.keep(f"c{number}")
        self.assertIn("answer", self.differences())
