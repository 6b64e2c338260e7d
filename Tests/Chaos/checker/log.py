"""What Kafka holds, in memory: records by topic and partition, where the partitions end, and what the groups have
committed."""

from .topics import CONTEXTS, TOPICS

# What a released version wrote to its own commands, before there was a topic for that.
NAMED = ("MakeList", "SaveList", "StartDr")


class Record:
    """A committed record. `json` and `fault` are filled in by `values.decode`, `origin` by `origins.find_origins`."""

    __slots__ = ("topic", "partition", "offset", "time", "key", "value", "headers", "json", "fault", "origin", "is_anew")

    def __init__(self, topic, partition, offset, time, key, value, headers=()):
        self.topic, self.partition, self.offset, self.time = topic, partition, offset, time
        self.key, self.value, self.headers = key, value, headers
        self.json = self.fault = None
        # "own": a daemon wrote it of its own accord. "copy": it has forwarded it to there. "outside": someone else
        # did.
        self.origin = "outside"
        # Whether it is a dead letter that says a record again which was too large to wait, handled in that one's place.
        self.is_anew = False

    @property
    def source(self):
        return f"{self.topic}-{self.partition}-{self.offset}"

    @property
    def is_from_daemon(self):
        """Whether a daemon wrote it of its own accord."""
        return self.origin == "own"

    def header(self, name):
        """The last header of this name as text; None if there is none."""
        for header, value in reversed(self.headers):
            if header == name:
                return None if value is None else value.decode("utf-8", "replace")
        return None


class Log:
    """All topics. Made by `kafka.read`, and by hand in tests."""

    def __init__(self, partitions):
        self.partitions = partitions
        self.cluster = None
        # Whether a released version has worked on it before: it knew neither positions rows nor topics of its own
        # words.
        self.is_upgraded = False
        self.records = {topic: [[] for _ in range(partitions)] for topic in TOPICS}
        # (topic, partition) → the high watermark, and the last stable offset.
        self.ends = {}
        self.stable = {}
        # (topic, partition) → offsets at which transactions were committed, in the gaps of changelogs where that
        # matters; None where nobody has looked.
        self.commits = None
        # context → {(topic, partition): offset}; None where the group has none.
        self.committed = {context: {} for context in CONTEXTS}

    def all(self, topic):
        for partition in self.records[topic]:
            yield from partition

    def add(self, topic, partition, key, value, time=0, headers=(), offset=None):
        """Appends a record; where it lies is its own business unless an offset is given."""
        records = self.records[topic][partition]
        if offset is None:
            offset = self.end(topic, partition)
        record = Record(topic, partition, offset, time, key, value, tuple(headers))
        records.append(record)
        return record

    def end(self, topic, partition):
        """Where the next record would lie."""
        records = self.records[topic][partition]
        behind = records[-1].offset + 1 if records else 0
        return max(behind, self.ends.get((topic, partition), 0))

    def data_end(self, topic, partition):
        """Behind the last record; ends of transactions may lie behind that."""
        records = self.records[topic][partition]
        return records[-1].offset + 1 if records else 0

    def find(self, topic, partition, offset):
        """The record at an offset; None where there is none that is committed."""
        if topic not in self.records or not 0 <= partition < self.partitions:
            return None
        records = self.records[topic][partition]
        low, high = 0, len(records)
        while low < high:
            middle = (low + high) // 2
            if records[middle].offset < offset:
                low = middle + 1
            else:
                high = middle
        return records[low] if low < len(records) and records[low].offset == offset else None


def parse_source(text):
    """`topic-partition-offset` in its parts; None if it is none."""
    parts = text.rsplit("-", 2)
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2].isdigit():
        return None
    return parts[0], int(parts[1]), int(parts[2])
