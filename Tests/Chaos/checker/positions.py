"""The positions row: the last changelog record of each transaction that touched a shard says up to where the shard has handled
each of its inputs. Here it is looked at by itself; that the rows before it are those of just these records, a trace finds out."""

from bisect import bisect_left

from .topics import CONTEXTS, INPUTS
from .values import Refusal, decode

TABLE, DUE = "timers", 4_102_444_799_999
# A timer that never fires, so that a version that knows no such rows can read them.
KEY = f"{TABLE}/{DUE}/inputs/"
FORMAT = 2
# So much before a sweep of points a command lies surely in Kafka when the sweep begins.
IN_TIME = 1000


def is_positions(record):
    return record.key == KEY.encode()


class Positions:
    """What one row says, by input: `next`, `last` and `times`; the commands mark, None where it is not known yet."""

    def __init__(self, record, context):
        fields = decode(record)
        self.record = record
        self.topics = fields.get("topics")
        self.fault = None
        if fields.get("due") != "2099-12-31T23:59:59.999Z" or fields.get("format") != FORMAT:
            self.fault = "due and format"
        elif type(self.topics) is not list or tuple(self.topics[:2]) != INPUTS[context][:2]:
            self.fault = "topics: the commands and the context's own words come first"
        elif sorted(self.topics, key=str) != sorted(INPUTS[context]):
            self.fault = f"topics: {INPUTS[context]}"
        self.mark = fields.get("mark")
        if self.mark is not None and type(self.mark) is not int:
            self.fault = "a mark that is an offset"
        self.next, self.last, self.times = (
            {} if self.fault else self._of_inputs(fields, name) for name in ("next", "last", "times")
        )

    def _of_inputs(self, fields, name):
        numbers = fields.get(name)
        if type(numbers) is not list or len(numbers) != len(self.topics) or set(map(type, numbers)) != {int}:
            self.fault = f"{name}: a number for each topic"
            return {}
        return dict(zip(self.topics, numbers, strict=True))


def read_positions(record, context):
    """The row, or None where it is none that can be read."""
    try:
        row = None if record.value is None else Positions(record, context)
    except Refusal:
        return None
    return None if row is None or row.fault else row


def final_mark(log, context, partition):
    """The offset in the commands below which a shard takes whatever its context has a handler for; None where it has noted
    none, and has taken everything so."""
    for record in reversed(log.records[f"{context}.changelog"][partition]):
        if is_positions(record):
            row = read_positions(record, context)
            return row and row.mark
    return None


def odd_gaps(log):
    """Gaps that follow what is no positions row, by topic and partition: another daemon's transaction has been aborted there, or a row
    is missing."""
    for context in CONTEXTS:
        for partition, records in enumerate(log.records[f"{context}.changelog"]):
            place = f"{context}.changelog", partition
            gaps = [
                _gap(log, records, number)
                for number in range(len(records))
                if _is_end(records, number) and not is_positions(records[number])
            ]
            if gaps:
                yield *place, gaps


def _is_end(records, number):
    return number + 1 == len(records) or records[number + 1].offset > records[number].offset + 1


def _gap(log, records, number):
    record = records[number]
    end = records[number + 1].offset if number + 1 < len(records) else log.end(record.topic, record.partition)
    return record.offset + 1, end


def check_positions(log, report, expires=False):
    """`expires`: whether points do."""
    for context in CONTEXTS:
        for partition in range(log.partitions):
            _check_shard(log, context, partition, report, expires and context == "user")


def _check_shard(log, context, partition, report, expires):
    records = log.records[f"{context}.changelog"][partition]
    before = sweep = None
    for number, record in enumerate(records):
        _check_place(log, records, number, report)
        if expires and record.value is None and (due := begun(record)) is not None:
            sweep = due
        if not is_positions(record):
            continue
        report.count(f"positions rows of {context} compared with its inputs")
        try:
            row = None if record.value is None else Positions(record, context)
        except Refusal as refusal:
            report.differ("positions", record.source, "a row", str(refusal))
            continue
        if row is None or row.fault:
            report.differ("positions", record.source, row.fault if row else "a row", record.value)
            continue
        for topic in row.topics:
            _check_input(log, row, before, topic, report)
        _check_mark(log, row, before, context, report)
        if sweep is not None:
            _check_sweep(log, row, sweep, report)
        before, sweep = row, None
    _check_end(log, context, partition, before, report)


