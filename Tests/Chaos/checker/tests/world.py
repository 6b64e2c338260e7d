"""Daemons in memory that do everything right, for tests that then spoil it."""

import json
import sqlite3
from pathlib import Path

from checker.answers import check_answers
from checker.effects import check_effects, check_ends
from checker.files import Fold
from checker.handling import Around, fire, work_out
from checker.log import Log, parse_source
from checker.topics import CONTEXTS, INPUTS
from checker.origins import find_origins, kept_headers
from checker.partitioner import home
from checker.positions import DUE, FORMAT, KEY, check_positions
from checker.report import Report
from checker.rules import Settings, all_rules
from checker.shards import check_rules
from checker.step import Rows
from checker.values import parse, request, trace_parent
from checker.wholes import check_wholes

QUARTER = 900_000
DAY = 96 * QUARTER
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ASKED = (("actor", "김".encode()), ("command", b"c-1"), ("idempotency", b"a.b"))
# Wednesday, 2026-11-25, 10:00 UTC.
NOON = 1_795_600_800_000


class Shard:
    def __init__(self, rules, partition):
        self.rules, self.partition = rules, partition
        self.rows = Rows()
        self.next = {topic: 0 for topic in INPUTS[rules.context]}
        self.last = {topic: None for topic in INPUTS[rules.context]}
        # Below this offset commands are taken by the old rule; None as long as nobody knows.
        self.mark = 0


class World:
    def __init__(self, partitions=2):
        self.log = Log(partitions)
        self.clock = NOON
        # Whether timers do not wait.
        self.is_hasty = False
        self.shards = [Shard(rules, partition) for rules in all_rules(Settings()) for partition in range(partitions)]

    def send(self, topic, key, value, partition=None, headers=()):
        """As a client would; text is sent as it is."""
        if partition is None:
            partition = home(key, self.log.partitions)
        value = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.log.add(topic, partition, None if key is None else key.encode(), value, self.clock, headers)

    def run(self):
        while any(self.work(shard) for shard in self.shards):
            pass

    def advance(self, milliseconds):
        self.clock += milliseconds
        self.run()

    def work(self, shard):
        """A transaction of one record of each lane, and one timer."""
        worked = False
        context, partition = shard.rules.context, shard.partition
        letters = len(self.log.records[f"{context}.deadletters"][partition])
        around = Around(
            context,
            self.log.partitions,
            shard.mark,
            # Those of this transaction are not there yet.
            lambda offset, _: self.log.find(f"{context}.deadletters", partition, offset) if offset < letters else None,
        )
        for topic in INPUTS[context]:
            record = next(
                (one for one in self.log.records[topic][partition] if one.offset >= shard.next[topic]), None)
            if record is not None:
                shard.next[topic], shard.last[topic] = record.offset + 1, record
                self.log.committed[context][topic, partition] = record.offset + 1
                step = work_out(shard.rules, shard.rows, record, around, self.clock, (self.clock, self.clock))
                self.carry_out(shard, step)
                worked = True
        key = shard.rows.first("timers")
        if key is not None and int(key.split("/")[1]) <= self.clock and not self.is_early(shard, key):
            self.carry_out(
                shard,
                fire(
                    shard.rules, shard.rows, key, shard.partition, self.log.partitions, (self.clock, self.clock),
                    self.clock),
            )
            worked = True
        if worked:
            self.end_transaction(shard)
        return worked

    def is_early(self, shard, key):
        """Whether a sweep of points begins only behind commands that are not read yet."""
        if shard.rules.context != "user" or not key.endswith("/sweep/") or self.is_hasty:
            return False
        return any(one.offset >= shard.next["user.commands"] for one in self.log.records["user.commands"][shard.partition])

    def end_transaction(self, shard):
        """The positions row, and the end of the transaction behind it, which takes an offset."""
        topics = list(INPUTS[shard.rules.context])
        row = {
            "due": "2099-12-31T23:59:59.999Z",
            "format": FORMAT,
            "topics": topics,
            "next": [shard.next[topic] for topic in topics],
            "last": [shard.last[topic].offset if shard.last[topic] else -1 for topic in topics],
            "times": [shard.last[topic].time if shard.last[topic] else 0 for topic in topics],
        }
        if shard.mark is not None:
            row["mark"] = shard.mark
        place = f"{shard.rules.context}.changelog", shard.partition
        self.log.add(*place, KEY.encode(), json.dumps(row).encode(), self.clock)
        self.log.ends[place] = self.log.stable[place] = self.log.records[place[0]][place[1]][-1].offset + 2

    def carry_out(self, shard, step):
        context = shard.rules.context
        for key, row in step.writes:
            # Words of any kind are these here.
            text = (
                None
                if row is None
                else json.dumps(row, default=lambda value: "words" if value == "x" else float(value))
            )
            self.log.add(f"{context}.changelog", shard.partition, key.encode(), text and text.encode(), self.clock)
            if text is None:
                shard.rows.delete(key)
            else:
                shard.rows.put(key, parse(text.encode()))
        for number, (topic, partition, key, kind, value, trace, asked) in enumerate(step.messages):
            text = json.dumps(value, default=lambda one: "words" if one == "x" else float(one))
            headers = (("type", kind.encode()), ("id", f"{step.source}-{number}".encode()))
            if trace:
                headers += (("traceparent", trace.encode()),)
            headers += tuple((name, text.encode()) for name, text in asked.items())
            self.log.add(topic, partition, key.encode(), text.encode(), self.clock, headers)
        for source, kind in step.letters:
            self.bury(shard, self.log.find(*parse_source(source)), kind)
        if step.refusal is not None:
            self.bury(shard, step.record, step.refusal)
        if step.forward is not None:
            record = step.record
            self.log.add(f"{context}.internal", step.forward, record.key, record.value, record.time, record.headers)

    def bury(self, shard, record, kind):
        kept, left = kept_headers(record)
        if (trace := trace_parent(record.header("traceparent"))) is not None:
            kept.append(("traceparent", trace.encode()))
        kept += [(name, text.encode()) for name, text in request(record.headers).items()]
        if left:
            kept.append(("deadletter.cut", f"{left} more headers".encode()))
        headers = (
            *kept,
            ("deadletter.kind", kind.encode()),
            ("deadletter.reason", b"for a reason"),
            ("deadletter.source", record.source.encode()),
            ("deadletter.time", str(record.time).encode()),
        )
        self.log.add(
            f"{shard.rules.context}.deadletters", shard.partition, record.key, record.value, self.clock, headers
        )

    def write_file(self, directory, context, partition, position=None):
        """The state file as it was at a position of the changelog."""
        Path(directory).mkdir(parents=True, exist_ok=True)
        path = Path(directory) / f"{partition}.sqlite"
        records = self.log.records[f"{context}.changelog"][partition]
        position = self.log.end(f"{context}.changelog", partition) if position is None else position
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        database.execute("INSERT INTO meta VALUES ('position', ?)", (str(position),))
        for key, value in Fold(records).advance(position).items():
            table, _, row = key.partition("/")
            database.execute(f"CREATE TABLE IF NOT EXISTS {table}(key TEXT PRIMARY KEY, value TEXT NOT NULL)")
            database.execute(f"INSERT INTO {table} VALUES (?, ?)", (row, value))
        database.commit()
        database.close()
        return path

    def check(self, sent=None):
        report = Report()
        find_origins(self.log)
        check_ends(self.log, report)
        check_positions(self.log, report, Settings().points_expire_days > 0)
        check_answers(self.log, report)
        effects = check_effects(self.log, report)
        report.outcomes = check_rules(self.log, effects, all_rules(Settings()), report, sent)
        check_wholes(self.log, effects, report.outcomes, report)
        return report

    # What happened

    def event(self, kind, user=None):
        """The first event of this type, of a customer if one is named."""
        for context in CONTEXTS:
            for record in self.log.all(f"{context}.events"):
                if record.header("type") == kind and (user is None or record.key == user.encode()):
                    return record
        raise AssertionError(f"no {kind} of {user}")

    def change(self, record, **fields):
        """Says something else in a record."""
        record.value = json.dumps({**json.loads(record.value), **fields}).encode()
        record.json = None

    def remove(self, record):
        """The offsets of those behind it stay."""
        self.log.records[record.topic][record.partition].remove(record)


