"""What an auditor finds when a customer was not told, twice in other words, at another address, or without a cause."""

import json
import tempfile
from pathlib import Path

from ..origins import find_origins
from ..receiver import check_receivers
from ..report import Report
from ..rules import Settings
from .test_notify import Notices


class Receivers(Notices):
    def setUp(self):
        super().setUp()
        self.lines = []

    def come(self, key, status="accepted", **fields):
        """A notice comes to its receiver."""
        subject, _, user, _, channel = key.split("/")
        self.lines.append({
            "at": self.world.clock, "status": status, "key": key, "channel": channel, "to": f"{user}-{channel}",
            "language": "ko", "kind": "asked" if subject == "order" else subject, "title": "t", "text": "x", **fields})
        return key

    def key(self, user="ann", order="o1"):
        row = self.notice(user, order)
        return f"order/{order}/{user}/{row['version']}/{row['channel']}"

    def told_once(self, *channels, **contact):
        self.set_contact(channels=channels or ("push", "sms"), **contact)
        self.world.advance(1000)
        self.list_event("Listmade")
        self.beat()

    def differences(self):
        report = Report()
        find_origins(self.world.log)
        with tempfile.TemporaryDirectory() as directory:
            paths = {}
            for channel in ("push", "sms"):
                paths[channel] = Path(directory) / channel
                lines = (json.dumps(line) + "\n" for line in self.lines if line["channel"] == channel)
                paths[channel].write_text("".join(lines))
            check_receivers(self.world.log, paths, Settings(), report)
        return report.differences.get("receiver", []), report

    def assert_well(self):
        found, report = self.differences()
        self.assertEqual(found, [])
        return report.counts

    def assert_differs(self, *words):
        texts = [" ".join(found) for found in self.differences()[0]]
        self.assertTrue(any(all(word in text for word in words) for text in texts), texts)

    def test_a_notice_that_was_taken_agrees(self):
        self.told_once()
        self.come(self.key())
        self.answer_notice("accepted")
        counts = self.assert_well()
        self.assertEqual(counts["notices that were told"], 1)
        self.assertEqual(counts["events of customers with a contact, each with a notice"], 1)

    def test_one_whose_answer_was_lost_comes_again(self):
        self.told_once()
        self.come(self.key())
        self.world.advance(121_000)
        self.come(self.key(), "duplicate")
        self.answer_notice("duplicate")
        self.assertEqual(self.assert_well()["keys that came again, since the answer before was lost"], 1)

    def test_one_that_comes_more_often_than_it_is_handed_over_is_found(self):
        self.told_once()
        self.come(self.key())
        self.come(self.key(), "duplicate")
        self.answer_notice("accepted")
        self.assert_differs("told as often as handed over")

    def test_one_that_nobody_took_is_found(self):
        self.told_once()
        self.come(self.key(), "refused")
        self.answer_notice("accepted")
        self.assert_differs("taken by a receiver", "nothing of it")
        self.assert_differs("notices/ann/order/o1", "told")

    def test_a_row_that_goes_untold_is_found(self):
        self.told_once()
        self.come(self.key())
        self.list_event("Listmade", order="o2")
        self.beat()
        rows = self.world.log.records["notify.changelog"]
        partition = next(number for number, records in enumerate(rows) if any(b"ann" in one.key for one in records))
        self.world.log.add("notify.changelog", partition, b"notices/ann/order/o2", None, self.world.clock)
        self.assert_differs("or its contact removed", "no row of it")

    def test_an_event_without_a_notice_is_found(self):
        self.told_once()
        self.come(self.key())
        self.answer_notice("accepted")
        for records in self.world.log.records["notify.changelog"]:
            records[:] = [record for record in records if not record.key.startswith(b"notices/")]
        self.assert_differs("a notice at ann/order/o1")

    def test_what_comes_without_a_cause_is_found(self):
        self.told_once()
        key = self.come(self.key())
        # As a key that has the attempt's number would be.
        self.come(key.replace("/push", "/sms"))
        self.assert_differs("never handed over")

    def test_another_address_and_other_words_are_found(self):
        for fields, words in (
            ({"to": "bob-push"}, "told as it was handed over"), ({"language": "en"}, "told as it was handed over"),
            ({"kind": "changed"}, "asked"), ({"at": 0}, "told as it was handed over"),
        ):
            with self.subTest(words=words):
                self.setUp()
                self.told_once()
                self.come(self.key(), **fields)
                self.assert_differs(words)
        self.setUp()
        self.told_once()
        self.come(self.key())
        self.world.advance(121_000)
        self.come(self.key(), "duplicate", text="y")
        self.assert_differs("the same words under one key")

    def test_what_is_rightly_not_told_agrees(self):
        # Replaced, held back, removed, and on its way.
        self.told_once("push")
        self.come(self.key(), "refused")
        self.list_event("Listchanged")
        self.set_contact("bob", channels=("push",), quietHours={"from": "18:00", "to": "20:00"})
        self.list_event("Listmade", "bob", begin=5 * 900_000, end=9 * 900_000)
        self.set_contact("carl")
        self.list_event("Listmade", "carl")
        self.world.send("notify.commands", "carl", {"eventType": "RemoveContact", "userId": "carl"})
        self.beat()
        counts = self.assert_well()
        self.assertEqual(counts["notices that were not told: replaced by later ones, or the contact was removed"], 2)
        self.assertEqual(counts["notices that were not told: they wait for their time"], 1)
        self.assertEqual(counts["notices that were not told: on their way in the end"], 1)

    def test_who_has_no_contact_is_told_when_there_is_one(self):
        self.told_once()
        self.come(self.key())
        self.answer_notice("accepted")
        for user in ("bob", "carl"):
            self.list_event("Listmade", user)
        self.assertEqual(
            self.assert_well()["notices that were not told: nobody knew how to reach the customer"], 2)
        self.set_contact("bob")
        self.beat()
        self.come(self.key("bob"))
        self.answer_notice("accepted", "bob")
        self.assertEqual(
            self.assert_well()["notices that were not told: nobody knew how to reach the customer"], 2)
        # As if nobody looked at what is held.
        rows = self.world.log.records["notify.changelog"]
        partition = next(number for number, records in enumerate(rows) if any(b"contacts/bob" == one.key for one in records))
        self.world.log.add(
            "notify.changelog", partition, b"notices/bob/order/o5",
            json.dumps(self.notice("bob") | {"state": "held", "version": 7}).encode(), self.world.clock)
        self.assert_differs("since there is a contact")

    def test_the_end_of_an_order_without_a_notice_is_found(self):
        self.told_once()
        self.set_contact("bob")
        self.world.advance(1000)
        self.come(self.key())
        self.answer_notice("accepted")
        for user, answer in (("ann", "accept"), ("bob", "deny")):
            self.list_event("Listsaved", user, begin=-900_000, end=0, answer=answer)
        self.beat()
        self.come(self.key(), kind="ended")
        self.answer_notice("accepted")
        self.assertEqual(self.assert_well()["events of customers with a contact, each with a notice"], 2)
        for records in self.world.log.records["notify.changelog"]:
            records[:] = [
                record for record in records if not (record.key.startswith(b"notices/") and b'"ended"' in (record.value or b""))]
        self.assert_differs("a notice at ann/order/o1")

    def test_a_refusal_that_no_receiver_has_said_is_found(self):
        self.told_once("push")
        self.answer_notice("refused")
        self.come("order/o9/ann/1/push")
        self.assert_differs("refused by a receiver")

    def test_receivers_that_were_told_nothing_are_found(self):
        self.assert_differs("notices", "none")
