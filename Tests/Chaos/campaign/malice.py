"""Records as somebody would make them who wants a daemon to stop, to pay, or to say nothing: what `hostile` sends."""
import json
import time

from checker.partitioner import home
from checker.rules.market import BUILT_IN as MARKET
from checker.topics import CONTEXTS, LISTED as TAKEN, OUTSIDE

#: Topics that outsiders may write, and what these take beside replays.
LISTED = {topic: tuple(sorted(TAKEN[topic] - {"Replay"})) for topic in OUTSIDE}
#: A value of a topic that outsiders write may have so many bytes.
VALUE = 64 * 1024
QUARTER, DAY = 900_000, 86_400_000
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Item:
    """One record to send. `expect` is "refused" where it has to be a dead letter, "refused-above-mark" where commands of old are taken
    by another rule; else "any"."""

    def __init__(self, topic, value, key=None, partition=None, headers=(), timestamp=0, codec="none", expect="any"):
        self.topic, self.key, self.partition, self.timestamp, self.codec = topic, key, partition, timestamp, codec
        self.value = json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict) else value
        self.headers, self.expect = list(headers), expect
        if self.value is not None and len(self.value) > VALUE:
            self.expect = "refused-above-mark"

    @property
    def size(self):
        headers = sum(len(name) + len(value or b"") + 8 for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers


class Malice:
    """Each method of `kinds` returns some items, drawn from the seed's dice."""

    def __init__(self, dice, seed, partitions, customers, letters):
        #: `dead letters(context, partition)` is behind the last dead letter there is.
        self.random, self.seed, self.partitions, self.customers, self.letters = dice, seed, partitions, customers, letters
        self.count = 0
        self.kinds = {
            self.plain: 6, self.bombs: 3, self.sizes: 4, self.members: 2, self.escapes: 3, self.headers: 4, self.keys: 3,
            self.nulls: 1, self.forged: 8, self.replays: 8, self.ids: 4, self.times: 3, self.waiting: 1,
            self.readings: 2, self.quoted_types: 2}

    def some(self):
        [kind] = self.random.choices(list(self.kinds), self.kinds.values())
        return kind.__name__, kind()

    # What is right in itself, and what it is made of.

    def number(self):
        self.count += 1
        return self.count

    def mallory(self):
        return f"m{self.seed}-{self.random.randrange(8)}"

    def victim(self):
        """A customer of the load's."""
        return f"c{self.seed}-{self.random.randrange(self.customers)}"

    def order(self):
        return f"x{self.seed}-{self.number()}"

    def valid(self, topic):
        """A message that the topic takes, and its key."""
        listed = LISTED[topic]
        kind = self.random.choice(listed) if listed else "Replay"
        user = self.mallory()
        quarter = int(time.time() * 1000) // QUARTER * QUARTER
        key, fields = {
            "StartDr": lambda: (order := self.order(), {
                "id": order, "name": "n", "type": "t", "endsAt": int(time.time() * 1000) + 5000}),
            "ChangeDr": lambda: (order := self.order(), {"id": order, "endsAt": int(time.time() * 1000) + 5000}),
            "EndDr": lambda: (order := self.order(), {"id": order}),
            "CancelDr": lambda: (order := self.order(), {"id": order}),
            # Never newer than the one that holds.
            "SetMarket": lambda: ("market", {"market": {**MARKET, "about": "mine"}}),
            "RegisterResource": lambda: (resource := f"m{self.random.randrange(5)}", {
                "id": resource, "kind": self.random.choice(("small", "jeju", "none")), "capacity": self.random.randrange(9) + 1}),
            "StateKpxFigure": lambda: (order := self.order(), {"id": order, "kpxKWh": self.random.randrange(99)}),
            "RegisterUser": lambda: (user, {"id": user, "name": "Mallory", "capacity": 1000}),
            "UpdateUser": lambda: (user, {"id": user, "capacity": self.random.randrange(10**6)}),
            "LeaveUser": lambda: (user, {"id": user, "reason": "r"}),
            "DeleteUser": lambda: (user, {"id": user}),
            "WithdrawPoint": lambda: (user, {"id": f"w{self.number()}", "userId": user, "amount": 1}),
            "ConfirmWithdrawal": lambda: (user, {"id": f"w{self.random.randrange(99)}", "userId": user}),
            "FailWithdrawal": lambda: (user, {"id": f"w{self.random.randrange(99)}", "userId": user, "reason": "r"}),
            "AdjustPoint": lambda: (user, {
                "id": f"a{self.number()}", "userId": user, "amount": self.random.choice((-1, 1, 50)), "reason": "r"}),
            "Accept": lambda: (user, {"drId": self.order(), "userId": user, "channel": "app"}),
            "Deny": lambda: (user, {"id": f"{self.order()}.{user}"}),
            "RegisterMeter": lambda: (user, {
                "userId": user, "customerNumber": self.random.choice(("1000000001", "1000000002", "x", "9" * 40)),
                # Sometimes about as far ahead as it may be, and far beyond.
                "consentFrom": quarter + self.random.choice((*range(-8, 1), 399, 401, 20_000)) * DAY}),
            "RevokeMeter": lambda: (user, {"userId": user}),
            "SetContact": lambda: (user, {
                "userId": user, "channels": [{"channel": self.random.choice(("sms", "push")), "address": "010-0000-0000"}],
                "language": self.random.choice(("ko", "en"))}),
            "RemoveContact": lambda: (user, {"userId": user}),
            "ConfirmNotice": lambda: (user, {
                "key": f"order/{self.order()}/{user}/{int(time.time() * 1000)}/sms",
                "state": self.random.choice(("delivered", "failed"))}),
            "AcknowledgeNotice": lambda: (user, {"key": f"order/{self.order()}/{user}/{int(time.time() * 1000)}/push"}),
            "MeterReading": lambda: (user, {"userId": user, "startsAt": quarter, "wh": self.random.randrange(900)}),
            "MeterReadings": lambda: (user, {"userId": user, "startsAt": quarter - DAY, "wh": [None, 5, 6]}),
            "Replay": lambda: (None, {"partition": self.random.randrange(self.partitions), "offset": 0}),
        }[kind]()
        return {"eventType": kind, **fields}, key

    def item(self, topic=None, value=None, key=False, **more):
        """At home, or in some partition whatever."""
        topic = topic or self.random.choice(list(LISTED))
        message, at_home = self.valid(topic)
        value = message if value is None else value
        key = at_home if key is False else key
        key = key.encode() if isinstance(key, str) else key
        if "partition" not in more:
            place = self.random.randrange(self.partitions)
            if at_home is not None and self.random.random() < 0.7:
                place = home(at_home, self.partitions)
            more["partition"] = place
        return Item(topic, value, key, **more)

    def padded(self, topic, size, pad="x"):
        """A message that is right but for its size."""
        message, key = self.valid(topic)
        text = json.dumps({**message, "pad": ""}).encode()
        return text[:-2] + pad.encode() * (size - len(text)) + text[-2:], key

    # The kinds.

    def plain(self):
        return [self.item()]

    def bombs(self):
        """What is small on its way and large when it is unpacked."""
        topic, codec = self.random.choice(list(LISTED)), self.random.choice(("zstd", "gzip", "lz4", "snappy"))
        count, size = self.random.choice((
            (1, 900_000), (1, 3_000_000), (1, 8_000_000), (3, 300_000), (40, 20_000), (60, 60_000), (8, 500_000)))
        partition = self.random.randrange(self.partitions)
        found = []
        for _ in range(count):
            value, key = self.padded(topic, size)
            if self.random.random() < 0.5:
                value = value.replace(b"x", b" ") if self.random.random() < 0.5 else b" " * size + b"{}"
            found.append(self.item(topic, value, key, partition=partition, codec=codec))
        return found

    def sizes(self):
        topic = self.random.choice(list(LISTED))
        size = self.random.choice((
            VALUE - 1, VALUE, VALUE + 1, 2 * VALUE, 512 * 1024 + 1, 900_000, 999_000, 1_047_000, 1_100_000))
        value, key = self.padded(topic, size)
        return [self.item(topic, value, key)]

    def members(self):
        topic = self.random.choice(list(LISTED))
        message, key = self.valid(topic)
        # Right at the limit of 1,000, of the message's own and others, at the top level or within.
        more = self.random.choice((999, 1000, 1001, 5000)) - len(message)
        shape = self.random.randrange(3)
        if shape == 0:
            message |= {f"k{number}": number % 10 for number in range(more)}
        elif shape == 1:
            message["pad"] = {f"k{number}": 1 for number in range(more - 1)}
        else:
            message["pad"] = [{"a": 1}] * (more // 2)
        return [self.item(topic, message, key)]

    def escapes(self):
        topic = self.random.choice(list(LISTED))
        message, key = self.valid(topic)
        text = json.dumps(message)[:-1]
        pad = self.random.choice((
            '"name":"' + "\\u0041" * 10_000 + '"', '"pad":"' + "\\u00e9" * 10_000 + '"', '"id":"' + "\\\\" * 30_000 + '"',
            '"pad":' + "[" * 63 + "]" * 63, '"pad":' + "[" * 64 + "]" * 64, '"pad":' + "[" * 30_000,
            '"capacity":' + "1" * 60_000, '"capacity":1e' + "9" * 5000, '"pad":"\\ud800"', '"wh":[' + "0.0," * 9000 + "0]",
            '"eventType":"' + "\\u0052" * 9000 + '"', '"\\u0065ventType":"Nonsense"', '"startsAt":"' + "2" * 60_000 + '"'))
        return [self.item(topic, f"{text},{pad}}}".encode(), key)]

    def headers(self):
        headers = self.random.choice((
            [(f"h{number % 7}", b"") for number in range(100_000)], [("x", b"y" * 900_000)], [("traceparent", b"0" * 1_000_000)],
            [("traceparent", b"cc" + TRACE[2:] + b"-x" * 300_000)], [("traceparent", TRACE)] * 40, [("x" * 20_000, None)],
            [(f"n{number}", b"v" * 600) for number in range(30)], [("type", b"StartDr")] * 500,
            [("id", b"user.commands-0-0-0"), ("type", b"MakeList")], [("deadletter.cut", b"yes"), ("deadletter.time", b"1")],
            [("deadletter.source", b"user.commands-0-0"), ("deadletter.kind", b"late")] * 3,
            [("traceparent", b"\xff\xfe"), ("traceparent", TRACE)], [("traceparent", None), ("type", None)],
            [("actor", "김".encode()), ("command", b"c-1"), ("idempotency", b"a.b")], [("actor", b"a" * 900_000), ("command", b"c" * 65)],
            [("actor", b"\xff"), ("command", "é".encode()), ("idempotency", b"\0")], [("actor", b"a\nb"), ("command", None)],
            [("actor", str(number).encode()) for number in range(20_000)], [("actor", "\u202e".encode()), ("idempotency", b"i" * 160)]))
        value = {} if self.random.random() < 0.5 else {"value": b"{"}
        return [self.item(headers=headers, **value)]

    def keys(self):
        return [self.item(key=self.random.choice((b"k" * 100_000, b"\xff\xfe\x00", b"", None, "\u202e".encode(), b"k" * 900_000)))]

    def nulls(self):
        topic = self.random.choice(list(LISTED))
        key = self.random.choice((None, b"", b"k"))
        return [Item(topic, value, key, self.random.randrange(self.partitions), expect="refused") for value in (None, b"")]

    def forged(self):
        """What only a context may say, of others' customers and orders."""
        user, order, now = self.victim(), self.order(), int(time.time() * 1000)
        of_order = {"id": order, "name": "n", "type": "t", "startsAt": now - 5 * QUARTER, "endsAt": now}
        of_list = {
            "id": f"{order}.{user}", "drId": order, "userId": user, "userName": "n", "userCapacity": 1, "answer": "accept",
            "startsAt": now - 5 * QUARTER, "endsAt": now}
        kind, key, fields = self.random.choice((
            ("ReductionCheck", user, {
                "id": f"{order}.{user}", "drId": order, "userId": user, "userName": "n", "responseId": f"{order}.{user}",
                "responseAnswer": "accept", "baselineWh": 1, "usedWh": 0, "reducedWh": 1, "adjustPoint": 10**12, "isReal": True,
                "method": "m", "days": []}),
            ("MakeList", order, {"drId": order, "announcedAt": now, "startsAt": now}),
            ("SaveList", order, {"drId": order, "startsAt": now, "endsAt": now, "passedBy": 0}),
            ("ChangeList", order, {"drId": order, "version": 1, "endsAt": now}),
            ("CancelList", order, {"drId": order, "cancelledAt": now, "reason": "r"}),
            ("DrChanged", order, {**of_order, "status": "started", "version": 1}),
            ("DrCancelled", order, {**of_order, "status": "cancelled", "cancelledAt": now, "reason": "r"}),
            ("Listsaved", user, of_list), ("Listmade", user, of_list),
            ("DRstarted", order, {**of_order, "status": "started"}),
            ("DrEnded", order, {**of_order, "status": "ended", "reason": "r"}),
            ("UserRegistered", user, {"id": user, "name": "n", "capacity": 1, "point": 10**12}),
            ("UserLeft", user, {"id": user, "leftAt": now - DAY}),
            ("MeterAnswered", f"f{self.seed}-{self.random.randrange(9)}", {
                "userId": f"f{self.seed}-{self.random.randrange(9)}", "attempt": now, "outcome": "day", "wh": [1] * 96}),
            ("MeterRegistered", user, {"userId": user, "consentFrom": now - DAY}), ("MeterRevoked", user, {"userId": user}),
            ("WithdrawalPaid", user, {"id": user, "name": "n", "amount": 1, "withdrawalId": "w1"}),
            ("WithdrawalFailed", user, {
                "id": user, "name": "n", "change": 1, "point": 1, "withdrawalId": "w1", "reason": "r"}),
            ("PointChanged", user, {"id": user, "name": "n", "change": 1, "point": 1, "reason": "r", "drId": order})))
        value = {"eventType": kind, "timestamp": now, **fields}
        headers = self.random.choice(((), (("type", kind.encode()),), (("id", b"kepco.events-0-0-0"), ("type", kind.encode()))))
        if headers and self.random.random() < 0.3:
            del value["eventType"]
        topic = self.random.choice(list(LISTED))
        place = home(key, self.partitions) if self.random.random() < 0.8 else self.random.randrange(self.partitions)
        return [Item(topic, value, key.encode(), place, headers, expect="refused-above-mark")]

    def replays(self):
        """Of letters that are there, soon will be, never were, are replays, are forged ones."""
        context, place = self.random.choice(CONTEXTS), self.random.randrange(self.partitions)
        end = self.letters(context, place)
        offset = self.random.choice((
            self.random.randrange(end + 1), self.random.randrange(end + 1), max(0, end - 1), end, end + 1, end + 10**9, -1,
            2**53 - 1, 2**53, str(end), None, 1.0))
        partition = self.random.choice((place, place, place, place, self.partitions, -1, 2**31 - 1, 2**40, str(place), None))
        value = {"eventType": "Replay", "partition": partition, "offset": offset}
        lies = place if self.random.random() < 0.7 else self.random.randrange(self.partitions)
        topic = "kepco.readings" if self.random.random() < 0.05 else f"{context}.commands"
        key = self.random.choice((None, b"k", self.mallory().encode()))
        return [Item(topic, value, key, lies)] * self.random.choice((1, 1, 1, 3))

    def ids(self):
        bad = self.random.choice((
            "\u200b", "\u202e", "\ufeff", "\u0085", "\u00a0", "\u2066", "\u00ad", "\u180e", "\u3164", "\U000e0041", "\u0301", " ", "\u2800",
            "\ufffc", "\ufdd0", "\U0010ffff", "\u0600", "\U0001d173"))
        user = self.mallory()
        id = self.random.choice((user + bad, bad + user, user[:2] + bad + user[2:], bad, 2**53 - 1, 2**53, 2**63, 10**30, "1" * 100))
        value = self.random.choice((
            {"eventType": "RegisterUser", "id": id, "name": "n", "capacity": 1}, {"eventType": "UpdateUser", "id": id, "name": "n2"},
            {"eventType": "LeaveUser", "id": id}, {"eventType": "DeleteUser", "id": id, "reason": id},
            {"eventType": "WithdrawPoint", "userId": user, "id": id, "amount": 1},
            {"eventType": "Accept", "drId": id, "userId": user}, {"eventType": "Accept", "drId": "d", "userId": id},
            {"eventType": "StartDr", "id": id, "name": "n", "type": "t"}, {"eventType": "EndDr", "id": id},
            {"eventType": "MeterReading", "userId": id, "startsAt": int(time.time()) * 1000 // QUARTER * QUARTER, "wh": 1}))
        # Readings may lie in either of two.
        topic = self.random.choice([name for name, kinds in LISTED.items() if value["eventType"] in kinds])
        key = str(id)
        return [Item(topic, value, key.encode(), home(key, self.partitions) if self.random.random() < 0.8 else 0)]

    def times(self):
        """The sender's clock, and that in the value."""
        now = int(time.time() * 1000)
        moment = self.random.choice((1, 946_684_800_000, now - 40 * DAY, now - DAY, now + QUARTER, now + 3_000_000, now + 40 * DAY, 2**53))
        item = self.item(timestamp=moment)
        value = json.loads(item.value)
        if self.random.random() < 0.5:
            value["timestamp"] = moment
        if self.random.random() < 0.3:
            value["startsAt"] = self.random.choice((moment, moment // 1000, moment * 1000, f"{moment}"))
        return [Item(item.topic, value, item.key, item.partition, timestamp=moment)]

    def waiting(self):
        """Many answers of one customer to one order, or to many, that nobody knows."""
        user, order = self.mallory(), self.order()
        one_order = self.random.random() < 0.5
        return [
            Item("response.commands", {
                "eventType": "Accept", "drId": order if one_order else self.order(), "userId": user,
                "pad": "x" * self.random.choice((0, 0, 0, 500, 60_000))}, user.encode(), home(user, self.partitions))
            for _ in range(self.random.choice((20, 120, 150)))]

    def readings(self):
        """Many readings of one customer: days, weeks, and what lies outside of them."""
        user, now = self.mallory(), int(time.time() * 1000) // QUARTER * QUARTER
        values = [
            {"eventType": "MeterReadings", "userId": user, "startsAt": now - self.random.randrange(100) * DAY,
             "wh": [self.random.randrange(1000)] * self.random.choice((1, 96, 672, 673))}
            for _ in range(self.random.choice((5, 100)))]
        return [Item("kepco.readings", value, user.encode(), home(user, self.partitions)) for value in values]

    def quoted_types(self):
        topic = self.random.choice(list(LISTED))
        message, key = self.valid(topic)
        kind = message.pop("eventType").encode()
        header = self.random.choice((
            b'"' + kind + b'"', b"'" + kind + b"'", kind + b"\n", b" " + kind, kind.lower(), b'"' + kind, b"", kind, b"\xff"))
        return [self.item(topic, message, key, headers=[("type", header)])]
