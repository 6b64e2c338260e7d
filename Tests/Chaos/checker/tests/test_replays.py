"""Dead letters that are handled again, by the command Replay; and what a letter keeps of its record."""

import unittest

from checker.partitioner import home

from .world import ASKED, NOON, QUARTER, TRACE, World

ANN = home("ann", 2)


class Scene(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.log = self.world.log

    def register(self, user="ann", **more):
        self.world.send(
            "user.commands", user, {"eventType": "RegisterUser", "id": user, "name": user, "capacity": 1, **more})
        self.world.run()

    def refused(self, value, headers=(), partition=ANN, topic="user.commands"):
        """The dead letter of a record."""
        record = self.world.send(topic, "ann", value, partition, headers)
        self.world.run()
        letter = self.log.records[topic.partition(".")[0] + ".deadletters"][partition][-1]
        self.assertEqual(letter.header("deadletter.source"), record.source)
        return letter

    def replay(self, letter, partition=None):
        context = letter.topic.partition(".")[0]
        value = {"eventType": "Replay", "partition": letter.partition, "offset": letter.offset}
        record = self.world.send(
            f"{context}.commands", None, value, letter.partition if partition is None else partition)
        self.world.run()
        return record

    def draw(self, identity="w1", amount=5):
        return {"eventType": "WithdrawPoint", "id": identity, "userId": "ann", "amount": amount}

    def update(self):
        return {"eventType": "UpdateUser", "id": "ann", "capacity": 7}

    def check(self):
        report = self.world.check()
        self.assertTrue(report.agrees, report.differences)
        return report

    def letters(self):
        return [
            (letter.header("deadletter.source"), letter.header("deadletter.kind"))
            for letter in self.log.all("user.deadletters")
        ]


class Replays(Scene):
    def test_a_letter_that_is_handled_again_with_effect(self):
        for away in (0, 1):
            with self.subTest(away):
                self.setUp()
                letter = self.refused(self.update(), (("traceparent", TRACE.encode()), ("x", b"y")))
                self.register()
                self.world.clock += 1000
                record = self.replay(letter, (ANN + away) % 2)
                report = self.check()
                event = self.world.event("UserUpdated", "ann")
                home = f"user.internal-{ANN}-0" if away else record.source
                self.assertEqual(event.header("id"), f"{home}-0")
                self.assertEqual(event.header("traceparent"), TRACE)
                self.assertEqual(len(self.letters()), 1)
                self.assertEqual(report.outcomes["user", "user.commands", record.partition, record.offset], "effect")

    def test_a_letter_that_is_refused_again(self):
        self.register()
        letter = self.refused(self.draw())
        self.replay(letter)
        again = self.log.records["user.deadletters"][ANN][-1]
        self.replay(again)
        self.replay(letter)
        self.check()
        self.assertEqual(self.letters(), [(letter.header("deadletter.source"), "refused")] * 4)

    def test_an_answer_counts_from_when_it_was_given(self):
        """It came before the order and was given up, and is handled again when the order has been made."""
        accept = {"eventType": "Accept", "drId": "o1", "userId": "ann"}
        self.world.send("response.commands", "ann", accept)
        self.world.run()
        self.world.advance(120_000)
        [letter] = self.log.records["response.deadletters"][ANN]
        self.register()
        order = {"eventType": "StartDr", "id": "o1", "name": "x", "type": "x", "startsAt": NOON + QUARTER}
        self.world.send("dr.commands", "o1", order)
        self.world.advance(1000)
        deny = {"eventType": "Deny", "drId": "o1", "userId": "ann"}
        self.world.send("response.commands", "ann", deny)
        self.world.advance(1000)
        self.replay(letter)
        self.world.advance(2 * QUARTER)
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.world.run()
        self.world.advance(1000)
        self.check()
        self.assertIn(b'"deny"', self.world.event("Listsaved", "ann").value)

    def test_replays_that_are_refused_themselves(self):
        self.register()
        letter = self.refused(self.draw())
        replay = self.world.send("user.commands", None, {"eventType": "Replay", "partition": ANN, "offset": 99}, ANN)
        self.world.run()
        of_replay = self.log.records["user.deadletters"][ANN][-1]
        self.replay(of_replay)
        for fields in ({"partition": 2, "offset": 0}, {"partition": ANN, "offset": -1}, {"partition": ANN}, {}):
            self.world.send("user.commands", None, {"eventType": "Replay", **fields}, ANN)
        self.world.run()
        letter.headers += (("deadletter.cut", b"a lot"),)
        self.replay(letter)
        self.check()
        kinds = [kind for source, kind in self.letters() if source != letter.header("deadletter.source")]
        self.assertEqual(self.letters()[1], (replay.source, "not-found"))
        self.assertEqual(kinds, ["not-found", "refused", "not-found", "malformed", "malformed", "malformed", "refused"])

    def test_a_letter_of_the_same_transaction_is_not_there_yet(self):
        self.register()
        self.world.send("user.commands", "ann", self.draw())
        first = self.world.send(
            "user.internal", None, {"eventType": "Replay", "partition": ANN, "offset": 0}, ANN, self.as_forwarded())
        self.world.run()
        self.check()
        self.assertIn((first.source, "not-found"), self.letters())

    def test_a_letter_that_kafka_does_not_give(self):
        for reason, agrees in (("the dead letter x-0-9 cannot be read: no answer; send the Replay again", True),
                               ("the dead letter x-0-9 may not be read: unknown topic", True), ("no", False)):
            with self.subTest(reason):
                self.setUp()
                self.register()
                self.world.send("user.commands", None, {"eventType": "Replay", "partition": ANN, "offset": 99}, ANN)
                self.world.run()
                letter = self.log.records["user.deadletters"][ANN][-1]
                said = {"deadletter.kind": b"refused", "deadletter.reason": reason.encode()}
                letter.headers = tuple((name, said.get(name, value)) for name, value in letter.headers)
                self.assertEqual(self.world.check().agrees, agrees)

    def as_forwarded(self):
        """Something has to have been forwarded, if it lies in a context's own words."""
        value = {"eventType": "Replay", "partition": ANN, "offset": 0}
        self.world.send("user.commands", None, value, 1 - ANN)
        other = next(shard for shard in self.world.shards if shard.rules.context == "user" and shard.partition != ANN)
        self.world.work(other)
        self.world.remove(self.log.records["user.internal"][ANN][-1])
        return ()

    def test_a_forged_letter_pays_nothing_when_it_is_handled_again(self):
        self.register()
        check = {"drId": "o1", "userId": "ann", "reducedWh": 5, "adjustPoint": 5, "isReal": True, "responseAnswer": "accept"}
        letter = self.refused({"eventType": "ReductionCheck", **check})
        self.replay(letter)
        self.check()
        self.assertEqual([kind for _, kind in self.letters()], ["unknown-type"] * 2)

    # Spoilt

    def spoilt(self, kind, *words):
        report = self.world.check()
        texts = [" ".join(item) for item in report.differences.get(kind, ())]
        self.assertTrue(any(all(word in text for word in words) for text in texts), report.differences)

    def test_a_replay_without_effect(self):
        letter = self.refused(self.update())
        self.register()
        record = self.replay(letter)
        self.world.remove(self.world.event("UserUpdated", "ann"))
        self.spoilt("message lost", record.source)

    def test_a_second_letter_that_is_missing(self):
        self.register()
        letter = self.refused(self.draw())
        record = self.replay(letter)
        self.world.remove(self.log.records["user.deadletters"][ANN][-1])
        self.spoilt("outcome", record.source, "a dead letter (refused)")

    def test_a_second_letter_that_names_the_replay(self):
        self.register()
        letter = self.refused(self.draw())
        record = self.replay(letter)
        again = self.log.records["user.deadletters"][ANN][-1]
        again.headers = tuple(
            (name, record.source.encode() if name == "deadletter.source" else value) for name, value in again.headers)
        self.spoilt("dead letter", again.source)

    def test_a_letter_too_many(self):
        self.register()
        letter = self.refused(self.draw())
        self.replay(letter)
        self.log.add(letter.topic, letter.partition, letter.key, letter.value, letter.time, letter.headers)
        self.spoilt("twice", letter.source)


class Letters(Scene):
    """What a letter keeps of its record."""

    def kept(self, headers, kept, value=b"{", trace=()):
        letter = self.refused(value, headers)
        said = tuple(header for header in letter.headers if header[0].startswith("deadletter."))
        letter.headers = (*kept, *trace, *said)
        return self.world.check()

    def test_a_trace_is_one_or_left_out(self):
        valid = ("traceparent", TRACE.encode())
        for header, kept in (
            (valid, valid), (("traceparent", b"x" * 1_000_000), None),
            (("traceparent", TRACE.replace("00-", "cc-", 1).encode()), valid),
        ):
            self.setUp()
            report = self.kept((("a", b"b"), header), (("a", b"b"),), trace=() if kept is None else (kept,))
            self.assertTrue(report.agrees, report.differences)

    def test_who_asked_is_kept_if_it_fits(self):
        for headers, kept in (
            (ASKED, ASKED), ((("actor", b"a"), ("actor", b"b")), (("actor", b"b"),)),
            ((("actor", b"a"), ("actor", None)), ()), ((("command", b"c" * 65), ("idempotency", b"i")), (("idempotency", b"i"),)),
            ((("actor", "a\u202eb".encode()), ("command", "é".encode()), ("idempotency", b"\xff")), ()),
        ):
            self.setUp()
            report = self.kept((("a", b"b"), *headers), (("a", b"b"), *kept))
            self.assertTrue(report.agrees, report.differences)

    def test_who_did_not_ask(self):
        report = self.kept((), (), trace=(("actor", b"mallory"),))
        self.assertIn("dead letter", report.differences)

    def test_a_trace_that_was_not_the_records(self):
        report = self.kept((), (), trace=(("traceparent", TRACE.encode()),))
        self.assertIn("dead letter", report.differences)

    def test_of_many_headers_some_are_kept(self):
        many = tuple((f"h{number}", b"") for number in range(100_000))
        self.assertTrue(self.kept(many, many[:32]).agrees)
        self.setUp()
        self.assertIn("dead letter", self.kept(many, many[:33]).differences)
        self.setUp()
        self.assertIn("dead letter", self.kept(many, (("h0", b"x"),)).differences)
        self.setUp()
        self.assertIn("dead letter", self.kept(many[:10], many[:9]).differences)
        self.setUp()
        large = (("a", b"x" * 20_000), ("b", b""))
        self.assertTrue(self.kept(large, large[1:]).agrees)
        self.setUp()
        self.assertIn("dead letter", self.kept(large, large).differences)

    def test_a_letter_of_fixed_size(self):
        letter = self.refused(b"x" * 70_000)
        letter.value = letter.key = None
        letter.headers += (("deadletter.cut", b"key of 3 bytes, value of 70000 bytes"),)
        self.check()

    def test_a_reason_without_end(self):
        letter = self.refused(b"{")
        letter.headers = tuple(
            (name, b"x" * 1001 if name == "deadletter.reason" else value) for name, value in letter.headers)
        self.assertIn("dead letter", self.world.check().differences)


if __name__ == "__main__":
    unittest.main()
