"""What tests of spoilt stories have in common."""

import unittest

from .world import whole_story


class Story(unittest.TestCase):
    def setUp(self):
        self.world = whole_story()
        self.log = self.world.log

    def assert_found(self, kind, *words, report=None):
        report = report or self.world.check()
        self.assertIn(kind, report.differences, f"not found: {report.differences}")
        texts = [" ".join(item) for item in report.differences[kind]]
        self.assertTrue(any(all(word in text for word in words) for text in texts), f"{words} not in {texts}")
