"""What the contexts' own tests go by is what these rules say."""

import unittest

from checker import vectors


class VectorsTest(unittest.TestCase):
    def test_the_file_is_what_the_rules_say(self):
        self.assertEqual(vectors.FILE.read_text().splitlines(), list(vectors.lines()))

    def test_all_that_matters_comes_up(self):
        rows = [line.split("\t") for line in vectors.lines()]
        self.assertTrue(any(int(row[3]) > 0 for row in rows))
        self.assertTrue(any(int(row[3]) < 0 for row in rows))
        self.assertEqual({row[6].count(",") + 1 for row in rows if row[6]} >= {1, 4, 10}, True)
        self.assertTrue(any(not row[6] for row in rows))

    def test_the_file_of_kinds_is_what_the_rules_say(self):
        self.assertEqual(vectors.KINDS.read_text().splitlines(), list(vectors.kind_lines()))

    def test_all_kinds_of_rules_come_up(self):
        rows = [line.split("\t") for line in vectors.kind_lines()]
        self.assertGreater(sum(int(row[8]) > 0 for row in rows), 100)
        self.assertGreater(sum(len(set(row[11].split(";"))) > 1 for row in rows), 30)
        for why in ("weekend", "holiday", "working day", "gap", "lowest use", "highest use", "low use", "adjust", "order day"):
            self.assertTrue(any(f" {why}" in row[12] for row in rows), why)


if __name__ == "__main__":
    unittest.main()
