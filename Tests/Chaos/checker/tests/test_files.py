"""State files that are what the changelog says, and such as are not."""

import sqlite3
import tempfile
import unittest
from pathlib import Path

from checker.files import check_snapshots, check_states
from checker.report import Report

from .story import Story


class Files(Story):
    def setUp(self):
        super().setUp()
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = Path(self.directory.name)
        self.partition = self.world.event("PointChanged", "ann").partition
        self.folder = self.root / "0001-user-0-kill"

    def snapshots(self):
        report = Report()
        check_snapshots(self.log, self.root, report)
        return report

    def execute(self, path, *statement):
        database = sqlite3.connect(path)
        database.execute(*statement)
        database.commit()
        database.close()

    def test_files_at_every_position_agree(self):
        end = len(self.log.records["user.changelog"][self.partition])
        for position in range(end + 1):
            self.world.write_file(self.root / f"{position:04d}-user-0-kill", "user", self.partition, position)
        report = self.snapshots()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(report.counts["snapshots compared with the changelog below their position"], end + 1)

    def test_a_file_ahead_by_one_row(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "INSERT INTO users VALUES ('zoe', '{\"id\":\"zoe\"}')")
        self.assert_found("AHEAD OF KAFKA", "users/zoe", "which user.changelog", report=self.snapshots())

    def test_a_file_ahead_by_the_value_of_a_row(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "UPDATE users SET value = '{}' WHERE key = 'ann'")
        self.assert_found("AHEAD OF KAFKA", "users/ann", report=self.snapshots())

    def test_a_position_ahead_of_the_changelog(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "UPDATE meta SET value = '9999'")
        self.assert_found("AHEAD OF KAFKA", "9999", report=self.snapshots())

    def test_a_file_beyond_its_position(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "UPDATE meta SET value = '1'")
        self.assert_found("file beyond its position", "position 1", report=self.snapshots())

    def test_a_file_behind_its_position(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "DELETE FROM users WHERE key = 'ann'")
        self.assert_found("file behind its position", "users/ann", report=self.snapshots())

    def test_a_file_without_its_positions(self):
        path = self.world.write_file(self.folder, "user", self.partition)
        self.execute(path, "DELETE FROM timers WHERE key = '4102444799999/inputs/'")
        self.assert_found("file behind its position", "timers/4102444799999/inputs/", report=self.snapshots())

    def test_a_file_that_does_not_roll_forward(self):
        path = self.world.write_file(self.root / "user", "user", self.partition)
        self.execute(path, "DELETE FROM users WHERE key = 'ann'")
        report = Report()
        check_states(self.log, [self.root], report)
        self.assert_found("file rolled forward", "users/ann", report=report)

    def test_a_half_made_file_is_counted_only(self):
        self.folder.mkdir()
        (self.folder / "0.sqlite").touch()
        report = self.snapshots()
        self.assertTrue(report.agrees)
        self.assertEqual(report.counts["snapshots killed before their schema was there"], 1)

    def test_a_damaged_file(self):
        self.folder.mkdir()
        (self.folder / "0.sqlite").write_bytes(b"this is no database at all, but long enough to be read as one")
        self.assert_found("damaged file", "0.sqlite", report=self.snapshots())


if __name__ == "__main__":
    unittest.main()
