"""Customers' days from their registration to kepco, and what an auditor finds when something is wrong with that."""

import json

from ..partitioner import home
from ..rules.feed import KOREA, day_of, start_of
from ..values import from_iso, to_iso
from .test_bounds import Bounds

TODAY = day_of(1_795_600_800_000)


class Feed(Bounds):
    def register_meter(self, user="ann", first=TODAY - 1, **fields):
        said = {"userId": user, "customerNumber": "0123456789", "consentFrom": to_iso(start_of(first)), **fields}
        self.world.send("feed.commands", user, {"eventType": "RegisterMeter", **said})
        self.world.advance(1000)

    def meters(self, table, user="ann"):
        return next((row for key, row in self.rows("feed", table).items() if key.endswith(f"/{user}")), None)

    def answer_meter(self, outcome, user="ann", attempt=None, wh=None):
        value = {"eventType": "MeterAnswered", "timestamp": self.world.clock, "userId": user, "outcome": outcome}
        value["attempt"] = self.meters("calls", user)["attempt"] if attempt is None else attempt
        if outcome == "day":
            value["wh"] = [412, 98.5] * 48 if wh is None else wh
        self.world.send("feed.internal", user, value, headers=(("type", b"MeterAnswered"),))
        self.world.advance(1000)

    def readings(self, topic="kepco.readings"):
        return [record for record in self.world.log.all(topic) if record.header("id")]

    def test_days_come_to_kepco_one_after_the_other(self):
        self.register_meter(first=TODAY - 6)
        for _ in range(6):
            self.answer_meter("day")
        self.assertEqual((len(self.readings()), len(self.readings("kepco.history"))), (3, 3))
        # Today is not over.
        self.assertIsNone(self.meters("calls"))
        self.assertEqual(self.meters("meters")["nextDay"], TODAY)
        self.assert_agrees()

    def until_asked(self, user="ann"):
        """Until his next call is due.
        Returns: the day that it asks for."""
        if self.meters("calls", user) is None:
            self.world.advance(from_iso(self.meters("meters", user)["askAt"]) - self.world.clock + 1000)
        return self.meters("calls", user)["day"]

    def test_what_is_missing_is_asked_for_again_apart_from_later_days(self):
        self.register_meter()
        self.answer_meter("none")
        self.assertIsNone(self.meters("calls"))
        self.assertEqual(self.until_asked(), TODAY)
        self.answer_meter("day")
        self.assertEqual(self.until_asked(), TODAY - 1)
        self.answer_meter("day", wh=[1] * 95 + [None])
        days = []
        for _ in range(9):
            days.append(self.until_asked())
            # What is looked at once more says nothing new; what is missing comes late.
            self.answer_meter("day", wh=[1] * 96 if days.count(TODAY - 1) > 1 and days[-1] == TODAY - 1 else
                              [1] * 95 + [None] if days[-1] == TODAY - 1 else None)
        self.assertEqual(days.count(TODAY - 1), 2)
        starts = [json.loads(record.value)["startsAt"] for record in self.readings() + self.readings("kepco.history")]
        self.assertEqual(starts.count(to_iso(start_of(TODAY - 1))), 1)
        self.assertEqual(starts.count(to_iso(start_of(TODAY) - 900_000)), 1)
        self.assertEqual(starts.count(to_iso(start_of(TODAY))), 1)
        self.assert_agrees()

    def test_a_correction_is_sent_and_nothing_else_again(self):
        self.register_meter()
        self.answer_meter("day")
        self.assertEqual(self.until_asked(), TODAY)
        self.answer_meter("day")
        self.assertEqual(self.until_asked(), TODAY - 1)
        self.answer_meter("day", wh=[412, 99] * 48)
        self.until_asked()
        self.answer_meter("refused")
        self.assertEqual(self.until_asked(), TODAY)
        self.answer_meter("day")
        self.assertEqual(len(self.readings()), 3)
        self.assert_agrees()

    def test_calls_that_come_to_nothing_put_the_day_off(self):
        self.register_meter()
        for _ in range(16):
            self.answer_meter("unavailable")
            if self.meters("meters")["nextDay"] == TODAY:
                break
            self.until_asked()
        self.assertEqual(self.meters("meters")["owed"][0]["day"], TODAY - 1)
        self.assert_agrees()

    def test_the_same_registration_changes_nothing_and_an_outsider_answers_nothing(self):
        self.register_meter()
        self.answer_meter("day")
        self.register_meter()
        self.assertIsNone(self.meters("calls"))
        value = {"eventType": "MeterAnswered", "userId": "ann", "attempt": 1, "outcome": "none"}
        self.world.send("feed.commands", "ann", value)
        self.world.advance(1000)
        self.assertEqual(self.letters("feed"), ["unknown-type"])
        self.assert_agrees()

    def test_a_consent_within_a_day_holds_from_the_next_one_on(self):
        self.register_meter(consentFrom=to_iso(start_of(TODAY - 1) + 1000))
        self.assertEqual(self.meters("meters")["nextDay"], TODAY)
        self.assert_agrees()

    def test_a_call_without_an_answer_is_made_again_and_an_earlier_answer_says_nothing(self):
        self.register_meter()
        first = self.meters("calls")["attempt"]
        self.world.advance(120_000)
        self.assertEqual(self.meters("calls")["attempt"], first + 1)
        self.answer_meter("day", attempt=first)
        self.assertEqual(self.readings(), [])
        self.answer_meter("day")
        self.assertEqual(len(self.readings()), 1)
        self.assert_agrees()

    def test_more_than_a_window_wait(self):
        users = [f"u{number}" for number in range(200)]
        for user in users:
            self.register_meter(user)
        waiting = [key for key in self.rows("feed", "calls") if key.startswith("calls/wait/")]
        self.assertEqual(len(waiting), 200 - 2 * 32)
        answered = set()
        while len(answered) < 200:
            for key in [key for key in self.rows("feed", "calls") if key.startswith("calls/call/")]:
                user = key.rpartition("/")[2]
                answered.add(user)
                self.answer_meter("day", user)
        self.assertEqual(len(self.readings()), 200)
        self.assert_agrees()

    def test_who_has_gone_is_not_registered_by_what_is_read_late(self):
        self.world.send("user.events", "ann", {
            "eventType": "UserLeft", "timestamp": self.world.clock, "id": "ann",
            "leftAt": to_iso(self.world.clock + 60_000)})  # fmt: skip
        self.world.advance(1000)
        self.register_meter()
        self.assertEqual(self.letters("feed"), ["late"])
        self.assertIsNone(self.meters("meters"))
        self.world.advance(60_000)
        self.register_meter()
        self.assertEqual(self.meters("calls")["day"], TODAY - 1)
        # Of a leaving from before that nothing comes.
        self.world.send("user.events", "ann", {
            "eventType": "UserLeft", "timestamp": self.world.clock, "id": "ann",
            "leftAt": to_iso(self.world.clock - 40_000)})  # fmt: skip
        self.world.advance(32 * 86_400_000)
        self.assertIsNotNone(self.meters("meters"))
        self.assertIsNone(self.meters("gone"))
        self.assert_agrees()

    def test_who_revokes_or_leaves_is_forgotten(self):
        for user in ("ann", "bob"):
            self.register_meter(user)
        attempt = self.meters("calls")["attempt"]
        self.world.send("feed.commands", "ann", {"eventType": "RevokeMeter", "userId": "ann"})
        self.world.send("user.events", "bob", {
            "eventType": "UserLeft", "timestamp": self.world.clock, "id": "bob", "leftAt": to_iso(self.world.clock)})
        self.world.advance(1000)
        self.answer_meter("day", attempt=attempt)
        self.world.send("feed.commands", "ann", {"eventType": "RevokeMeter", "userId": "ann"})
        self.register_meter("carl", customerNumber="0 1")
        self.register_meter("carl", meters=["1"] * 21)
        self.assertEqual((self.readings(), sorted(self.letters("feed"))), ([], ["malformed", "malformed"]))
        self.assertFalse(any(key.startswith(("meters/", "calls/", "nextdays/")) for key in self.rows("feed", "")))
        self.assert_agrees()

    def test_a_consent_begins_no_later_than_400_days_ahead(self):
        for user, more, taken in (("ann", 0, True), ("bob", 1, False)):
            self.register_meter(user, consentFrom=to_iso(self.world.clock + 400 * 86_400_000 + more))
            self.assertEqual(self.meters("meters", user) is not None, taken)
        self.assertEqual(self.letters("feed"), ["refused"])
        self.assert_agrees()

    def test_of_a_day_that_is_not_over_there_is_nothing_yet(self):
        self.register_meter()
        self.answer_meter("day")
        self.world.advance(30 * 86_400_000)
        self.assertEqual(self.meters("calls")["day"], TODAY)
        self.world.clock -= 30 * 86_400_000
        self.answer_meter("none")
        self.assertEqual(self.meters("meters")["nextDay"], TODAY)
        self.assertIsNone(self.meters("calls"))
        self.assert_agrees_but_for_timers()

    def test_calls_that_a_clock_that_was_ahead_waits_for_are_made_again(self):
        self.world.clock += 30 * 86_400_000
        for number in range(100):
            self.register_meter(f"u{number}", first=TODAY + 20)
        self.world.clock -= 30 * 86_400_000
        before = {key: row["attempt"] for key, row in self.rows("feed", "calls").items() if key.startswith("calls/call/")}
        self.assertEqual(len(before), 64)
        self.register_meter()
        place = home("ann", self.world.log.partitions)
        for key, attempt in before.items():
            is_there = home(key.rpartition("/")[2], self.world.log.partitions) == place
            row = self.rows("feed", "calls")[key]
            self.assertEqual(row["attempt"], attempt + is_there)
            self.assertEqual(from_iso(row["until"]) < self.world.clock + 120_001, is_there)
            self.assertEqual(sum(1 for one in self.rows("feed", "timers") if one.endswith(f"/{key.removeprefix('calls/')}")), 1)
        self.assert_agrees_but_for_timers()

    def assert_agrees_but_for_timers(self):
        """By the clock that was ahead they are overdue."""
        self.assertEqual(set(self.world.check().differences), {"timer overdue"})

    def test_no_more_of_the_past_is_asked_for_than_is_kept(self):
        self.register_meter(first=TODAY - 45)
        asked = {}
        while self.world.clock < start_of(TODAY + 4):
            day = self.until_asked()
            asked[day] = asked.get(day, 0) + 1
            self.answer_meter("day", wh=[1] * 95 + [None])
        self.assertEqual([day for day in range(TODAY - 45, TODAY) if asked.get(day, 0) < 2], [])
        self.assert_agrees()

    def assert_found(self, *words):
        texts = [" ".join(map(str, found)) for group in self.world.check().differences.values() for found in group]
        self.assertTrue(any(all(word in text for word in words) for text in texts), texts)

    def read_day(self):
        self.register_meter()
        self.answer_meter("day")
        self.assert_agrees()
        return self.readings()[0]

    def test_readings_that_the_utility_has_not_said_are_found(self):
        record = self.read_day()
        self.world.change(record, wh=[413, 98.5] * 48)
        self.assert_found("413")

    def test_readings_of_another_day_are_found(self):
        self.world.change(self.read_day(), startsAt=to_iso(start_of(TODAY - 2)))
        self.assert_found(to_iso(start_of(TODAY - 2)))

    def test_readings_that_are_lost_or_there_twice_are_found(self):
        record = self.read_day()
        self.world.log.records[record.topic][record.partition].remove(record)
        self.assert_found("feed")
        again = self.world.log.add(record.topic, record.partition, record.key, record.value, record.time, record.headers)
        self.world.log.add(record.topic, record.partition, record.key, record.value, record.time, again.headers)
        self.assert_found("once", "it also")

    def test_a_day_before_the_consent_is_found(self):
        self.register_meter(first=TODAY - 1)
        self.assert_agrees()
        command = next(self.world.log.all("feed.commands"))
        self.world.change(command, consentFrom=to_iso(start_of(TODAY)))
        self.assert_found("feed")

    def test_a_forged_id_is_an_outsiders(self):
        self.read_day()
        value = {"eventType": "MeterReadings", "userId": "ann", "startsAt": to_iso(start_of(TODAY - 1)), "wh": [1]}
        self.world.send("kepco.readings", "ann", value, headers=(("id", b"feed.internal-0-999-0"), ("type", b"MeterReadings")))
        self.world.advance(1000)
        self.assert_agrees()

    def test_the_hour_of_a_customer_is_by_korea(self):
        self.assertEqual(day_of(start_of(TODAY)), TODAY)
        self.assertEqual(day_of(start_of(TODAY) - 1), TODAY - 1)
        self.assertEqual((start_of(TODAY) + KOREA) % 86_400_000, 0)
