"""What a record or a timer does: who takes which message, where it belongs, and the rules of its context."""

from copy import copy

from .log import Record, parse_source
from .topics import INPUTS
from .origins import ANEW, HEADER_BYTES, HEADERS, own_headers
from .partitioner import home
from .step import NeedsNow, Step
from .topics import LISTED
from .values import (
    CONTEXTS,
    EARLIEST,
    LATEST,
    Refusal,
    decode,
    field,
    header_type,
    identifier,
    integer,
    malformed,
    optional_time,
    parse,
    request,
    trace_parent,
)

REPLAY = "Replay"
# Of a dead letter: key and value, in bytes.
LARGE = 64 * 1024
# Bytes of a record that a daemon writes.
COPY = 900_000
PARTITIONS, OFFSETS = (0, 2**31 - 1), (0, 2**53 - 1)


# Contexts that have had a topic of their own words from the beginning.
YOUNG = ("feed", "notify")


class Around:
    """What a shard knows beside its rows: how many partitions there are, its commands mark, and its dead letters so far."""

    def __init__(self, context, partitions, mark=None, letter_at=lambda offset, replay: None):
        self.context, self.partitions, self.mark, self.letter_at = context, partitions, mark, letter_at

    def is_old(self, record):
        """Whether a command is taken as it was before contexts had a topic of their own words."""
        if self.context in YOUNG:
            return False
        return record.topic == f"{self.context}.commands" and (self.mark is None or record.offset < self.mark)


def work_out(rules, rows, record, around, now=None, about=(0, 0)):
    """What a record does."""
    step = Step(rows, record.partition, around.partitions, now, about)
    step.record = step.origin = record
    step.trace, step.request = trace_parent(record.header("traceparent")), request(record.headers)
    try:
        _handle(rules, step, around)
    except Refusal as refusal:
        step.clear()
        step.refusal = refusal.kind
    except NeedsNow as need:
        step.clear()
        step.probe = need.probe
    return step


def _handle(rules, step, around):
    record = step.record
    if around.is_old(record):
        # It may be a copy of what a context wrote.
        record.json = fields = parse(record.value, CONTEXTS)
    else:
        fields = decode(record)
    name = _name(rules, record, fields)
    takes = _takes(rules, around, record)
    if takes is not None and name not in takes:
        raise Refusal("unknown-type", name)
    if name == REPLAY and takes is not None:
        _replay(rules, step, around, fields)
        return
    handler = rules.handlers.get(name) if takes is not None or name in LISTED[record.topic] else None
    if handler is None:
        step.is_final = True
        return
    step.kind = name
    step.time = record.time
    # A command counts from when Kafka got it.
    if name not in rules.commands and field(fields, "timestamp") is not None:
        step.time = optional_time(fields, "timestamp")
    check_time(step.time)
    # Readings state their own time, and yet nothing is said from the future.
    if name in (*rules.commands, "MeterReading", "MeterReadings"):
        step.time = step.until_now(step.time)
    read, key_of, do = handler
    message = read(fields)
    key = key_of(message)
    place = step.partition if key is None else home(key, step.partitions)
    if place != step.partition:
        _forward(step, place)
        return
    do(step, message)


def _forward(step, place):
    """To where it belongs, if it is no larger than Kafka takes, and has no more headers than are copied."""
    headers = step.record.headers
    size = sum(len(name.encode()) + len(value or b"") for name, value in headers)
    if len(step.record.key or b"") + len(step.record.value or b"") + size + 16 * len(headers) > COPY:
        raise Refusal("refused", "too large")
    if len(headers) > HEADERS or size > HEADER_BYTES:
        raise malformed("too many headers")
    step.forward = place
    step.is_final = True


def check_time(time):
    if not EARLIEST <= time <= LATEST:
        raise malformed("its time")


def _name(rules, record, fields):
    if field(fields, "eventType") is not None:
        return identifier(fields, "eventType")
    name = header_type(record, {*rules.handlers, REPLAY})
    if name is None:
        raise malformed("no type")
    return name


def _takes(rules, around, record):
    """The messages that a topic of the context's own takes; None for one of another context's, where others are passed over."""
    if record.topic == f"{rules.context}.internal" or around.is_old(record):
        return {*rules.handlers, REPLAY}
    return LISTED[record.topic] if record.topic in rules.own_topics else None


def _replay(rules, step, around, fields):
    """Handles a dead letter again, as if it came from where the record lay. What follows has its ids from the Replay."""
    partition, offset = integer(fields, "partition", PARTITIONS), integer(fields, "offset", OFFSETS)
    if partition >= step.partitions:
        raise Refusal("not-found", "no such partition")
    if partition != step.partition:
        _forward(step, partition)
        return
    if step.record is not step.origin:
        # Of a dead letter that asks for another one nothing comes: the command itself is refused.
        step.record = step.origin
        raise Refusal("refused", "it is a replay itself")
    letter = around.letter_at(offset, step.record)
    if letter is None:
        raise Refusal("not-found", "no such letter")
    if not (letter.header("deadletter.cut") or ANEW).startswith(ANEW):
        raise Refusal("refused", "it was cut")
    record = record_of(letter)
    if record is None or record.topic not in INPUTS[rules.context]:
        raise Refusal("refused", "not from an input")
    step.record = record
    step.trace, step.request = trace_parent(record.header("traceparent")), request(record.headers)
    if letter.header("deadletter.kind") == "unknown-type":
        # It was refused since commands take no more than is listed: that holds for it whenever it is handled.
        around = copy(around)
        around.mark = 0
    try:
        _handle(rules, step, around)
    except Refusal:
        # A large dead letter is not copied as often as someone asks for it: the command is refused in its place.
        if len(letter.key or b"") + len(letter.value or b"") > LARGE:
            step.record = step.origin
        raise


def record_of(letter):
    """The record that a dead letter keeps, where it lay."""
    place = parse_source(letter.header("deadletter.source") or "")
    if place is None:
        return None
    time = letter.header("deadletter.time")
    record = Record(*place, letter.time if time is None else int(time), letter.key, letter.value, own_headers(letter))
    record.is_anew = (letter.header("deadletter.cut") or "").startswith(ANEW)
    return record


def fire(rules, rows, key, partition, partitions, about=(0, 0), now=None):
    """What a timer does, by its row's key."""
    _, due, kind, identity = key.split("/", 3)
    step = Step(rows, partition, partitions, now, about)
    step.timer = int(due), kind, identity
    step.time = int(due)
    step.trace = rows.values[key].get("traceparent")
    step.delete(key)
    try:
        rules.fire(step, kind, identity)
    except Refusal as refusal:
        step.clear()
        step.delete(key)
        step.refusal = None
        step.letters, step.replayed = [], []
        step.kind = f"a timer that is refused: {refusal}"
    except NeedsNow as need:
        step.clear()
        step.delete(key)
        step.probe = need.probe
    return step
