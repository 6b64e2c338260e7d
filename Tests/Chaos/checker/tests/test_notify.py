"""Customers' notices from what has happened until they have arrived, and what an auditor finds when something is wrong."""

import json

from ..handling import fire
from ..partitioner import home
from ..values import from_iso, to_iso
from .test_bounds import Bounds
from .world import NOON, QUARTER


class Notices(Bounds):
    """Contacts, what customers are told of, and answers, by hand."""

    def set_contact(self, user="ann", channels=("push", "sms"), **fields):
        said = [{"channel": name, "address": f"{user}-{name}"} for name in channels]
        self.world.send("notify.commands", user, {"eventType": "SetContact", "userId": user, "channels": said, **fields})
        self.world.run()

    def list_event(self, kind, user="ann", order="o1", begin=QUARTER, end=5 * QUARTER, answer="ignore"):
        self.event(
            "response", kind, user, id=f"{order}.{user}", drId=order, userId=user, userName=user, userCapacity=3000,
            answer=answer, startsAt=to_iso(self.world.clock + begin), endsAt=to_iso(self.world.clock + end),
            reason="words")

    def beat(self):
        self.world.advance(100)

    def fire_next(self, user):
        """The next timer of a customer's shard, in one transaction with what is sent next."""
        world, place = self.world, home(user, self.world.log.partitions)
        shard = next(one for one in world.shards if (one.rules.context, one.partition) == ("notify", place))
        key, about = shard.rows.first("timers"), (world.clock, world.clock)
        world.carry_out(
            shard, fire(shard.rules, shard.rows, key, place, world.log.partitions, about, world.clock))

    def notice(self, user="ann", order="o1"):
        return self.rows("notify", "notices").get(f"notices/{user}/order/{order}")

    def answer_notice(self, outcome, user="ann", order="o1", attempt=None):
        row = self.notice(user, order)
        value = {
            "eventType": "NoticeAnswered", "timestamp": self.world.clock, "outcome": outcome,
            "key": f"order/{order}/{user}/{row['version']}/{row['channel']}",
            "attempt": row["attempt"] if attempt is None else attempt}
        self.world.send("notify.internal", user, value, headers=(("type", b"NoticeAnswered"),))
        self.world.run()
        return value["key"]

    def receipt(self, kind, key, user="ann", **fields):
        self.world.send("notify.commands", user, {"eventType": kind, "key": key, **fields})
        self.world.run()

    def told(self):
        return [record.header("type") for record in self.world.log.all("notify.events")]


