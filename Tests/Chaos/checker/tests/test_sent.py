"""What producers sent, and copies of what lay elsewhere."""

import unittest

from checker.origins import looks
from checker.partitioner import home
from checker.positions import is_positions
from checker.report import Report
from checker.sent import check_sent, digest_of, find_places

from .story import Story


class Copies(Story):
    def setUp(self):
        super().setUp()
        [self.source] = [record for record in self.log.all("response.commands") if record.key is None]
        [self.copy] = [record for record in self.log.all("response.internal") if record.key is None]

    def test_a_copy_is_its_original_at_home(self):
        self.assertNotEqual(self.source.partition, self.copy.partition)
        self.assertEqual(looks(self.source), looks(self.copy))

    def test_a_record_that_was_not_forwarded(self):
        self.world.remove(self.copy)
        self.assert_found("copy lost", self.source.source)

    def test_a_record_that_was_forwarded_twice(self):
        copy = self.copy
        self.log.add(copy.topic, copy.partition, copy.key, copy.value, copy.time, copy.headers)
        self.assert_found("copy twice", f"{copy.topic}-{copy.partition}")

    def test_a_copy_that_was_changed(self):
        self.copy.headers = (("x", b"y"),)
        report = self.world.check()
        self.assert_found("copy lost", self.source.source, report=report)
        self.assert_found("id", self.copy.source, report=report)

    def test_what_others_have_written_to_a_contexts_own_words(self):
        for headers in ((), (("id", b"response.commands-0-0-0"),), (("id", b"dr.events-0-0-7"),)):
            with self.subTest(headers):
                self.setUp()
                accept = b'{"eventType":"Accept","drId":"o1","userId":"dan"}'
                record = self.log.add("response.internal", home("dan", 2), b"dan", accept, self.world.clock, headers)
                self.world.run()
                report = self.world.check()
                found = " ".join(word for items in report.differences.values() for item in items for word in item)
                self.assertIn(record.source, found, report.differences)


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

    def test_a_large_record_is_known_by_its_digest(self):
        item = self.item(b'"w1"', "effect")
        record = self.log.find(item["topic"], item["partition"], item["offset"])
        place = {name: item[name] for name in ("topic", "partition", "offset", "expect")}
        self.assertTrue(self.check(**place, digest=digest_of(record.key, record.value)).agrees)
        for other in ((None, record.value), (record.key, record.value + b" "), (record.key, None)):
            self.assert_found("sent", report=self.check(**place, digest=digest_of(*other)))

    def test_what_is_not_listed_is_refused_above_the_mark(self):
        item = self.item(b'"w1"', "refused-above-mark")
        self.assert_found("outcome", "refused", "effect", report=self.check(**item))
        for record in self.log.all("user.changelog"):
            if is_positions(record):
                self.world.change(record, mark=item["offset"] + 1)
        report = Report()
        check_sent(self.log, [item], {("user", item["topic"], item["partition"], item["offset"]): "effect"}, report)
        self.assertTrue(report.agrees)

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
