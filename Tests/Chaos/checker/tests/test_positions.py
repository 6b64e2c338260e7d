"""Positions rows that are what was handled, and such as are not."""

import json
import unittest

from checker.topics import INPUTS
from checker.positions import is_positions

from .story import Story
from .world import World


class Positions(Story):
    def rows(self, context="user", partition=None):
        partition = self.world.event("PointChanged", "ann").partition if partition is None else partition
        return [record for record in self.log.records[f"{context}.changelog"][partition] if is_positions(record)]

    def spoil(self, record, topic, **fields):
        """Says something else of one input."""
        row = json.loads(record.value)
        place = row["topics"].index(topic)
        for name, change in fields.items():
            row[name][place] += change
        self.world.change(record, **row)

    def test_each_transaction_has_its_row(self):
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        for context in INPUTS:
            self.assertGreater(report.counts[f"positions rows of {context} compared with its inputs"], 1)
        # Nothing ever came to dr's second partition.
        self.assertEqual(report.counts["offsets of groups that positions rows state as well"], 2 + 2 * (3 + 5 + 5 + 6 + 3))

    def test_a_next_that_is_wrong(self):
        for topic in INPUTS["user"]:
            for change in (1, -1):
                for number in (0, 2, -1):
                    with self.subTest((topic, change, number)):
                        self.setUp()
                        row = self.rows()[number]
                        self.spoil(row, topic, next=change)
                        report = self.world.check()
                        found = " ".join(item[0] for item in report.differences.get("positions", ()))
                        self.assertIn(row.source, found, report.differences)

    def test_a_next_that_is_wrong_with_all_that_goes_with_it(self):
        """A row of its own cannot be told to be wrong; that its records had no effects before it can."""
        for way in ("early", "late"):
            with self.subTest(way):
                self.setUp()
                rows = self.rows(partition=1)
                said = [json.loads(row.value) for row in rows]
                number = next(at for at in range(1, len(rows)) if said[at]["next"][0] > said[at - 1]["next"][0])
                one, other = (rows[number], said[number - 1]) if way == "late" else (rows[number - 1], said[number])
                self.world.change(one, **other)
                self.assert_found("positions", one.source)

    def test_the_last_record_and_its_time(self):
        for fields in ({"last": 1}, {"last": -1}, {"times": 1}):
            with self.subTest(fields):
                self.setUp()
                self.spoil(self.rows()[-1], "user.commands", **fields)
                self.assert_found("positions", self.rows()[-1].source, "last and time")

    def test_a_position_that_goes_back(self):
        rows = self.rows()
        rows[-1].value, rows[-1].json = rows[0].value, None
        self.assert_found("positions", rows[-1].source, "a next from")

    def test_a_missing_row(self):
        for number in (0, 1, -1):
            with self.subTest(number):
                self.setUp()
                row = self.rows()[number]
                before = self.log.find(row.topic, row.partition, row.offset - 1)
                self.world.remove(row)
                self.assert_found("positions", before.source, "a positions row")

    def test_a_gap_that_is_no_end_of_a_transaction(self):
        """Another daemon's has been aborted in the middle of this one."""
        records = self.log.records["user.changelog"][self.rows()[0].partition]
        for record in records[1:]:
            record.offset += 1
        place = records[0].topic, records[0].partition
        self.log.ends[place] = self.log.stable[place] = self.log.ends[place] + 1
        self.assert_found("positions", records[0].source, "a positions row")
        self.log.commits = {}
        report = self.world.check()
        self.assertEqual(report.counts["aborted transactions of other daemons within a transaction"], 1)
        self.assertTrue(report.agrees, report.differences)
        self.log.commits = {place: {records[0].offset + 1}}
        self.assert_found("positions", records[0].source, "a positions row")

    def test_a_row_in_the_middle_of_its_transaction(self):
        records = self.log.records["user.changelog"][self.rows()[0].partition]
        number = next(at for at, record in enumerate(records) if is_positions(record))
        row, before = records[number], records[number - 1]
        for name in ("key", "value", "json"):
            one, other = getattr(row, name), getattr(before, name)
            setattr(row, name, other)
            setattr(before, name, one)
        self.assert_found("positions", before.source, "the end of a transaction")

    def test_a_row_that_is_none(self):
        for fields in (
            {"format": 1},
            {"due": "2099-12-31T23:59:59Z"},
            {"topics": ["user.internal", "user.commands", "kepco.events"]},
            {"topics": ["user.commands", "user.internal"]},
            {"next": [0, 0]},
            {"last": None},
            {"times": ["1", "2", "3"]},
            {"mark": "0"},
        ):
            with self.subTest(fields):
                self.setUp()
                row = self.rows()[-1]
                self.world.change(row, **fields)
                self.assert_found("positions", row.source)

    def test_offsets_of_the_group_that_differ(self):
        place = "user.internal", 0
        self.log.committed["user"][place] = 7
        self.assert_found("positions", "group user, user.internal-0", "7")

    def test_a_shard_that_has_no_row_at_all(self):
        for row in self.rows("dr", 0) + self.rows("dr", 1):
            self.world.remove(row)
        self.assert_found("positions", "dr.changelog", "a row, with dr.commands at")


class Marks(unittest.TestCase):
    def forged(self, mark, later=None):
        """Somebody says in user.commands what only kepco may say, before and after the mark is noted."""
        world = World()
        for shard in world.shards:
            shard.mark = mark
        world.send("user.commands", "ann", {"eventType": "RegisterUser", "id": "ann", "name": "ann", "capacity": 1})
        for order in ("o1", "o2"):
            check = {"drId": order, "userId": "ann", "reducedWh": 5, "adjustPoint": 5, "isReal": True, "responseAnswer": "accept"}
            world.send("user.commands", "ann", {"eventType": "ReductionCheck", **check})
            world.run()
            for shard in world.shards:
                shard.mark = later
        return world

    def test_commands_are_what_topics_lists(self):
        world = self.forged(0, 0)
        report = world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(len(list(world.log.all("user.deadletters"))), 2)

    def test_below_the_mark_the_old_rule_holds(self):
        world = self.forged(None, 2)
        report = world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(len(list(world.log.all("user.deadletters"))), 1)

    def test_without_a_mark_the_old_rule_holds(self):
        report = self.forged(None, None).check()
        self.assertTrue(report.agrees, report.differences)

    def test_a_forged_check_that_was_paid(self):
        world = self.forged(None, 2)
        for record in world.log.all("user.changelog"):
            if is_positions(record):
                world.change(record, mark=0)
        report = world.check()
        self.assertFalse(report.agrees)
        self.assertIn("a dead letter (unknown-type)", report.differences["outcome"][0][1])

    def test_a_mark_that_moves_or_goes(self):
        for mark in (1, None):
            world = self.forged(0, 0)
            rows = [record for record in world.log.all("user.changelog") if is_positions(record)]
            world.change(rows[-1], mark=mark)
            self.assertIn("the commands mark 0", [item[1] for item in world.check().differences["positions"]])

    def test_a_mark_below_what_was_handled_without_one(self):
        world = self.forged(None, 1)
        self.assertIn("a commands mark from 2 on", world.check().differences["positions"][0][1])

    def test_a_mark_beyond_the_end(self):
        world = self.forged(99, 99)
        self.assertIn("a commands mark up to", world.check().differences["positions"][0][1])


if __name__ == "__main__":
    unittest.main()
