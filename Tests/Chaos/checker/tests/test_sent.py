"""What producers sent, and copies of what lay elsewhere."""

import unittest

from checker.report import Report
from checker.sent import check_sent, find_places
from checker.shards import looks

from .story import Story


class Copies(Story):
    def copies(self):
        return [record for record in self.log.all("response.commands") if record.key is None]

    def test_a_record_that_was_not_sent_on(self):
        source, copy = sorted(
            self.copies(), key=lambda record: record.partition == self.world.event("Listmade", "ann").partition
        )
        self.world.remove(copy)
        self.assert_found("copy lost", source.source)

    def test_a_record_that_was_sent_on_twice(self):
        source, copy = sorted(
            self.copies(), key=lambda record: record.partition == self.world.event("Listmade", "ann").partition
        )
        self.log.add(copy.topic, copy.partition, copy.key, copy.value, copy.time, copy.headers)
        report = self.world.check(sent={(source.topic, source.partition, source.offset)})
        self.assert_found("copy twice", f"{copy.topic}-{copy.partition}", report=report)


class Sent(Story):
    def check(self, **item):
        report = self.world.check()
        outcomes = report.outcomes
        report = Report()
        find_places(self.log, [item], report)
        check_sent(self.log, [item], outcomes, report)
        return report

    def item(self, value, expect):
        record = next(
            record
            for topic in self.log.records
            if topic.endswith("commands")
            for record in self.log.all(topic)
            if value in record.value
        )
        return {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key.decode(),
            "value": record.value.decode(),
            "expect": expect,
        }

    def test_what_was_sent_came_out_as_expected(self):
        for value, expect in ((b'"w1"', "effect"), (b'"w2"', "refused"), (b'"never"', "refused")):
            self.assertTrue(self.check(**self.item(value, expect)).agrees)

    def test_an_acknowledged_record_is_lost(self):
        report = self.check(topic="user.commands", partition=0, offset=999, key="x", value="y")
        self.assert_found("lost", "user.commands-0-999", report=report)

    def test_an_acknowledged_record_is_another(self):
        report = self.check(**{**self.item(b'"w1"', "any"), "value": "{}"})
        self.assert_found("sent", "{}", report=report)

    def test_a_record_acknowledged_without_its_place(self):
        for value, expect in ((b'"w1"', "effect"), (b'"w2"', "refused")):
            item = {**self.item(value, expect), "offset": None}
            offset = self.item(value, expect)["offset"]
            self.assertTrue(self.check(**item).agrees)
            self.assertEqual(find_places(self.log, [item], Report()), {(item["topic"], item["partition"], offset)})

    def test_a_record_acknowledged_without_its_place_is_lost(self):
        report = self.check(**{**self.item(b'"w1"', "effect"), "offset": None, "value": "{}"})
        self.assert_found("lost", "user.commands", report=report)

    def test_the_same_record_twice_needs_two_places(self):
        item = self.item(b'"never"', "any")
        for known in (item["offset"], None):
            twice = [{**item, "offset": known}, {**item, "offset": None}]
            report = Report()
            find_places(self.log, twice, report)
            check_sent(self.log, twice, {}, report)
            self.assertEqual(report.totals, {"lost": 1})

    def test_the_same_record_again_lies_behind_the_first(self):
        first = self.item(b'"never"', "any")
        record = self.log.find(first["topic"], first["partition"], first["offset"])
        again = self.log.add(record.topic, record.partition, record.key, record.value, record.time, record.headers)
        twice = [{**first, "offset": None}, {**first, "offset": None}]
        find_places(self.log, twice, Report())
        self.assertEqual([item["offset"] for item in twice], [record.offset, again.offset])

    def test_a_record_and_its_copy_are_told_apart(self):
        """Both without their places: the one that was sent to another partition, and one that was sent there in the first place."""
        home = self.world.event("Listmade", "ann").partition
        copy = next(
            record for record in self.log.all("response.commands") if record.key is None and record.partition == home
        )
        original = next(
            record
            for record in self.log.all("response.commands")
            if record.partition != home and looks(record) == looks(copy)
        )
        item = {"topic": copy.topic, "key": None, "value": copy.value.decode(), "offset": None, "home": "ann"}
        sent = [{**item, "partition": original.partition}]
        self.assertEqual(
            find_places(self.log, sent, Report()), {(original.topic, original.partition, original.offset)}
        )
        self.assertEqual(find_places(self.log, [{**item, "partition": home}], Report()), set())

    def test_another_outcome(self):
        self.assert_found("outcome", "effect", "refused", report=self.check(**self.item(b'"w2"', "effect")))

    def test_a_record_sent_on_has_the_outcome_of_its_copy(self):
        source = next(
            record
            for record in self.log.all("response.commands")
            if record.key is None and record.partition != self.world.event("Listmade", "ann").partition
        )
        report = self.check(
            topic=source.topic,
            partition=source.partition,
            offset=source.offset,
            key=None,
            value=source.value.decode(),
            expect="effect",
        )
        self.assertTrue(report.agrees, report.differences)


if __name__ == "__main__":
    unittest.main()
