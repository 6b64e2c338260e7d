"""Everything that customers, operators and meters send, good and bad, by producers of several kinds. A process of its own:

    python3 -m campaign.load SERVERS SEED RATE CUSTOMERS UTILITY TOLD JOURNAL

UTILITY is a file that says whose meters a utility reads, TOLD are files of what receivers were told, with commas between
them; or "none". It sends until SIGTERM, then ends what it has begun (orders,
readings) and leaves. The journal has a line of JSON for each record that Kafka has acknowledged.
"""
import datetime
import json
import pathlib
import random
import signal
import sys
import time

from confluent_kafka import Producer

from .contacts import Contacts
from .utility import STEADY

QUARTER = 900_000
KST = datetime.timezone(datetime.timedelta(hours=9))
HISTORY_DAYS = 14
# Resources, their kinds and regions.
RESOURCES = {
    "s1": ("reliable", "seoul"), "s2": ("reliable", "seoul"), "j1": ("reliable", "jeju"), "n1": ("national", "seoul"), "x1": ("reliable", None)}
MARKET = pathlib.Path(__file__).resolve().parents[3] / "Sources/Market/Resources/korea.json"


class Senders:
    """Producers as there are: kcat's hash, Java's, none; and the journal of what was acknowledged."""

    def __init__(self, servers, journal):
        self.journal = open(journal, "w", buffering=1 << 16)
        common = {
            "bootstrap.servers": servers, "acks": "all", "enable.idempotence": True, "linger.ms": 20,
            "message.timeout.ms": 120_000, "log_level": 2, "queue.buffering.max.messages": 200_000}
        self.by_kind = {
            "crc": Producer({**common, "partitioner": "consistent"}),
            "murmur2": Producer({**common, "partitioner": "murmur2_random"}),
            "keyless": Producer({**common, "partitioner": "random"}),
        }
        self.sent = self.acknowledged = self.lost = 0

    def send(self, kind, topic, key, value, expect="any", header=None):
        if isinstance(value, dict):
            value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
        home = key
        key = None if kind == "keyless" or key is None else key.encode()

        def acknowledged(error, message):
            if error:
                self.lost += 1
                return
            self.acknowledged += 1
            line = {
                "topic": topic, "partition": message.partition(), "offset": message.offset(), "expect": expect,
                "key": None if key is None else key.decode(), "home": home,
                "value": None if value is None else value.decode("utf-8", "surrogateescape")}
            if header:
                line["type"] = header
            self.journal.write(json.dumps(line) + "\n")

        self.sent += 1
        headers = [("type", header.encode())] if header else None
        while True:
            try:
                self.by_kind[kind].produce(topic, value, key, headers=headers, on_delivery=acknowledged)
                break
            except BufferError:
                self.serve(0.1)
        self.serve(0)

    def serve(self, seconds):
        for producer in self.by_kind.values():
            producer.poll(seconds)

    def finish(self):
        for producer in self.by_kind.values():
            producer.flush(150)
        self.journal.close()


