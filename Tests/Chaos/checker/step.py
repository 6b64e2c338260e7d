"""One record or timer worked out by the rules: what it would write and say, given the rows of its shard."""

from bisect import bisect_left, bisect_right, insort
from contextlib import contextmanager

from .partitioner import home
from .values import LATEST, REQUEST, to_iso


class Words:
    """Words for people: any, as long as there are some."""

    def __eq__(self, other):
        return type(other) is str and other != ""

    __hash__ = None

    def __repr__(self):
        return "'…'"


WORDS = Words()


class NeedsNow(Exception):
    """What follows depends on the daemon's clock; the row with this key shows what that said."""

    def __init__(self, probe):
        super().__init__(probe)
        self.probe = probe


class Rows:
    """A shard's rows as `table/key` → JSON object, in the order of their keys."""

    def __init__(self):
        self.values = {}
        self.keys = {}

    def put(self, key, value):
        if key not in self.values:
            insort(self.keys.setdefault(key.partition("/")[0], []), key)
        self.values[key] = value

    def delete(self, key):
        if self.values.pop(key, None) is not None:
            keys = self.keys[key.partition("/")[0]]
            del keys[bisect_left(keys, key)]

    def first(self, table):
        keys = self.keys.get(table)
        return keys[0] if keys else None


class Step:
    """What one record or timer does. Rules write into it; a refusal takes all of it back."""

    __slots__ = (
        "rows",
        "partition",
        "partitions",
        "record",
        "origin",
        "timer",
        "time",
        "now_value",
        "earliest",
        "latest",
        "kind",
        "writes",
        "pending",
        "messages",
        "letters",
        "replayed",
        "reads",
        "scans",
        "refusal",
        "forward",
        "is_final",
        "is_stale",
        "probe",
        "trace",
        "request",
    )

    def __init__(self, rows, partition, partitions, now=None, about=(0, 0)):
        self.rows, self.partition, self.partitions = rows, partition, partitions
        # The daemon's clock, where it is known; else between what it was.
        self.now_value, (self.earliest, self.latest) = now, about
        # What is handled, and what lies in the input: the two differ where a dead letter is handled again.
        self.record = self.origin = None
        self.timer = self.time = self.kind = None
        self.writes, self.pending, self.messages, self.letters = [], {}, [], []
        # Records whose dead letters these are, by where they were read; one that is handled again was read where its
        # command lies.
        self.replayed = []
        self.reads, self.scans = set(), []
        self.refusal = self.forward = self.probe = None
        # Doing nothing now, it would do nothing later either.
        self.is_final = False
        # What all that follows is part of, and who asked for it.
        self.trace, self.request = None, {}
        # Rows that it read have changed.
        self.is_stale = False

    @property
    def is_nothing(self):
        return (
            not self.writes and not self.messages and not self.letters and self.refusal is None and self.probe is None
        )

    def depends_on(self, keys):
        if not self.reads.isdisjoint(keys):
            return True
        return any(key.startswith(prefix) for prefix in self.scans for key in keys)

    def clear(self):
        self.writes, self.pending, self.messages, self.letters, self.replayed = [], {}, [], [], []

    def now(self, probe):
        if self.now_value is None:
            raise NeedsNow(probe)
        return self.now_value

    def until_now(self, time):
        """Nothing is said from the future."""
        return min(time, self.latest if self.now_value is None else self.now_value)

    # Rows

    def get(self, key):
        if key in self.pending:
            return self.pending[key]
        self.reads.add(key)
        return self.rows.values.get(key)

    def put(self, key, row):
        self.writes.append((key, row))
        self.pending[key] = row

    def delete(self, key):
        self.put(key, None)

    def scan(self, table, prefix="", after=""):
        """Keys of a table without its name, from behind `after` on, as long as they begin with `prefix`."""
        whole = f"{table}/{prefix}"
        self.scans.append(whole)
        keys = self.rows.keys.get(table, ())
        cut = len(table) + 1
        start = max(bisect_left(keys, whole), bisect_right(keys, f"{table}/{after}") if after else 0)
        added = sorted(
            key
            for key, row in self.pending.items()
            if row is not None and key.startswith(whole) and key[cut:] > after and key not in self.rows.values
        )
        for position in range(start, len(keys)):
            key = keys[position]
            if not key.startswith(whole):
                break
            while added and added[0] < key:
                yield added.pop(0)[cut:]
            if self.pending.get(key, key) is not None:
                yield key[cut:]
        for key in added:
            yield key[cut:]

    # Messages

    def say(self, topic, kind, key, fields, partition=None, earliest=0):
        value = {"eventType": kind, "timestamp": max(self.time, earliest), **fields}
        place = home(key, self.partitions) if partition is None else partition
        self.messages.append((topic, place, key, kind, value, self.trace, self.request))

    @contextmanager
    def within(self, row):
        """What is said meanwhile belongs to what has waited: to its trace, if it had one, and to nobody's request but its own."""
        outer = self.trace, self.request
        self.trace = row.get("traceparent") or self.trace
        self.request = {name: row[name] for name in REQUEST if name in row}
        try:
            yield
        finally:
            self.trace, self.request = outer

    def with_trace(self, row):
        return row if self.trace is None else {**row, "traceparent": self.trace}

    def letter(self, source, kind, read_at):
        self.letters.append((source, kind))
        self.replayed.append(read_at)

    # Timers

    def set_timer(self, kind, identity, due):
        if self.timer is not None:
            due = max(due, self.timer[0] + 1)
        # One of the last time that rows can hold never fires.
        due = min(due, LATEST)
        self.put(timer_key(kind, identity, due), self.with_trace({"due": to_iso(due)}))
        return due

    def cancel(self, kind, identity, due):
        self.delete(timer_key(kind, identity, due))

    @property
    def source(self):
        if self.timer is not None:
            due, kind, identity = self.timer
            return f"timer-{self.partition}-{due:013d}/{kind}/{identity}"
        return self.origin.source

    def describe(self):
        if self.refusal is not None:
            return f"a dead letter ({self.refusal})"
        if self.forward is not None:
            return f"a copy in partition {self.forward}"
        if self.probe is not None:
            return f"a row {self.probe}"
        if self.is_nothing:
            return "nothing"
        parts = [f"{topic}-{place} {value}" for topic, place, _, _, value, *_ in self.messages]
        parts += [f"row {key} {'deleted' if row is None else row}" for key, row in self.writes]
        parts += [f"dead letter of {source} ({kind})" for source, kind in self.letters]
        return "; ".join(parts)


def timer_key(kind, identity, due):
    return f"timers/{due:013d}/{kind}/{identity}"