def begun(record):
    """When a sweep was due whose first timer has fired with this row."""
    table, _, rest = record.key.decode("utf-8", "replace").partition("/")
    due, _, name = rest.partition("/")
    return int(due) if table == TABLE and name == "sweep/" else None


def _check_sweep(log, row, due, report):
    """Who asked for points in time gets them, though they expire with this sweep."""
    report.count("sweeps of points that begin behind the commands")
    topic = "user.commands"
    for record in log.records[topic][row.record.partition]:
        if record.offset >= row.next[topic] and record.time < due - IN_TIME:
            report.differ("timer", row.record.source, f"the sweep of {due} behind {record.source}", f"next {row.next[topic]}")
            return


def _check_place(log, records, number, report):
    """The end of a transaction takes an offset of its own: before each gap, and nowhere else, lies a positions row."""
    record, ends = records[number], _is_end(records, number)
    if is_positions(record):
        if not ends:
            report.differ("positions", record.source, "the end of a transaction behind it", records[number + 1].key)
    elif ends and not log.is_upgraded:
        start, end = _gap(log, records, number)
        commits = None if log.commits is None else log.commits.get((record.topic, record.partition), ())
        if commits is not None and not any(start <= offset < end for offset in commits):
            report.count("aborted transactions of other daemons within a transaction")
            return
        report.differ("positions", record.source, "a positions row at the end of its transaction", record.key)


def _check_input(log, row, before, topic, report):
    """What was handled last is the last record before `next`: none lies between the two."""
    partition, where = row.record.partition, f"{row.record.source}, {topic}"
    next_offset, last, time = row.next[topic], row.last[topic], row.times[topic]
    records = log.records[topic][partition]
    place = bisect_left(records, next_offset, key=lambda record: record.offset)
    handled = records[place - 1] if place else None
    expected = (handled.offset, handled.time) if handled else (-1, 0)
    if not 0 <= next_offset <= log.end(topic, partition):
        report.differ("positions", where, f"a next from 0 to {log.end(topic, partition)}", next_offset)
    elif (last, time) != expected:
        report.differ("positions", where, f"last and time {expected} below next {next_offset}", (last, time))
    if before is not None and before.next[topic] > next_offset:
        report.differ("positions", where, f"a next from {before.next[topic]} on", next_offset)


def _check_mark(log, row, before, context, report):
    """Once it is known it stays, and it lies where nothing was handled by another rule than it says."""
    known = before and before.mark
    if known is not None and row.mark != known:
        report.differ("positions", row.record.source, f"the commands mark {known}", row.mark)
    if before and known is None and row.mark is not None and row.mark < before.next[f"{context}.commands"]:
        handled = before.next[f"{context}.commands"]
        report.differ("positions", row.record.source, f"a commands mark from {handled} on, handled without one", row.mark)
    end = log.end(f"{context}.commands", row.record.partition)
    if row.mark is not None and not 0 <= row.mark <= end:
        report.differ("positions", row.record.source, f"a commands mark up to {end}", row.mark)


def _check_end(log, context, partition, last, report):
    """The group's offsets say the same as the last row."""
    for topic in INPUTS[context]:
        committed = log.committed[context].get((topic, partition))
        if last is None:
            if committed and not log.is_upgraded:
                report.differ("positions", f"{context}.changelog-{partition}", f"a row, with {topic} at {committed}", "none")
            continue
        report.count("offsets of groups that positions rows state as well")
        if (committed or 0) != last.next[topic] and not log.is_upgraded:
            report.differ("positions", f"group {context}, {topic}-{partition}", last.next[topic], committed)
