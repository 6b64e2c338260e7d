"""What customers are told, over which channels, and what has become of it. A notice waits in its channel's queue for its
time and its turn; a timer hands over those that are due, and each has a row from then until it is answered. What
receivers say comes as records of notify.internal, which the daemon's client writes by itself."""

import re

from ..values import (
    LATEST,
    Refusal,
    clean,
    field,
    from_iso,
    integer,
    is_id,
    malformed,
    need,
    optional_text,
    optional_time,
    order_id,
    text,
    time,
    to_iso,
    user_id,
)
from .feed import Feed, hashed

DAY = 86_400_000
MINUTE = 60_000
# Notices of one stretch are handed over together, and a timer that fires so much later looks at the clock anew.
BEAT, FRESH = 100, 10_000
BEATS = ("send", "overdue", "resume")
SUBJECTS = ("order", "result", "points", "adjusted", "expired", "withdrawal")
OF_ORDERS = ("order", "result", "points")
SUBJECT_OF = {
    "asked": "order", "changed": "order", "withdrawn": "order", "ended": "order", "result": "result", "points": "points",
    "adjusted": "adjusted", "expired": "expired", "paid": "withdrawal", "unpaid": "withdrawal"}
# What says something to do, or not to do any more.
URGENT = ("asked", "changed", "withdrawn")
CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,19}\Z")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
VERSION = re.compile(r"[1-9][0-9]{0,14}\Z")
OPEN = ("waiting", "sent", "accepted")
ATTEMPT = (0, 2**53 - 1)
LAST_VERSION = 10**15 - 1


