"""What goes when it has been over for long enough."""

import json
import unittest

from .story import Story
from .world import DAY

TABLES = ("orders/", "orders_by_time/", "responses/", "checks/", "days/", "ledger/")


class Sweeps(Story):
    def kept(self, *tables):
        """The keys of all shards' rows."""
        keys = [key for shard in self.world.shards for key in shard.rows.values]
        return sorted(key for key in keys if key.startswith(tables))

    def pass_days(self, count):
        for _ in range(count):
            self.world.advance(DAY)

    def test_nothing_goes_before_its_time(self):
        before = self.kept("orders/", "responses/", "checks/", "ledger/")
        self.pass_days(300)
        self.assertEqual(self.kept("orders/", "responses/", "checks/", "ledger/"), before)
        self.assertEqual(self.kept("days/"), [])
        self.assertTrue(self.world.check().agrees, self.world.check().differences)

    def test_lists_and_checks_go_and_balances_stay(self):
        self.pass_days(402)
        # dr's, as long as the ledger knows of it.
        self.assertEqual([key for key in self.kept(*TABLES) if not key.startswith("ledger/")], ["orders/o1"])
        self.assertEqual(len(self.kept("ledger/")), 3)
        points = {key: row["point"] for shard in self.world.shards for key, row in shard.rows.values.items() if key.startswith("users/")}
        self.assertTrue(any(points.values()))
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)

    def test_what_is_older_is_refused(self):
        saved = self.world.event("Listsaved", "ann")
        self.pass_days(403)
        before = len(list(self.log.all("kepco.events")))
        self.log.add(saved.topic, saved.partition, saved.key, saved.value, self.world.clock, saved.headers)
        self.world.run()
        letter = list(self.log.all("kepco.deadletters"))[-1]
        self.assertEqual(letter.header("deadletter.kind"), "late")
        self.assertEqual(len(list(self.log.all("kepco.events"))), before)

    def test_a_row_that_goes_too_early(self):
        self.pass_days(1)
        timer = next(
            record for record in self.log.all("response.changelog") if record.value is None and b"/sweep/" in record.key
        )
        row = next(record for record in self.log.all("response.changelog") if record.key == b"responses/o1/ann")
        lost = self.log.add(row.topic, row.partition, row.key, None, self.world.clock)
        self.assertIsNotNone(timer)
        self.assertIsNotNone(lost)
        self.assert_found("row without a cause", "responses/o1/ann")

    def test_no_sweep_is_set(self):
        for record in list(self.log.all("dr.changelog")):
            if b"/sweep/" in record.key and record.value is not None:
                self.world.remove(record)
                break
        report = self.world.check()
        self.assertFalse(report.agrees)

    def test_the_next_sweep_is_another_days(self):
        record = [one for one in self.log.all("user.changelog") if b"/sweep/" in one.key and one.value is not None][-1]
        self.assertEqual(json.loads(record.value)["due"][11:19], "18:00:00")


if __name__ == "__main__":
    unittest.main()
