"""What is right passes; what is spoilt is found, and named."""

import json
import unittest

from checker.log import parse_source

from .story import Story
from .world import TRACE


class WhatIsRight(Story):
    def test_a_whole_story_agrees(self):
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        self.assertEqual(report.counts["real reductions that are paid"], 1)
        self.assertGreater(report.counts["rows of response worked out anew"], 30)
        kinds = {
            letter.header("deadletter.kind")
            for topic in self.log.records
            if topic.endswith("deadletters")
            for letter in self.log.all(topic)
        }
        self.assertEqual(kinds, {"malformed", "conflict", "not-found", "refused", "late"})

    def test_the_story_has_the_figures_worked_out_by_hand(self):
        # Three quarter hours and 5 s: o1 runs from 9:30 to 10:15:05. Reference days hold 101 and 102 Wh; 40
        # Wh were used.
        check = json.loads(self.world.event("ReductionCheck", "ann").value)
        covered = (3 * 900_000 + 5000) / 900_000
        self.assertEqual(check["baselineWh"], round(101.5 * covered))
        self.assertEqual(check["usedWh"], round(40 * covered))
        self.assertEqual(check["reducedWh"], round(61.5 * covered))
        self.assertEqual(check["quarterBaselineWh"], [101.5, 101.5, 101.5, round(101.5 * 5 / 900, 3)])
        self.assertFalse(json.loads(self.world.event("ReductionCheck", "bob").value)["isReal"])


class Events(Story):
    def test_a_lost_event(self):
        self.world.remove(self.world.event("PointChanged", "ann"))
        report = self.world.check()
        self.assert_found("message lost", "user.events", "PointChanged", "ann", report=report)
        self.assert_found("balance", "ann", report=report)

    def test_a_doubled_event(self):
        event = self.world.event("PointChanged", "ann")
        self.log.add(event.topic, event.partition, event.key, event.value, event.time, event.headers)
        self.assert_found("twice", f"the id {event.header('id')} once", event.source)

    def test_an_event_that_nothing_explains(self):
        event = self.world.event("PointChanged", "ann")
        headers = (("type", b"PointChanged"), ("id", b"user.commands-0-0-1"))
        self.log.add(event.topic, event.partition, event.key, event.value, event.time, headers)
        self.assertFalse(self.world.check().agrees)

    def test_an_event_of_a_record_that_is_not_there(self):
        event = self.world.event("PointChanged", "ann")
        event.headers = (("type", b"PointChanged"), ("id", b"kepco.events-0-999-0"))
        self.assert_found("id", "kepco.events-0-999-0")

    def test_a_gap_in_the_numbers_of_a_records_messages(self):
        [first] = [
            record
            for record in self.log.all("response.internal")
            if record.header("type") == "MakeList" and record.header("id").endswith("-0")
        ]
        self.world.remove(first)
        self.assert_found("lost", "only [1]")

    def test_a_wrong_balance(self):
        event = self.world.event("PointWithdrawn", "ann")
        point = json.loads(event.value)["point"]
        self.world.change(event, point=point + 1)
        report = self.world.check()
        self.assert_found("message", f"'point': {point}", f'"point": {point + 1}', report=report)
        self.assert_found("balance", str(point), str(point + 1), report=report)

    def test_a_wrong_answer_in_listsaved(self):
        event = self.world.event("Listsaved", "cho")
        self.world.change(event, answer="accept")
        report = self.world.check()
        self.assert_found("message", "'answer': 'ignore'", '"answer": "accept"', report=report)
        self.assert_found("answer", "ignore of cho to o1", "accept", report=report)

    def test_two_events_of_a_key_swapped(self):
        events = [
            record
            for record in self.log.all("response.events")
            if record.key == b"bob" and record.header("id").startswith("response.commands")
        ]
        first, last = events[0], events[-1]
        for name in ("value", "headers", "json"):
            one, other = getattr(first, name), getattr(last, name)
            setattr(first, name, other)
            setattr(last, name, one)
        self.assert_found("order", first.header("id").rpartition("-")[0])

    def test_an_event_in_another_partition(self):
        event = self.world.event("DenyChosen", "bob")
        self.world.remove(event)
        self.log.add(event.topic, 1 - event.partition, event.key, event.value, event.time, event.headers)
        self.assert_found("message", f"response.events-{event.partition}", f"response.events-{1 - event.partition}")

    def test_a_wrong_figure_in_a_check(self):
        event = self.world.event("ReductionCheck", "ann")
        self.world.change(event, usedWh=1)
        self.assert_found("message", "'usedWh': 120", '"usedWh": 1')

    def test_a_lost_trace(self):
        event = self.world.event("DenyChosen", "dan")
        self.assertEqual(event.header("traceparent"), TRACE)
        event.headers = tuple(header for header in event.headers if header[0] != "traceparent")
        self.assert_found("message", "DenyChosen", TRACE)

    def test_who_asked_is_lost(self):
        event = self.world.event("DenyChosen", "dan")
        self.assertEqual(event.header("command"), "c-1")
        event.headers = tuple(header for header in event.headers if header[0] != "command")
        self.assert_found("message", "DenyChosen", "c-1")

    def test_somebody_who_asked_for_nothing(self):
        event = self.world.event("ReductionCheck", "ann")
        event.headers += (("actor", b"mallory"),)
        self.assert_found("message", "mallory")

    def test_a_customer_who_was_not_asked(self):
        self.world.remove(self.world.event("Listmade", "cho"))
        self.assert_found("list", "a Listmade of o1 for cho")

    def test_a_customer_who_was_asked_without_being_one(self):
        event = self.world.event("UserRegistered", "cho")
        self.world.change(event, timestamp=self.world.clock)
        self.assert_found("list", "nobody registered after", "cho")

    def test_a_check_that_was_not_made(self):
        self.world.remove(self.world.event("ReductionCheck", "bob"))
        self.assert_found("check", "a ReductionCheck of bob and o1", "nor does it wait")

    def test_a_list_that_was_not_saved(self):
        self.world.remove(self.world.event("Listsaved", "dan"))
        self.assert_found("list", "a Listsaved of o1 for dan")

    def test_an_order_that_was_not_announced_to_a_partition(self):
        made = [record for record in self.log.all("response.internal") if record.header("type") == "MakeList"]
        self.world.remove(made[-1])
        self.assert_found("outcome", "MakeList", "dr.events")


