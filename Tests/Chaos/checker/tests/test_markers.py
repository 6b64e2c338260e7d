"""Ends of transactions, in batches as Kafka stores them."""

import struct
import unittest

from checker.markers import commits_in


def batch(offset, count=1, control=None):
    """A batch; of a control batch 1 is a commit, 0 an abort."""
    record = b"\x00" * 20
    if control is not None:
        record = bytes((32, 0, 0, 0, 8)) + struct.pack(">hh", 0, control) + b"\x0c" + b"\x00" * 7
    body = struct.pack(">ibihiqqqhii", 0, 2, 0, 0x30 if control is not None else 0x10, count - 1, 0, 0, 9, 0, -1, count)
    return struct.pack(">qi", offset, len(body + record)) + body + record


class Markers(unittest.TestCase):
    def test_commits_are_told_from_aborts_and_records(self):
        data = batch(3, 4) + batch(7, control=0) + batch(8) + batch(9, control=1) + batch(10, control=1)
        self.assertEqual(commits_in(data, 3, 99), ([9, 10], 11))
        self.assertEqual(commits_in(data, 7, 10), ([9], 11))
        self.assertEqual(commits_in(data[:-1], 3, 99), ([9], 10))
        self.assertEqual(commits_in(b"", 3, 99), ([], 3))


if __name__ == "__main__":
    unittest.main()