def beat_behind(moment):
    return min((max(0, moment) // BEAT + 1) * BEAT, LATEST)


def read_minute(fields, name):
    found = CLOCK.match(text(fields, name, 5))
    if found is None:
        raise malformed("no time of a day")
    return int(found[1]) * 60 + int(found[2])


def read_contact(fields):
    user = clean(user_id(fields, "userId"))
    channels = need(fields, "channels")
    if type(channels) is not list or not 1 <= len(channels) <= 4 or any(type(one) is not dict for one in channels):
        raise malformed("channels")
    found = []
    for one in channels:
        name, address = need(one, "channel"), text(one, "address")
        if type(name) is not str or not CHANNEL.match(name):
            raise malformed("channel")
        if any(letter < " " or letter == "\x7f" for letter in address):
            raise malformed("address")
        found.append({"channel": name, "address": address})
    contact = {"channels": found, "language": field(fields, "language")}
    if contact["language"] is None:
        contact["language"] = "ko"
    if contact["language"] not in ("ko", "en"):
        raise malformed("language")
    quiet = field(fields, "quietHours")
    if quiet is not None:
        if type(quiet) is not dict or read_minute(quiet, "from") == read_minute(quiet, "to"):
            raise malformed("quietHours")
        contact["quietHours"] = {"from": quiet["from"], "to": quiet["to"]}
    return user, contact


class Key:
    """A notice's key: subject/reference/customer/version/channel."""

    def __init__(self, words):
        parts = words.split("/")
        if (
            len(parts) != 5 or parts[0] not in SUBJECTS or not is_id(parts[1]) or not is_id(parts[2])
            or not VERSION.match(parts[3]) or not CHANNEL.match(parts[4])
        ):
            raise malformed("no key")
        self.words, self.user, self.channel, self.version = words, parts[2], parts[4], int(parts[3])
        self.place = f"{parts[2]}/{parts[0]}/{parts[1]}"


def read_key(fields):
    words = need(fields, "key")
    if type(words) is not str or len(words) > 300:
        raise malformed("no key")
    return Key(words)


def read_receipt(fields):
    key, state = read_key(fields), need(fields, "state")
    if state not in ("delivered", "failed"):
        raise malformed("state")
    return key, state


def read_answer(fields):
    key, attempt, outcome = read_key(fields), integer(fields, "attempt", ATTEMPT), need(fields, "outcome")
    if outcome not in ("accepted", "duplicate", "refused", "unavailable"):
        raise malformed("outcome")
    return key, attempt, outcome


def read_entry(kind):
    def read(fields):
        told = {
            "kind": kind, "reference": order_id(fields, "drId"), "user": user_id(fields, "userId"),
            "startsAt": time(fields, "startsAt"), "endsAt": optional_time(fields, "endsAt")}
        if kind == "withdrawn":
            told["reason"] = text(fields, "reason")
        return told

    return read


def read_saved(fields):
    answer = need(fields, "answer")
    if answer not in ("accept", "deny", "ignore"):
        raise malformed("answer")
    return {**read_entry("ended")(fields), "answer": answer}


def read_check(fields):
    version = integer(fields, "version", (1, 10**12)) if field(fields, "version") is not None else 1
    return {
        "kind": "result", "reference": order_id(fields, "drId"), "user": user_id(fields, "userId"),
        "amount": need(fields, "reducedWh"), "isFirst": version == 1}


def read_points(fields):
    told = {
        "user": user_id(fields, "id"), "amount": need(fields, "change"), "balance": need(fields, "point"),
        "reason": text(fields, "reason")}
    earned = optional_time(fields, "earnedBefore")
    if field(fields, "drId") is not None:
        return {**told, "kind": "points", "reference": order_id(fields, "drId")}
    if field(fields, "adjustment") is not None:
        return {**told, "kind": "adjusted", "reference": str(field(fields, "adjustment"))}
    return {**told, "kind": None if earned is None else "expired", "reference": str(earned)}


def read_paid(fields):
    return {
        "kind": "paid", "user": user_id(fields, "id"), "reference": str(need(fields, "withdrawalId")),
        "amount": need(fields, "amount")}


def read_unpaid(fields):
    return {
        "kind": "unpaid", "user": user_id(fields, "id"), "reference": str(need(fields, "withdrawalId")),
        "amount": need(fields, "change"), "balance": need(fields, "point"), "reason": text(fields, "reason")}


def place_of(user, kind, reference):
    return f"{user}/{SUBJECT_OF[kind]}/{reference}"


def key_of(place, notice):
    user, subject, reference = place.split("/")
    return f"{subject}/{reference}/{user}/{notice['version']}/{notice['channel']}"


def queue_of(notice):
    return "0" if notice["kind"] in URGENT else "1"


def sending_key(place, notice):
    """Of a notice that waits or is on its way."""
    if "due" not in notice or notice["state"] not in ("waiting", "sent"):
        return None
    line = f"wait/{notice['channel']}/{queue_of(notice)}" if notice["state"] == "waiting" else f"call/{notice['channel']}"
    return f"sendings/{line}/{from_iso(notice['due']):013d}/{place}"


def is_finished(notice):
    return "finished" in notice


def next_version(known, moment):
    return min(max(known + 1, moment), LAST_VERSION)


class Notify:
    context = "notify"
    tables = {"contacts", "notices", "sendings", "gone"}
    own_topics = ("notify.commands",)
    # What comes back of a call counts from when Kafka received it, too.
    commands = ("SetContact", "RemoveContact", "ConfirmNotice", "AcknowledgeNotice", "NoticeAnswered")

    def __init__(self, settings):
        self.settings = settings

        def told(read):
            return read, lambda what: what["user"], self.tell

        self.handlers = {
            "NoticeAnswered": (read_answer, lambda answer: answer[0].user, self.take),
            "Listmade": told(read_entry("asked")),
            "Listchanged": told(read_entry("changed")),
            "Listcancelled": told(read_entry("withdrawn")),
            "Listsaved": (read_saved, lambda saved: saved["user"], self.saved),
            "ReductionCheck": told(read_check),
            "PointChanged": told(read_points),
            "WithdrawalPaid": told(read_paid),
            "WithdrawalFailed": told(read_unpaid),
            "SetContact": (read_contact, lambda contact: contact[0], self.set_contact),
            "RemoveContact": (lambda fields: user_id(fields, "userId"), lambda user: user, self.remove),
            "ConfirmNotice": (read_receipt, lambda receipt: receipt[0].user, self.confirm),
            "AcknowledgeNotice": (read_key, lambda key: key.user, self.acknowledge),
            "UserLeft": (
                lambda fields: (user_id(fields, "id"), time(fields, "leftAt")), lambda left: left[0], self.leave_user),
        }

    def nows(self, upcoming):
        """A timer that was overdue is set for the beat behind the clock, and one that was not fires at its time; a notice
        says when it goes over the next channel, by the clock."""
        rows = [(key.split("/"), row) for key, row in upcoming]
        timers = [(parts[2], int(parts[1]), row) for parts, row in rows if parts[0] == "timers"]
        # First, since a timer in time may do nothing at all, and that fits whatever comes behind it.
        yield from (due - 1 for kind, due, row in timers if kind == "resume" and row is not None)
        yield from (due for kind, due, row in timers if kind in BEATS and row is None)
        for parts, row in rows:
            if parts[0] == "notices" and row is not None and "timer" in row:
                yield from_iso(row["timer"]) - self.settings.notify_fallback_ms

    def fire(self, step, kind, identity):
        if kind in BEATS:
            due = step.timer[0]
            now = step.now(f"timers/{due:013d}/{kind}/{identity}")
            if now - FRESH >= due:
                step.set_timer("resume", identity, beat_behind(max(now, self.last_beat(step))))
            elif identity:
                self.send_again(step, identity)
            else:
                self.send_due(step)
        elif kind == "notice":
            self.go_on(step, identity)
        elif kind == "gone":
            step.delete(f"gone/{identity}")

    # Contacts

    def set_contact(self, step, message):
        user, contact = message
        names = [one["channel"] for one in contact["channels"]]
        if any(name not in self.settings.notify_channels for name in names):
            raise Refusal("refused", "no such channel")
        if len(set(names)) != len(names):
            raise Refusal("refused", "a channel twice")
        known, gone = step.get(f"contacts/{user}"), step.get(f"gone/{user}")
        if gone is not None and step.time < from_iso(gone["at"]):
            raise Refusal("late", "has left, or was removed")
        if known is not None and step.time < from_iso(known["setAt"]):
            raise Refusal("late", "has another contact")
        step.say("notify.events", "ContactSet", user, {"userId": user, "channels": names})
        row = {**contact, "setAt": to_iso(step.time)}
        step.put(f"contacts/{user}", row)
        if known is not None and {**known, "setAt": row["setAt"]} == row:
            return
        is_elsewhere = known is None or any(one not in contact["channels"] for one in known["channels"])
        for place in self.places(step, user):
            self.tell_anew(step, place, dict(step.get(f"notices/{place}")), contact, is_elsewhere)

    def tell_anew(self, step, place, notice, contact, is_elsewhere):
        if notice["state"] in ("held", "failed"):
            if notice["kind"] not in URGENT or step.time >= from_iso(notice["end"]):
                return
        elif notice["state"] not in ("waiting", "sent"):
            return
        self.take_off(step, place, notice)
        if is_elsewhere or notice["state"] == "failed":
            notice["version"] = next_version(notice["version"], step.time)
        self.enter(step, place, notice, 0, contact)

    def places(self, step, user):
        return list(step.scan("notices", f"{user}/"))[: self.settings.notify_customer_limit]

    def remove(self, step, user):
        known = step.get(f"contacts/{user}")
        if known is not None and from_iso(known["setAt"]) > step.time:
            raise Refusal("late", "has another contact")
        step.say("notify.events", "ContactRemoved", user, {"userId": user})
        self.forget(step, user, step.time)

    def leave_user(self, step, left):
        user, at = left
        if self.forget(step, user, at):
            step.say("notify.events", "ContactRemoved", user, {"userId": user})

    def forget(self, step, user, at):
        """Returns: whether a contact of his was known."""
        Feed.note_gone(step, user, at)
        known = step.get(f"contacts/{user}")
        if known is not None and from_iso(known["setAt"]) > at:
            return False
        step.delete(f"contacts/{user}")
        for place in self.places(step, user):
            self.take_off(step, place, dict(step.get(f"notices/{place}")))
            step.delete(f"notices/{place}")
        return known is not None

    # What customers are told of

    def tell(self, step, told):
        if told["kind"] is None or not told.get("isFirst", True):
            return
        user, kind = told["user"], told["kind"]
        contact = step.get(f"contacts/{user}")
        place = place_of(user, kind, told["reference"])
        known = step.get(f"notices/{place}")
        notice = {
            "kind": kind, "version": next_version((known or {"version": 0})["version"], step.time), "state": "waiting",
            "end": to_iso(self.end(told, step.time))}
        if contact is not None:
            notice["channel"] = contact["channels"][0]["channel"]
        for name in ("startsAt", "endsAt"):
            if told.get(name) is not None:
                notice[name] = to_iso(told[name])
        notice |= {name: told[name] for name in ("amount", "balance", "reason") if name in told}
        if contact is None:
            self.hold(step, place, notice, known)
            return
        if known is not None:
            self.take_off(step, place, dict(known))
        if known is None and not self.make_room(step, user):
            self.say(step, "NoticeFailed", key_of(place, notice), kind, reason="too-many")
            return
        self.enter(step, place, notice, 0, contact)

    def hold(self, step, place, notice, known):
        if notice["kind"] not in ("asked", "changed") or not self.settings.notify_channels:
            if known is not None:
                self.drop(step, place, dict(known))
            return
        if known is not None:
            self.clear_own_timer(step, place, dict(known))
        if known is not None or self.make_room(step, place.split("/")[0]):
            notice["state"] = "held"
            self.set_own_timer(step, place, notice, from_iso(notice["end"]))
            step.put(f"notices/{place}", dict(notice))

    def make_room(self, step, user):
        """Whether there is room, since there is always, or one that is finished gives way."""
        places = self.places(step, user)
        if len(places) < self.settings.notify_customer_limit:
            return True
        for place in places:
            notice = dict(step.get(f"notices/{place}"))
            if is_finished(notice):
                self.drop(step, place, notice)
                return True
        return False

    def drop(self, step, place, notice):
        step.delete(f"notices/{place}")
        self.clear_own_timer(step, place, notice)

    def saved(self, step, saved):
        """Who has taken part is told that the order has ended, and nobody anything else of it."""
        if saved["answer"] == "accept":
            self.tell(step, saved)
            return
        place = place_of(saved["user"], "ended", saved["reference"])
        found = step.get(f"notices/{place}")
        if found is None:
            return
        notice = {**found, "end": to_iso(min(from_iso(found["end"]), step.time))}
        if notice["state"] in ("waiting", "sent"):
            self.take_off(step, place, notice)
            self.fail(step, place, notice, "too-late")
        elif notice["state"] == "accepted":
            self.close(step, place, notice, "accepted")
        elif notice["state"] == "held":
            self.drop(step, place, notice)
        elif notice["state"] == "failed":
            self.close(step, place, notice, "failed")

    def end(self, told, now):
        if SUBJECT_OF[told["kind"]] != "order":
            return min(now + self.settings.notify_patience_ms, LATEST)
        if told["kind"] == "ended":
            return min((now if told["endsAt"] is None else told["endsAt"]) + DAY, LATEST)
        return min(told["startsAt"] + DAY if told["endsAt"] is None else told["endsAt"], LATEST)

    @staticmethod
    def say(step, event, words, kind, **more):
        key = Key(words)
        subject, reference = words.split("/")[:2]
        order = {"drId": reference} if subject in OF_ORDERS else {}
        step.say("notify.events", event, key.user, {
            "userId": key.user, **order, "kind": kind, "channel": key.channel, "key": words, **more})

    # Queues

    def opens(self, notice, contact, moment):
        quiet = contact.get("quietHours")
        if quiet is None:
            return moment
        begin, end = read_minute(quiet, "from"), read_minute(quiet, "to")
        local = moment + self.settings.notify_utc_offset_ms
        midnight = local // DAY * DAY
        now = (local - midnight) // MINUTE
        if not (begin <= now < end if begin < end else now >= begin or now < end):
            return moment
        opens = midnight + (end if end > now else end + 1440) * MINUTE - self.settings.notify_utc_offset_ms
        cannot_wait = notice["kind"] in URGENT and from_iso(notice["startsAt"]) < opens
        return moment if cannot_wait else opens

    def enter(self, step, place, notice, channel, contact):
        self.take_off(step, place, notice)
        notice.pop("tries", None)
        notice.pop("finished", None)
        notice["state"] = "waiting"
        notice["channel"] = contact["channels"][channel]["channel"]
        due = self.opens(notice, contact, step.time)
        if notice["kind"] in URGENT and channel + 1 < len(contact["channels"]):
            now = step.now(f"notices/{place}")
            self.set_own_timer(step, place, notice, max(due, now) + self.settings.notify_fallback_ms)
        self.wait(step, place, notice, due)

    def wait(self, step, place, notice, due):
        notice |= {"state": "waiting", "due": to_iso(min(due, LATEST))}
        self.put(step, place, notice)
        self.arm(step, due)

    @staticmethod
    def put(step, place, notice):
        step.put(sending_key(place, notice), {})
        step.put(f"notices/{place}", dict(notice))

    @staticmethod
    def end_sending(step, place, notice):
        key = sending_key(place, notice)
        if key is not None:
            step.delete(key)
        notice.pop("due", None)
        if notice["state"] == "sent":
            notice["state"] = "waiting"

    @staticmethod
    def last_beat(step):
        """Of which notices were handed over: none comes again."""
        key = next(iter(step.scan("sendings", "beat/")), None)
        return 0 if key is None else int(key.removeprefix("beat/"))

    def arm(self, step, due):
        at = beat_behind(max(due, step.time, self.last_beat(step)))
        if step.get(f"timers/{at:013d}/send/") is None:
            step.set_timer("send", "", at)

    @staticmethod
    def set_own_timer(step, place, notice, due):
        notice["timer"] = to_iso(step.set_timer("notice", place, due))

    @staticmethod
    def clear_own_timer(step, place, notice):
        if "timer" in notice:
            step.cancel("notice", place, from_iso(notice.pop("timer")))

    @staticmethod
    def channels(step):
        return sorted({key.split("/")[1] + "/" for key in step.scan("sendings", "wait/")})

    def send_due(self, step):
        left = self.settings.notify_step_limit
        for key in list(step.scan("sendings", "beat/")):
            step.delete(f"sendings/{key}")
        step.put(f"sendings/beat/{step.time:013d}", {})
        for channel in self.channels(step):
            channel = channel[:-1]
            room = self.settings.notify_window - sum(1 for _ in step.scan("sendings", f"call/{channel}/"))
            before = left
            for queue in "01":
                room, left = self.send_queue(step, f"wait/{channel}/{queue}/", room, left)
            if left < before:
                step.set_timer("overdue", channel, step.time + self.settings.notify_call_limit_ms)
        if left <= 0:
            self.arm(step, step.time)

    def send_queue(self, step, prefix, room, left):
        while (limit := min(room, left)) > 0:
            keys = [key for _, key in zip(range(limit), step.scan("sendings", prefix))]
            for key in keys:
                parts = key.split("/", 4)
                if int(parts[3]) > step.time:
                    return room, left
                left -= 1
                step.delete(f"sendings/{key}")
                room -= self.send_one(step, parts[4], key)
            if len(keys) < limit:
                break
        return room, left

    def send_one(self, step, place, key):
        """Whether it is on its way."""
        found, contact = step.get(f"notices/{place}"), step.get(f"contacts/{place.split('/')[0]}")
        if found is None or contact is None or sending_key(place, found) != f"sendings/{key}":
            return False
        notice = {name: value for name, value in found.items() if name != "due"}
        if step.time >= from_iso(notice["end"]):
            self.fail(step, place, notice, "unavailable" if notice.get("tries", 0) > 0 else "too-late")
            return False
        opens = self.opens(notice, contact, step.time)
        if opens > step.time:
            self.wait(step, place, notice, opens)
            return False
        if all(one["channel"] != notice["channel"] for one in contact["channels"]):
            self.fail(step, place, notice, "refused")
            return False
        until = min(step.time + self.settings.notify_call_limit_ms, LATEST)
        notice |= {"state": "sent", "due": to_iso(until), "attempt": notice.get("attempt", 0) + 1}
        self.put(step, place, notice)
        return True

    def send_again(self, step, channel):
        prefix = f"call/{channel}/"
        first = [key for _, key in zip(range(self.settings.notify_step_limit), step.scan("sendings", prefix))]
        due = [key for key in first if int(key.split("/", 3)[2]) <= step.time]
        if not due:
            return
        for key in due:
            step.delete(f"sendings/{key}")
            self.send_one(step, key.split("/", 3)[3], key)
        step.set_timer("overdue", channel, step.time + self.settings.notify_call_limit_ms)
        if len(due) == self.settings.notify_step_limit:
            step.set_timer("overdue", channel, beat_behind(step.time))
        self.use_room(step, channel)

    def take_off(self, step, place, notice):
        self.clear_own_timer(step, place, notice)
        is_on_its_way = notice["state"] == "sent"
        self.end_sending(step, place, notice)
        if is_on_its_way:
            self.use_room(step, notice["channel"])

    def use_room(self, step, channel):
        for queue in "01":
            key = next(iter(step.scan("sendings", f"wait/{channel}/{queue}/")), None)
            if key is not None:
                self.arm(step, int(key.split("/", 4)[3]))

    def fail(self, step, place, notice, reason):
        self.say(step, "NoticeFailed", key_of(place, notice), notice["kind"], reason=reason)
        self.close(step, place, notice, "failed")

    def close(self, step, place, notice, state):
        self.clear_own_timer(step, place, notice)
        notice |= {"state": state, "finished": True}
        kept = step.time + self.settings.notify_kept_ms
        is_owed = state == "failed" and notice["kind"] in URGENT
        self.set_own_timer(step, place, notice, max(kept, from_iso(notice["end"])) if is_owed else kept)
        step.put(f"notices/{place}", dict(notice))

    # Answers

    def take(self, step, answer):
        key, attempt, outcome = answer
        found = step.get(f"notices/{key.place}")
        if found is None or found["state"] != "sent" or found.get("attempt", 0) != attempt:
            return
        if key_of(key.place, found) != key.words:
            return
        notice = dict(found)
        self.end_sending(step, key.place, notice)
        if outcome in ("accepted", "duplicate"):
            self.say(step, "NoticeAccepted", key.words, notice["kind"])
            if "timer" in notice:
                step.put(f"notices/{key.place}", {**notice, "state": "accepted"})
            else:
                self.close(step, key.place, notice, "accepted")
        elif outcome == "refused":
            self.give_up(step, key.place, notice, "refused")
        else:
            notice["tries"] = notice.get("tries", 0) + 1
            if notice["tries"] < self.settings.notify_attempts or not self.fall_back(step, key.place, notice):
                self.wait(step, key.place, notice, step.time + self.pause(key.place, notice))
        self.use_room(step, key.channel)

    def pause(self, place, notice):
        whole = min(self.settings.notify_first_retry_ms << min(notice["tries"] - 1, 12), self.settings.notify_retry_ms)
        return whole * (hashed(f"{place}/{notice['attempt']}") % 1000) // 1000

    def give_up(self, step, place, notice, reason):
        if not self.fall_back(step, place, notice):
            self.fail(step, place, notice, reason)

    def fall_back(self, step, place, notice):
        """Whether there is another channel."""
        contact = step.get(f"contacts/{place.split('/')[0]}")
        names = [one["channel"] for one in contact["channels"]] if contact is not None else []
        channel = names.index(notice["channel"]) + 1 if notice["channel"] in names else 0
        if channel >= len(names):
            return False
        self.enter(step, place, notice, channel, contact)
        return True

    def go_on(self, step, place):
        found = step.get(f"notices/{place}")
        if found is None or "timer" not in found or from_iso(found["timer"]) != step.timer[0]:
            return
        notice = {name: value for name, value in found.items() if name != "timer"}
        is_waited_for = (
            "finished" not in notice and notice["state"] in OPEN and notice["kind"] in URGENT and step.time < from_iso(notice["end"]))
        if is_waited_for and self.fall_back(step, place, notice):
            return
        if notice["state"] in ("waiting", "sent"):
            step.put(f"notices/{place}", notice)
        else:
            step.delete(f"notices/{place}")

    # Receipts

    @staticmethod
    def known(step, key):
        """None where the receipt says nothing any more."""
        found = step.get(f"notices/{key.place}")
        if found is None or found["version"] != key.version or found["state"] == "held":
            return None
        return dict(found)

    def confirm(self, step, receipt):
        key, state = receipt
        notice = self.known(step, key)
        if notice is None or notice["state"] not in OPEN:
            return
        if state == "delivered":
            self.say(step, "NoticeDelivered", key.words, notice["kind"])
            self.take_off(step, key.place, notice)
            self.close(step, key.place, notice, "delivered")
        elif notice.get("attempt", 0) > 0 and notice["channel"] == key.channel:
            self.take_off(step, key.place, notice)
            self.give_up(step, key.place, notice, "undelivered")

    def acknowledge(self, step, key):
        notice = self.known(step, key)
        if notice is None or notice["state"] == "seen":
            return
        self.say(step, "NoticeSeen", key.words, notice["kind"])
        self.take_off(step, key.place, notice)
        self.close(step, key.place, notice, "seen")