class Load:
    def __init__(self, senders, seed, customers, accounts=(), told=()):
        self.senders, self.random, self.customers = senders, random.Random(seed), customers
        self.prefix = f"{seed}"
        self.registered = []
        # Whose registration has to have its effect: nothing that is sent overtakes it.
        self.surely_registered = set()
        self.left = []
        # Whose readings come from the utility alone: who stays, and the accounts of those who come and go.
        self.metered, self.steady, self.fickle = [], accounts[:STEADY], accounts[STEADY:]
        self.withdrawn = []
        self.contacts = Contacts(self, told)
        self.orders = {}  # id: when to end it; None where it ends by itself
        self.past_orders = []
        self.accepted = []  # customers who have accepted lately
        self.behind = {}  # customers whose meters are late: what they still owe
        self.count = 0
        self.planned = []
        self.version = 1
        self.recent = []
        self.step = self.steps()

    # How records go out.

    def kind(self):
        return self.random.choices(("crc", "murmur2", "keyless"), (8, 1, 1))[0]

    def command(self, context, key, value, expect="any", kind=None):
        kind = kind or self.kind()
        # What is sent on to its home may be overtaken by its own repetition.
        self.senders.send(kind, f"{context}.commands", key, value, "any" if kind != "crc" and expect == "effect" else expect)
        self.recent = self.recent[-200:] + [(kind, context, key, value)]

    def number(self):
        self.count += 1
        return self.count

    # What is sent.

    def register(self):
        if len(self.registered) >= self.customers:
            return self.update()
        id = f"c{self.prefix}-{len(self.registered)}"
        kind = self.kind()
        self.command("user", id, {
            "eventType": "RegisterUser", "id": id, "name": self.random.choice(("김민준", "이서연", "Kim", "O'Neil \"x\"")),
            "capacity": self.random.randrange(1000, 200_000)} | self.resource(), "effect", kind)
        if kind == "crc":
            self.surely_registered.add(id)
        self.registered.append(id)
        if self.random.random() < 0.7:
            self.contacts.set(id)
        self.readings(id)

    def resource(self):
        """Which a customer belongs to, or none any more; often nothing is said of it."""
        return self.random.choice(({}, {}, {"resource": self.random.choice((*RESOURCES, "", None))}))

    def register_resource(self):
        """Those that there are, with one thing or another said of them; and some that cannot be."""
        name, (kind, region) = self.random.choice(list(RESOURCES.items()))
        said = {"id": name, "kind": kind, "capacity": self.random.randrange(1, 10) * 1000}
        said |= {} if region is None else {"region": region}
        said |= self.random.choice(({}, {"method": "Mid(6/10)"}, {"price": 1952}, {"from": "2026-06-01"}))
        said |= self.random.choice(({}, {}, {}, {}, {"region": "busan"}, {"kind": "small"}, {"method": "Max(9/9)"}, {"id": "x2", "kind": "none"}))
        self.command("dr", said["id"], {"eventType": "RegisterResource", **said})

    def targets(self):
        """Whom an order asks, and how much it orders; now and then of resources that there are not."""
        names = self.random.sample([*RESOURCES, "none"], self.random.randrange(3))
        regions = self.random.sample(("seoul", "jeju", "busan"), self.random.choice((0, 0, 1, 2)))
        said = {"resources": names} if names else {}
        said |= {"regions": regions} if regions else {}
        return said | self.random.choice(({}, {"quantity": self.random.randrange(1, 10**6)}))

    def readings(self, id):
        now = int(time.time() * 1000)
        today = datetime.datetime.fromtimestamp(now / 1000, KST).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(HISTORY_DAYS, 0, -1):
            start = today - datetime.timedelta(days=back)
            # Some are known already, and of others it is not known which of the two comes first.
            topic = self.random.choice(("kepco.readings", "kepco.history"))
            self.meter(id, int(start.timestamp() * 1000), 96, topic)
            if self.random.random() < 0.1:
                self.corrected(id, int(start.timestamp() * 1000))
        start = int(today.timestamp() * 1000)
        ahead = min(96, (now - start) // QUARTER + 8)
        if self.random.random() < 0.8:
            self.meter(id, start, ahead)
        else:
            self.behind[id] = (start, ahead)

    def meter(self, id, start, count, topic="kepco.readings"):
        wh = [self.wh(id, start + n * QUARTER) for n in range(count)]
        # Keyed by customer, as readings should be: the later one wins, by Kafka's time.
        self.senders.send("crc", topic, id, {"eventType": "MeterReadings", "userId": id, "startsAt": start, "wh": wh})

    def corrected(self, id, start):
        """Another reading of the same quarter hours, in either topic."""
        for topic in ("kepco.history", "kepco.readings"):
            wh = [self.random.randrange(100, 900) for _ in range(self.random.randrange(1, 96))]
            self.senders.send("crc", topic, id, {
                "eventType": "MeterReadings", "userId": id, "startsAt": start, "wh": wh})

    def wh(self, id, start):
        """The same however often it is asked for; now and then there is none. Some meters count tenths."""
        dice = random.Random(f"{id} {start}")
        return None if dice.random() < 0.005 else dice.choice((dice.randrange(100, 900), dice.randrange(1000, 9000) / 10))

    def single_reading(self):
        if self.registered:
            id = self.random.choice(self.registered)
            quarter = int(time.time() * 1000) // QUARTER * QUARTER - self.random.randrange(3) * QUARTER
            wh = self.wh(id, quarter)
            if wh is not None and id not in self.behind:
                self.senders.send("crc", "kepco.readings", id, {
                    "eventType": "MeterReading", "userId": id, "startsAt": quarter, "wh": wh})

    def late_readings(self):
        if self.behind:
            id = self.random.choice(list(self.behind))
            self.meter(id, *self.behind.pop(id))

    def correct(self):
        """Behind checks: some quarter hours of today or of a reference day once more, with other values, those that are missing too.
        As one message, by the quarter hour, or several in a row, as meters and utilities send them."""
        if not self.accepted:
            return
        id = self.random.choice(self.accepted)
        now = int(time.time() * 1000) // QUARTER * QUARTER
        back = self.random.choice((0, 0, 0, 0, 1, 7))
        start = now - back * 96 * QUARTER - self.random.randrange(3) * QUARTER
        topic = self.random.choice(("kepco.readings", "kepco.readings", "kepco.history"))
        for number in range(self.random.choice((1, 1, 3))):
            # Little is used too, so that what was not real becomes so, and the other way round.
            most = self.random.choice((20, 900))
            message = {"eventType": "MeterReading", "userId": id, "startsAt": start + number * QUARTER, "wh": self.random.randrange(most)}
            if self.random.random() < 0.3:
                message = {
                    "eventType": "MeterReadings", "userId": id, "startsAt": start,
                    "wh": [self.random.randrange(most) for _ in range(self.random.randrange(1, 8))]}
            self.senders.send("crc", topic, id, message)

    def update(self):
        if self.registered:
            id = self.random.choice(self.registered)
            self.command("user", id, {
                "eventType": "UpdateUser", "id": id, "capacity": self.random.randrange(1000, 200_000)} | self.resource())

    def leave(self):
        """Who leaves; now and then one who has left already, or nobody."""
        if self.registered:
            id = self.random.choice(self.left if self.left and self.random.random() < 0.1 else self.registered)
            kind = self.random.choice(("LeaveUser", "LeaveUser", "DeleteUser"))
            self.command("user", id, {"eventType": kind, "id": id} | self.random.choice(({}, {"reason": "moves away"})))
            self.left = self.left[-30:] + [id]

    def come_back(self):
        """Who has left, and is changed, paid out or registered again: soon behind it, or later."""
        if self.left:
            id = self.left[self.random.randrange(-1, len(self.left) - 1)]
            kind = self.random.choice(("RegisterUser", "RegisterUser", "RegisterUser", "UpdateUser", "WithdrawPoint"))
            said = {
                "RegisterUser": {"id": id, "name": "again", "capacity": self.random.randrange(1000, 200_000)} | self.resource(),
                "UpdateUser": {"id": id, "capacity": self.random.randrange(1000, 200_000)},
                "WithdrawPoint": {"userId": id, "amount": 1, "id": f"w{self.number()}"}}[kind]
            # A further registration by another way could overtake the first one, which would be refused then.
            is_ordered = kind == "RegisterUser" and id in self.surely_registered
            self.command("user", id, {"eventType": kind} | said, kind="crc" if is_ordered else None)

    def withdraw(self):
        if self.registered:
            id = self.random.choice(self.registered)
            amount = self.random.choice((1, 5, 20, 50, 10_000_000))
            withdrawal = f"w{self.number()}"
            self.command("user", id, {
                "eventType": "WithdrawPoint", "userId": id, "amount": amount, "id": withdrawal})
            self.withdrawn = self.withdrawn[-100:] + [(id, withdrawal)]

    def answer_withdrawal(self):
        """Paid, failed, or one behind the other; at once or late, and of what was refused too."""
        if self.withdrawn:
            id, withdrawal = self.withdrawn[self.random.randrange(-1, len(self.withdrawn) - 1)]
            for _ in range(self.random.choice((1, 1, 1, 2))):
                about = {"userId": id, "id": withdrawal}
                self.command("user", id, self.random.choice((
                    {"eventType": "ConfirmWithdrawal", **about}, {"eventType": "FailWithdrawal", **about, "reason": "계좌 해지"},
                    {"eventType": "ConfirmWithdrawal", **about, "reference": f"bank {self.number()}"})))

    def adjust(self):
        """By hand: added, taken off, and now and then twice."""
        if self.registered:
            id = self.random.choice(self.registered)
            amount = self.random.choice((-10_000_000, -20, 1, 50))
            self.command("user", id, {
                "eventType": "AdjustPoint", "userId": id, "id": f"a{self.random.randrange(2000)}", "amount": amount,
                "reason": "by hand", "force": self.random.random() < 0.2 and amount > -100})

    def start_order(self):
        if len(self.orders) >= 3 or len(self.registered) < self.customers // 3:
            return self.register()
        id = f"dr{self.prefix}-{self.number()}"
        now = int(time.time() * 1000)
        order = {"eventType": "StartDr", "id": id, "name": "kt", "type": self.random.choice(("reliable", "economic", "counted"))}
        if order["type"] == "counted" and self.random.random() < 0.3:
            order["force"] = True
        if self.random.random() < 0.5:
            order["startsAt"] = now // QUARTER * QUARTER - self.random.randrange(5) * QUARTER
        if self.random.random() < 0.4:
            order |= self.targets()
        lasts = self.random.uniform(8, 20)
        if self.random.random() < 0.5:
            order["endsAt"] = now + int(lasts * 1000)
            self.orders[id] = (time.monotonic() + lasts, False)
        else:
            self.orders[id] = (time.monotonic() + lasts, True)
        # An answer may overtake its order.
        if self.random.random() < 0.5:
            self.answer(id)
        # Kafka's clock decides: while brokers are away it may be over before it gets there.
        # And whether its partition has the resources yet, that one alone knows.
        is_certain = not {"endsAt", "resources", "regions"} & order.keys() and order["type"] != "counted"
        self.command("dr", id, order, "effect" if is_certain else "any")

    def start_unnamed(self):
        """Without an id, and often twice; ended by itself."""
        ends = int(time.time() * 1000) + self.random.randrange(3_000, 15_000)
        order = {"eventType": "StartDr", "name": f"n{self.number()}", "type": "economic", "endsAt": ends}
        if self.random.random() < 0.3:
            order |= self.targets()
        for _ in range(self.random.randrange(1, 3)):
            self.command("dr", None, order, kind="keyless")

    def plan_order(self):
        """For days ahead, by the limits of a kind: kept, broken, forced; withdrawn or changed afterwards."""
        id = f"dp{self.prefix}-{self.number()}"
        day = datetime.datetime.now(KST).replace(hour=0, minute=0, second=0, microsecond=0)
        day += datetime.timedelta(days=self.random.randrange(1, 8))
        hour, lasts = self.random.choice((5, 9, 10, 11, 13.25, 14, 15.1, 19, 20)), self.random.choice((45, 60, 60, 60, 120, 300))
        start = int(day.timestamp() * 1000 + hour * 3_600_000)
        kind = self.random.choice(("standard", "small", "jeju", "national", "national", "counted"))
        order = {
            "eventType": "StartDr", "id": id, "name": "plan", "type": kind, "startsAt": start, "endsAt": start + lasts * 60_000}
        if self.random.random() < 0.2:
            order["force"] = True
        if self.random.random() < 0.2:
            order |= self.targets()
        self.command("dr", id, order)
        dice = self.random.random()
        if dice < 0.4:
            self.planned.append((time.monotonic() + 1.5, id, start))

    def change_planned(self):
        while self.planned and self.planned[0][0] < time.monotonic():
            _, id, start = self.planned.pop(0)
            end = start + self.random.choice((60, 75, 120, 400)) * 60_000
            self.command("dr", id, self.random.choice((
                {"eventType": "CancelDr", "id": id}, {"eventType": "EndDr", "id": id},
                {"eventType": "ChangeDr", "id": id, "endsAt": end},
                {"eventType": "ChangeDr", "id": id, "endsAt": end, "force": True})))

    def of_checks(self):
        """What checks go by: some rules leave it open."""
        method = self.random.choice((
            None, {"name": "Max(4/5)", "days": 5, "keep": "top 4", "eligibleDays": 10},
            {"name": "Mid(6/10)", "days": 10, "keep": "middle 6", "eligibleDays": 20, "gapOfReference": "zero", "gapOfOrder": "customer"},
            {"name": "three of five", "days": 5, "keep": "middle 3", "rank": "event", "intervalMin": 15, "calendarDays": 12},
            {"name": "half hours", "days": 2, "dayType": "all", "newestDaysBefore": 2, "intervalMin": 30,
             "useRules": [{"name": "low use", "below": 75}], "bringBack": True}))
        points = self.random.choice((None, 1, 2, 0.5, 0))
        shared = self.random.choice((None, "customer", "resource")) if points is not None else None
        given = (("method", method), ("pointsPerWh", points), ("pointsBy", shared))
        return {name: value for name, value in given if value is not None}

    def set_market(self):
        """Newer ones, older ones, the same again, wrong ones."""
        version = self.version = self.version + self.random.choice((1, 1, 1, 0, -1))
        market = json.loads(MARKET.read_text(encoding="utf-8"))
        market["version"] = max(version, 1)
        counted = {
            "id": "counted", "name": {"ko": "셈", "en": "Counted"},
            "rules": [{"from": "2026-01-01", "ordersADay": self.random.randrange(3, 40), "hoursAPeriod": 500}]}
        counted["rules"][0].update(self.of_checks())
        market["kinds"][0]["rules"][0].update(self.of_checks())
        market["kinds"].append(counted)
        today = datetime.datetime.now(KST).date()
        for back in self.random.sample(range(1, HISTORY_DAYS + 1), 3):
            day = str(today - datetime.timedelta(days=back))
            if day not in market["holidays"]["days"]:
                market["holidays"]["days"].append(day)
        command = {"eventType": "SetMarket", "market": market}
        dice = self.random.random()
        if dice < 0.15:
            market["kinds"][1]["rules"][0]["gridMin"] = 7
        elif dice < 0.2:
            command["market"] = [1]
        elif dice < 0.25:
            market["colour"] = "green"
        elif dice < 0.5:
            command["ifNewer"] = True
        wrong = dice < 0.25
        self.command("dr", "market", command, "refused" if wrong else "any")

    def end_orders(self, all_of_them=False):
        for id, (end, has_to_be_ended) in list(self.orders.items()):
            if all_of_them or time.monotonic() > end:
                if has_to_be_ended:
                    self.command("dr", id, {"eventType": "EndDr", "id": id, "reason": "enough"})
                del self.orders[id]
                self.past_orders = self.past_orders[-20:] + [id]

    def change_order(self):
        """Another end for one that runs, earlier or later; sometimes too late, or as an end that is to come."""
        if self.orders:
            id = self.random.choice(list(self.orders))
            lasts = self.random.uniform(-1, 15)
            kind = self.random.choices(("ChangeDr", "EndDr"), (4, 1))[0]
            change = {"eventType": kind, "id": id, "endsAt": int((time.time() + lasts) * 1000)}
            dice = self.random.random()
            if dice < 0.4:
                change |= self.targets() | {"eventType": "ChangeDr"}
            if dice < 0.3:
                del change["endsAt"]
            self.command("dr", id, change)
            # It is ended by hand all the same: the change may be refused.
            self.orders[id] = (time.monotonic() + max(lasts, 1) + self.random.uniform(-2, 4), True)

    def cancel_order(self):
        if self.orders:
            id = self.random.choice(list(self.orders))
            self.command("dr", id, {"eventType": "CancelDr", "id": id, "reason": "KPX withdrew it"})
            if self.random.random() < 0.8:
                del self.orders[id]
                self.past_orders = self.past_orders[-20:] + [id]

    def answer(self, order=None):
        order = order or (self.random.choice(list(self.orders)) if self.orders else None)
        if order and self.registered:
            id = self.random.choice(self.registered + self.metered)
            kind = self.random.choices(("Accept", "Deny"), (4, 1))[0]
            if kind == "Accept" and id not in self.metered:
                self.accepted = self.accepted[-150:] + [id]
            value = {"eventType": kind, "channel": "app"}
            if self.random.random() < 0.2:
                value["id"] = f"{order}.{id}"
            else:
                value |= {"drId": order, "userId": id}
            self.command("response", id, value)

    def late_answer(self):
        if self.past_orders:
            self.answer(self.random.choice(self.past_orders))

    def stray_answer(self):
        self.command("response", "nobody", {"eventType": "Accept", "drId": "dr-none", "userId": "nobody"}, "refused")

    def repeat(self):
        if self.recent:
            kind, context, key, value = self.random.choice(self.recent)
            self.senders.send("crc" if kind == "crc" else self.kind(), f"{context}.commands", key, value)

    def bad_end(self):
        more = self.random.choice((
            {"eventType": "EndDr"}, {"eventType": "CancelDr"}, {"eventType": "ChangeDr", "endsAt": int(time.time() * 1000) + 9000}))
        self.command("dr", "nothing", {"id": "nothing", **more}, "refused")

    def typed_by_header(self):
        """What Spring Cloud Stream sends: the value does not say what it is."""
        id = f"h{self.prefix}-{self.number()}"
        value = {"id": id, "name": "Header", "capacity": 5000}
        self.senders.send("crc", "user.commands", id, value, "effect", header="RegisterUser")

    def malformed(self):
        context = self.random.choice(("dr", "user", "response", "feed", "notify"))
        value = self.random.choice((
            "not json", "{", "[]", "null", '"x"', "{}", '{"eventType":17}', '{"eventType":"Nonsense","id":"x"}',
            '{"eventType":"RegisterUser"}', '{"eventType":"StartDr","id":"x/y","name":"n","type":"t"}',
            '{"eventType":"Accept","drId":"d"}', '{"eventType":"WithdrawPoint","userId":"u","amount":-1,"id":"w"}',
            '{"eventType":"StartDr","id":"l","name":"n","type":"t","startAt":1795251600000}',
            '{"eventType":"CancelDr","id":"l","endsAt":1795251600000}', '{"eventType":"ChangeDr","id":"l","endAt":1}',
            '{"eventType":"RegisterUser","id":"x","name":"n","capacity":1e99}', '{"eventType":"EndDr","id":null}',
            "\ud800", '{"eventType":"UpdateUser","id":"' + "x" * 3000 + '"}', b"\xff\xfe", b"", None))
        self.senders.send(self.kind(), f"{context}.commands", f"k{self.number()}", value, "refused")

    def malformed_reading(self):
        value = self.random.choice((
            '{"eventType":"MeterReading","userId":"u","startsAt":1,"wh":1}', "{", None,
            '{"eventType":"MeterReadings","userId":"u","startsAt":1795251600000,"wh":[]}',
            '{"eventType":"Accept","drId":"d","userId":"u"}'))
        self.senders.send("crc", "kepco.readings", f"k{self.number()}", value, "refused")

    # Whose meters the utility reads.

    def register_meters(self):
        """Who stays registered, and takes part in orders."""
        for number, account in enumerate(self.steady):
            id = f"f{self.prefix}-{number}"
            self.command("user", id, {"eventType": "RegisterUser", "id": id, "name": "Metered", "capacity": 50_000}, "effect", "crc")
            self.command("feed", id, self.meter_of(id, account), "effect", "crc")
            self.metered.append(id)
            self.contacts.set(id)

    def meter_of(self, id, account):
        """Some consent in the middle of a day, of which nothing is read then."""
        consent = datetime.datetime.fromisoformat(account["consent"]).replace(tzinfo=KST)
        consent += datetime.timedelta(hours=self.random.choice((0, 0, 10)))
        return {
            "eventType": "RegisterMeter", "userId": id, "customerNumber": account["custNo"], "consentFrom": consent.isoformat()}

    def change_meters(self):
        """Who comes, goes, has another number, is said twice, or is a customer who leaves."""
        if not self.fickle:
            return
        id, account = f"g{self.prefix}-{self.random.randrange(30)}", self.random.choice(self.fickle)
        register = self.meter_of(id, account)
        dice = self.random.random()
        if dice < 0.6:
            for _ in range(self.random.choice((1, 1, 1, 2))):
                self.command("feed", id, register)
        elif dice < 0.8:
            self.command("feed", id, {"eventType": "RevokeMeter", "userId": id})
        elif dice < 0.9:
            kind = self.random.choice(("RegisterUser", "LeaveUser"))
            said = {"name": "Fickle", "capacity": 9000} if kind == "RegisterUser" else {}
            self.command("user", id, {"eventType": kind, "id": id, **said})
        else:
            self.command("feed", id, {**register, **self.random.choice((
                {"customerNumber": "no number"}, {"customerNumber": "4711"}, {"meters": [17]}, {"consentFrom": "yesterday"}))})

    # The course of it.

    def steps(self):
        actions = {
            self.answer: 50, self.register: 8, self.update: 8, self.withdraw: 10,
            self.answer_withdrawal: 8, self.adjust: 2, self.leave: 2, self.come_back: 4, self.start_order: 2, self.change_order: 1,
            self.cancel_order: 0.15, self.start_unnamed: 0.2, self.plan_order: 0.3, self.change_planned: 1, self.set_market: 0.1, self.register_resource: 0.3,
            self.single_reading: 6, self.late_readings: 2, self.correct: 6, self.late_answer: 2, self.stray_answer: 0.3, self.repeat: 4,
            self.change_meters: 3, self.contacts.set: 4, self.contacts.remove: 0.4, self.contacts.answer: 4, self.bad_end: 0.5, self.typed_by_header: 1, self.malformed: 4, self.malformed_reading: 0.5}
        while True:
            yield from self.random.choices(list(actions), actions.values(), k=100)

    def run(self, rate, stop):
        for _ in range(2 * len(RESOURCES)):
            self.register_resource()
        self.register_meters()
        for _ in range(self.customers // 2):
            self.register()
        began, done = time.monotonic(), 0
        while not stop:
            due = int((time.monotonic() - began) * rate)
            while done < due and not stop:
                next(self.step)()
                done += 1
            self.end_orders()
            self.senders.serve(0.01)
        while self.behind:
            self.late_readings()
        self.end_orders(all_of_them=True)


def main():
    servers, seed, rate, customers, utility, told, journal = sys.argv[1:]
    accounts = [] if utility == "none" else json.loads(pathlib.Path(utility).read_text())["accounts"]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    senders = Senders(servers, journal)
    told = [] if told == "none" else told.split(",")
    Load(senders, int(seed), int(customers), accounts, told).run(float(rate), stop)
    senders.finish()
    print(json.dumps({"sent": senders.sent, "acknowledged": senders.acknowledged, "not acknowledged": senders.lost}))


if __name__ == "__main__":
    main()
