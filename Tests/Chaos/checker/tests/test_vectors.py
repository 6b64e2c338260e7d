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


if __name__ == "__main__":
    unittest.main()