class Letters(Story):
    def letter(self, kind):
        return next(
            letter
            for topic in self.log.records
            if topic.endswith("deadletters")
            for letter in self.log.all(topic)
            if letter.header("deadletter.kind") == kind
        )

    def test_a_missing_dead_letter(self):
        for kind in ("malformed", "conflict", "late", "refused"):
            with self.subTest(kind):
                self.setUp()
                letter = self.letter(kind)
                self.world.remove(letter)
                self.assert_found("outcome", f"a dead letter ({kind})", letter.header("deadletter.source"), "nothing")

    def test_a_missing_dead_letter_of_an_answer_that_has_waited(self):
        self.world.remove(self.letter("not-found"))
        self.assert_found("dead letter", "(not-found)", "nothing")

    def test_a_second_dead_letter(self):
        letter = self.letter("conflict")
        self.log.add(letter.topic, letter.partition, letter.key, letter.value, letter.time, letter.headers)
        self.assert_found("twice", f"one dead letter of {letter.header('deadletter.source')}")

    def test_a_dead_letter_of_a_record_that_had_its_effects(self):
        event, letter = self.world.event("UserRegistered", "ann"), self.letter("conflict")
        source = event.header("id").rpartition("-")[0]
        record = self.log.find(*parse_source(source))
        headers = tuple(
            (name, source.encode() if name == "deadletter.source" else value)
            for name, value in letter.headers
            if name != "deadletter.time"
        )
        self.log.add(letter.topic, record.partition, record.key, record.value, letter.time, headers)
        report = self.world.check()
        self.assert_found("twice", "either messages or a dead letter", source, report=report)

    def test_a_changed_dead_letter(self):
        self.letter("malformed").value = b"{}"
        self.assert_found("dead letter", "{}")

    def test_another_kind(self):
        letter = self.letter("late")
        letter.headers = tuple(
            (name, b"conflict" if name == "deadletter.kind" else value) for name, value in letter.headers
        )
        self.assert_found("outcome", "a dead letter (late)", "a dead letter (conflict")


class Rows(Story):
    def test_a_row_that_nothing_explains(self):
        self.log.add(
            "user.changelog",
            0,
            b"users/eve",
            b'{"id":"eve","name":"eve","capacity":1,"point":9,"entries":0}',
            self.world.clock,
        )
        self.assert_found("row without a cause", "users/eve")

    def test_a_wrong_row(self):
        row = next(record for record in self.log.all("user.changelog") if record.key == b"users/bob")
        self.world.change(row, capacity=1)
        self.assert_found("row", "users/bob", "'capacity': 3000", "'capacity': 1")

    def test_a_lost_row(self):
        row = next(record for record in self.log.all("user.changelog") if record.key.startswith(b"ledger/dr/"))
        self.world.remove(row)
        report = self.world.check()
        self.assertFalse(report.agrees)
        self.assert_found("balance", "row users/ann", report=report)

    def test_a_record_that_was_worked_on_twice(self):
        rows = [record for record in self.log.all("user.changelog") if record.key == b"users/ann"]
        self.log.add("user.changelog", rows[-1].partition, rows[-1].key, rows[-1].value, self.world.clock)
        self.assert_found("row without a cause", "users/ann")

    def test_a_timer_that_fired_too_early(self):
        timer = next(
            record
            for record in self.log.all("response.changelog")
            if b"/patience/never/" in record.key and record.value is None
        )
        for record in self.log.records[timer.topic][timer.partition]:
            if record.offset >= timer.offset:
                record.time = timer.time - 5 * 96 * 900_000 - 900_000
        self.assert_found("timer", "patience/never/ann")


class Offsets(Story):
    def test_a_group_that_is_behind(self):
        place, committed = next(
            (place, committed) for place, committed in self.log.committed["user"].items() if committed
        )
        self.log.committed["user"][place] = committed - 1
        self.assert_found("offset", f"group user, {place[0]}-{place[1]}", str(committed - 1))

    def test_a_group_without_an_offset(self):
        place = next(place for place, committed in self.log.committed["kepco"].items() if committed)
        del self.log.committed["kepco"][place]
        self.assert_found("offset", "group kepco", "none")

    def test_an_offset_beyond_the_end(self):
        place = next(iter(self.log.committed["dr"]))
        self.log.committed["dr"][place] += 5
        self.assert_found("offset", "group dr")

    def test_an_open_transaction(self):
        self.log.ends["user.events", 0], self.log.stable["user.events", 0] = 100, 50
        self.assert_found("open transaction", "user.events-0", "100", "50")


if __name__ == "__main__":
    unittest.main()