def whole_story():
    """An order with all that goes with it: readings, answers that wait, refusals, points, records that lie
    elsewhere."""
    world = World()
    for user in ("ann", "bob", "cho", "dan"):
        world.send("user.commands", user, {"eventType": "RegisterUser", "id": user, "name": user, "capacity": 3000})
    world.send("user.commands", "ann", {"eventType": "RegisterUser", "id": "ann", "name": "again", "capacity": 1})
    world.send("user.commands", "ann", b'{"eventType":"RegisterUser",')
    world.send("user.commands", "bob", {"id": "bob", "capacity": 4000}, headers=(("type", b"UpdateUser"),))
    for user, wh in (("ann", 100), ("bob", 200), ("cho", 300)):
        for days in (1, 2):
            world.send(
                "kepco.readings" if days == 1 else "kepco.history",
                user,
                {
                    "eventType": "MeterReadings",
                    "userId": user,
                    "startsAt": NOON - days * DAY - 4 * QUARTER,
                    "wh": [wh + days] * 8,
                },
            )
    world.send(
        "kepco.readings", "ann", {"eventType": "MeterReading", "userId": "ann", "startsAt": NOON - DAY, "wh": 101}
    )
    world.run()
    world.advance(1000)
    deny = {"eventType": "Deny", "drId": "o1", "userId": "dan"}
    world.send("response.commands", "dan", deny, headers=(*ASKED, ("traceparent", TRACE.encode())))
    world.send("response.commands", "ann", {"eventType": "Accept", "drId": "never", "userId": "ann"})
    world.run()
    world.advance(1000)
    world.send(
        "dr.commands",
        "o1",
        {"eventType": "StartDr", "id": "o1", "name": "kt", "type": "reliable", "startsAt": NOON - 2 * QUARTER},
    )
    world.run()
    world.advance(1000)
    world.send(
        "response.commands", None, {"eventType": "Accept", "drId": "o1", "userId": "ann"}, partition=1 - home("ann", 2)
    )
    world.send("response.commands", "bob", {"eventType": "Accept", "id": "o1.bob", "channel": "app"})
    world.run()
    world.advance(1000)
    world.send("response.commands", "bob", {"eventType": "Deny", "drId": "o1", "userId": "bob"})
    world.run()
    world.advance(1000)
    world.send("response.commands", "bob", {"eventType": "Accept", "drId": "o1", "userId": "bob"})
    world.run()
    world.advance(QUARTER)
    world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
    world.run()
    world.advance(1000)
    world.send("response.commands", "cho", {"eventType": "Accept", "drId": "o1", "userId": "cho"})
    for user, wh in (("ann", 40), ("bob", 500), ("cho", 1)):
        world.send(
            "kepco.readings",
            user,
            {"eventType": "MeterReadings", "userId": user, "startsAt": NOON - 2 * QUARTER, "wh": [wh] * 4},
        )
    world.run()
    for number, amount in (("w1", 50), ("w2", 10_000), ("w1", 50), ("w3", 20)):
        world.send(
            "user.commands", "ann", {"eventType": "WithdrawPoint", "id": number, "userId": "ann", "amount": amount}
        )
    world.run()
    world.advance(5 * DAY)
    return world