class Notify(Notices):
    def test_an_order_is_told_and_confirmed(self):
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        key = self.answer_notice("accepted")
        self.receipt("ConfirmNotice", key, state="delivered")
        self.receipt("AcknowledgeNotice", key)
        self.assertEqual(self.told(), ["ContactSet", "NoticeAccepted", "NoticeDelivered", "NoticeSeen"])
        self.world.advance(86_400_000)
        self.assertIsNone(self.notice())
        self.assert_agrees()

    def test_what_nobody_confirms_or_what_is_refused_goes_over_the_next_channel(self):
        for user in ("ann", "bob"):
            self.set_contact(user)
            self.list_event("Listmade", user)
        self.beat()
        self.answer_notice("accepted")
        self.answer_notice("refused", "bob")
        self.beat()
        self.assertEqual(self.notice("bob")["channel"], "sms")
        self.world.advance(900_000)
        self.beat()
        self.assertEqual((self.notice()["channel"], self.notice()["state"]), ("sms", "sent"))
        self.answer_notice("refused")
        self.assertEqual(self.told().count("NoticeFailed"), 1)
        self.assert_agrees()

    def test_what_is_unavailable_or_unanswered_is_told_again(self):
        self.set_contact(channels=("push",))
        self.list_event("Listmade")
        self.beat()
        self.answer_notice("unavailable")
        self.world.advance(2100)
        self.assertEqual(self.notice()["attempt"], 2)
        self.answer_notice("accepted", attempt=1)
        self.world.advance(121_000)
        self.assertEqual(self.notice()["attempt"], 3)
        self.answer_notice("accepted")
        self.assertEqual(self.told(), ["ContactSet", "NoticeAccepted"])
        self.assert_agrees()

    def test_a_daemon_that_was_away_tells_nothing_that_is_over(self):
        self.set_contact(channels=("push",))
        self.list_event("Listmade", begin=1000, end=2000)
        self.world.clock += 3_600_000
        self.world.run()
        self.beat()
        self.beat()
        self.assertEqual(self.told(), ["ContactSet", "NoticeFailed"])
        self.assert_agrees()

    def test_a_late_beat_with_nothing_due_is_told_from_one_in_time(self):
        """The answer in the same transaction names a time at which the beat would have done nothing."""
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        self.answer_notice("unavailable")
        self.world.advance(2100)
        self.world.clock += 129_000
        self.fire_next("ann")
        self.answer_notice("accepted")
        self.assertIn("resume", "".join(self.rows("notify", "timers")))
        self.beat()
        self.assert_agrees()

    def test_what_is_read_late_has_a_beat_of_its_own(self):
        told = self.world.clock
        for user in ("ann", "bob", "carl"):
            self.set_contact(user, channels=("push",))
            self.event(
                "response", "Listmade", user, id=f"o1.{user}", drId="o1", userId=user, userName=user, userCapacity=3000,
                answer="ignore", timestamp=told, startsAt=to_iso(told - 2000), endsAt=to_iso(told - 1000))
            self.beat()
            self.beat()
        self.assertEqual(self.told().count("NoticeFailed"), 3)
        self.assert_agrees()

    def test_quiet_hours_hold_back_what_can_wait(self):
        # It is 19:00 in Korea.
        self.set_contact(channels=("push",), quietHours={"from": "18:00", "to": "20:00"})
        self.list_event("Listmade")
        self.list_event("Listmade", order="o2", begin=5 * QUARTER)
        self.event("user", "WithdrawalPaid", "ann", id="ann", amount=5, withdrawalId="w1")
        self.beat()
        self.assertEqual((self.notice()["state"], self.notice(order="o2")["state"]), ("sent", "waiting"))
        self.world.advance(3_600_000)
        self.beat()
        self.assertEqual(self.notice(order="o2")["state"], "sent")
        self.assert_agrees()

    def test_changes_take_the_place_of_what_was_said(self):
        self.set_contact()
        for kind in ("Listmade", "Listchanged", "Listcancelled"):
            self.list_event(kind)
            self.beat()
        self.answer_notice("accepted")
        self.set_contact(channels=("mail",))
        self.list_event("Listmade", order="o2")
        self.beat()
        self.set_contact(channels=("sms", "mail"), language="en")
        self.beat()
        self.assertEqual(self.notice(order="o2")["channel"], "sms")
        self.assert_agrees()

    def test_results_and_points_are_told(self):
        self.set_contact()
        check = {"drId": "o1", "userId": "ann", "responseAnswer": "accept", "reducedWh": 5, "adjustPoint": 5, "isReal": True}
        self.event("kepco", "ReductionCheck", "ann", id="o1.ann", **check)
        self.event("kepco", "ReductionCheck", "ann", id="o1.ann", version=2, **check)
        points = {"id": "ann", "name": "ann", "change": 5, "point": 9, "reason": "words"}
        self.event("user", "PointChanged", "ann", drId="o1", **points)
        self.event("user", "PointChanged", "ann", adjustment="a1", **points)
        self.event("user", "WithdrawalFailed", "ann", id="ann", change=5, point=9, withdrawalId="w1", reason="words")
        self.beat()
        self.assertEqual(len(self.rows("notify", "notices")), 4)

    def test_who_is_removed_or_leaves_is_forgotten(self):
        for user in ("ann", "bob"):
            self.set_contact(user)
            self.list_event("Listmade", user)
        self.beat()
        self.world.send("notify.commands", "ann", {"eventType": "RemoveContact", "userId": "ann"})
        self.event("user", "UserLeft", "bob", id="bob", leftAt=to_iso(self.world.clock))
        self.world.send("notify.commands", "ann", {"eventType": "RemoveContact", "userId": "ann"})
        self.world.run()
        self.set_contact("carl", channels=("fax",))
        self.set_contact("carl", channels=("push", "push"))
        self.set_contact("carl", channels=("push",), quietHours={"from": "08:00", "to": "08:00"})
        self.receipt("AcknowledgeNotice", "order/o1/ann/1/push")
        self.receipt("AcknowledgeNotice", "order/o1/ann/0/push")
        self.assertEqual(sorted(self.letters("notify")), [
            "malformed", "malformed", "refused", "refused"])
        self.assertFalse(self.rows("notify", "notices"))
        self.assertTrue(all("/beat/" in key for key in self.rows("notify", "sendings")))
        self.assert_agrees()

    def test_who_has_accepted_is_told_of_the_end_and_nobody_else_anything_of_the_order(self):
        for user, answer in (("ann", "accept"), ("bob", "deny"), ("carl", "ignore")):
            self.set_contact(user)
            self.list_event("Listmade", user)
        self.beat()
        self.answer_notice("accepted", "bob")
        for user, answer in (("ann", "accept"), ("bob", "deny"), ("carl", "ignore")):
            self.list_event("Listsaved", user, begin=-QUARTER, end=0, answer=answer)
        self.beat()
        self.assertEqual((self.notice()["kind"], self.notice()["state"]), ("ended", "sent"))
        self.assertEqual((self.notice("bob")["state"], self.notice("carl")["state"]), ("accepted", "failed"))
        self.answer_notice("accepted")
        self.assert_agrees()
        self.world.advance(86_400_000)
        self.assertIsNone(self.notice("bob"))

    def test_a_contact_behind_an_order_is_told_what_holds_of_it(self):
        for order in ("o1", "o2", "o3"):
            self.list_event("Listmade", order=order)
        self.list_event("Listcancelled", order="o2")
        self.list_event("Listsaved", order="o3", begin=-QUARTER, end=0, answer="accept")
        self.assertEqual(self.notice()["state"], "held")
        self.assertEqual(len(self.rows("notify", "notices")), 1)
        self.set_contact(channels=("push",))
        self.beat()
        self.answer_notice("refused")
        self.set_contact(channels=("sms",))
        self.beat()
        self.assertEqual((self.notice()["state"], self.notice()["channel"]), ("sent", "sms"))
        self.list_event("Listmade", "bob")
        self.world.advance(6 * QUARTER)
        self.assertIsNone(self.notice("bob"))
        self.assert_agrees()

    def test_receipts_count_before_answers_and_say_nothing_of_what_is_forgotten(self):
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        row = self.notice()
        self.receipt("ConfirmNotice", f"order/o1/ann/{row['version']}/push", state="failed")
        self.beat()
        self.assertEqual((self.notice()["channel"], self.notice()["attempt"]), ("sms", 2))
        self.receipt("AcknowledgeNotice", "points/o1/ann/1/push")
        self.assertFalse(list(self.letters("notify")))
        self.assert_agrees()

    def test_the_last_channel_is_tried_to_the_end(self):
        self.set_contact(channels=("push",))
        self.list_event("Listmade", begin=1000, end=QUARTER)
        self.beat()
        for _ in range(110):
            if self.notice()["state"] == "sent":
                self.answer_notice("unavailable")
            self.world.advance(QUARTER // 100)
        self.assertEqual(self.told(), ["ContactSet", "NoticeFailed"])
        self.assert_agrees()

    def test_what_has_failed_is_known_until_the_order_ends(self):
        self.set_contact(channels=("push",))
        for order in ("o1", "o2"):
            self.list_event("Listmade", order=order, begin=86_400_000, end=3 * 86_400_000)
        self.beat()
        for order in ("o1", "o2"):
            self.answer_notice("refused", order=order)
        self.list_event("Listsaved", order="o2", begin=-2000, end=0)
        self.world.advance(2 * 86_400_000)
        self.assertEqual((self.notice()["state"], self.notice(order="o2")), ("failed", None))
        self.world.advance(86_400_000)
        self.assertIsNone(self.notice())
        self.assert_agrees()

    def test_what_is_put_off_into_quiet_hours_waits_for_their_end(self):
        # It is 19:00 by customers' clocks.
        self.set_contact(channels=("push",), quietHours={"from": "19:01", "to": "20:00"})
        self.list_event("Listmade", begin=2 * 3_600_000, end=3 * 3_600_000)
        self.beat()
        self.world.advance(125_000)
        self.assertEqual((self.notice()["state"], self.notice()["attempt"]), ("waiting", 1))
        self.world.advance(3_600_000)
        self.beat()
        self.assertEqual((self.notice()["state"], self.notice()["attempt"]), ("sent", 2))
        self.assert_agrees()

    def test_a_finished_notice_gives_way(self):
        self.set_contact(channels=("push",))
        for number in range(101):
            self.list_event("Listmade", order=f"o{number}")
            if number == 7:
                self.beat()
                self.answer_notice("refused", order="o7")
        self.list_event("Listmade", order="o101")
        self.assertIsNone(self.notice(order="o7"))
        self.assertEqual(self.told().count("NoticeFailed"), 2)
        self.assert_agrees()

    def test_a_late_contact_is_none(self):
        self.event("user", "UserLeft", "ann", id="ann", leftAt=to_iso(self.world.clock + 1000))
        self.set_contact()
        self.assertEqual(list(self.letters("notify")), ["late"])
        self.world.advance(1000)
        self.set_contact()
        self.assertEqual(self.told(), ["ContactSet"])
        self.assert_agrees()

    def assert_found(self, *words):
        texts = [" ".join(map(str, found)) for group in self.world.check().differences.values() for found in group]
        self.assertTrue(any(all(word in text for word in words) for text in texts), texts)

    def test_an_acceptance_that_nobody_has_said_is_found(self):
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        self.answer_notice("accepted")
        answer = next(record for record in self.world.log.all("notify.internal"))
        self.world.change(answer, outcome="refused")
        self.assert_found("notify")

    def test_a_notice_that_is_told_nobody_is_found(self):
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        self.world.remove(next(record for record in self.world.log.all("notify.changelog")
                               if record.key.startswith(b"sendings/call/")))
        self.assert_found("notify")

    def test_a_fallback_before_its_time_is_found(self):
        self.set_contact()
        self.list_event("Listmade")
        self.beat()
        row = next(record for record in self.world.log.all("notify.changelog") if record.key.startswith(b"notices/"))
        self.world.change(row, timer=to_iso(from_iso(json.loads(row.value)["timer"]) - 3_600_000))
        self.assert_found("notify")
