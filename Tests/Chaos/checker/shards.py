"""Follows all shards, and looks at what is left over when they are through."""

from collections import Counter, defaultdict

from .log import CONTEXTS
from .trace import Trace
from .trace_faults import FAULTS

# A daemon that works fires its timers at once; so much later they are overdue.
OVERDUE = 60_000


def check_rules(log, effects, rules, report, sent=None):
    """Every record has the effects that the rules say. Returns what has become of each. `sent` holds where
    producers know to have put records, if all of them said so."""
    outcomes = {}
    last = max((record.time for context in CONTEXTS for record in log.all(f"{context}.changelog")), default=0)
    for one in rules:
        if hasattr(one, "prepare"):
            one.prepare(log, effects[one.context])
        used_messages, used_letters, forwards = set(), set(), []
        is_whole = True
        for partition in range(log.partitions):
            trace = Trace(log, one, partition, effects[one.context], report, outcomes)
            trace.run()
            is_whole = is_whole and trace.faults <= FAULTS
            used_messages |= trace.used_messages
            used_letters |= trace.used_letters
            forwards += trace.forwards
            _check_overdue(trace, last, report)
        if not is_whole:
            # Much of what is left over only has not been looked at.
            continue
        _check_left(effects[one.context], used_messages, used_letters, report)
        _check_copies(log, one.context, forwards, outcomes, sent, report)
    return outcomes


def _check_left(effects, used_messages, used_letters, report):
    for source, messages in effects.messages.items():
        for _, record in messages:
            if record.source not in used_messages:
                report.differ("message without a cause", record.source, f"nothing of {source}", record.value)
    for source, letters in effects.letters.items():
        if source not in used_letters:
            report.differ(
                "dead letter without a cause",
                letters[0].source,
                f"no dead letter of {source}",
                letters[0].header("deadletter.reason"),
            )


def _check_overdue(trace, last, report):
    for key in trace.rows.keys.get("timers", ()):
        report.count(f"timers of {trace.context} that are not overdue")
        if int(key.split("/", 2)[1]) < last - OVERDUE:
            report.differ(
                "timer overdue",
                f"{trace.context}.changelog-{trace.partition}",
                f"{key} to have fired by {last}",
                "it still there",
            )


def _identity(partition, record):
    return partition, *looks(record)


def looks(record):
    """What a copy has in common with its original."""
    return record.key, record.value, record.time, record.headers


def _check_copies(log, context, forwards, outcomes, sent, report):
    """What does not lie at home is sent on once: as many copies as records. A copy looks like what was sent there
    in the first place: too many of them can only be told where producers said what they sent."""
    topic = f"{context}.commands"
    there = defaultdict(list)
    for record in log.all(topic):
        if not record.is_from_daemon and (sent is None or (topic, record.partition, record.offset) not in sent):
            there[_identity(record.partition, record)].append(record)
    wanted = Counter(_identity(home, record) for home, record in forwards)
    followed = Counter()
    for home, record in forwards:
        report.count(f"records sent on to their home in {topic}, with their copies")
        identity = _identity(home, record)
        copies = there.get(identity, ())
        number = followed[identity]
        followed[identity] += 1
        if number >= len(copies):
            report.differ(
                "copy lost",
                f"{context}: {record.source}",
                f"{wanted[identity]} copies in {topic}-{home}",
                f"{len(copies)}: {record.value!r}",
            )
            continue
        place = context, topic, home, copies[number].offset
        outcomes[context, record.topic, record.partition, record.offset] = outcomes.get(place, "nothing known")
    if sent is None:
        return
    for identity, number in wanted.items():
        copies = there.get(identity, ())
        if len(copies) > number:
            report.differ(
                "copy twice",
                f"{topic}-{identity[0]}",
                f"{number} copies of {identity[2]!r}",
                f"{len(copies)}: offsets {[record.offset for record in copies]}",
            )
