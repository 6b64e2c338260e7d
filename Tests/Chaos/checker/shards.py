"""Follows all shards, and looks at what is left over when they are through."""

from collections import Counter, defaultdict

from .topics import CONTEXTS
from .origins import looks
from .report import short
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
        for letter in letters:
            if letter.source not in used_letters:
                report.differ(
                    "dead letter without a cause",
                    letter.source,
                    f"no {'such' if letter is letters[0] else 'other'} dead letter of {source}",
                    letter.header("deadletter.reason"),
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


def _check_copies(log, context, forwards, outcomes, sent, report):
    """What does not lie at home is forwarded once: as many copies as records."""
    there = defaultdict(list)
    for record in _copies(log, context, sent):
        there[_identity(record.partition, record)].append(record)
    wanted = Counter(_identity(home, record) for home, record, _ in forwards)
    followed = Counter()
    for home, record, origin in forwards:
        report.count(f"records of {context} forwarded to their home, with their copies")
        identity = _identity(home, record)
        copies = there.get(identity, ())
        number = followed[identity]
        followed[identity] += 1
        if number >= len(copies):
            report.differ(
                "copy lost",
                f"{context}: {origin.source}",
                f"{wanted[identity]} copies in {context}.internal-{home}",
                f"{len(copies)}: {short(record.value)}",
            )
            continue
        place = context, copies[number].topic, home, copies[number].offset
        outcomes[context, origin.topic, origin.partition, origin.offset] = outcomes.get(place, "nothing known")
    for identity, copies in there.items():
        if len(copies) > wanted[identity] and (sent is not None or not log.is_upgraded):
            report.differ(
                "copy twice",
                f"{copies[0].topic}-{identity[0]}",
                f"{wanted[identity]} copies of {short(identity[2])}",
                f"{len(copies)}: offsets {[record.offset for record in copies]}",
            )


def _copies(log, context, sent):
    for record in log.all(f"{context}.internal"):
        if record.origin == "copy":
            yield record
    # A released version forwarded to its commands. A copy looks like what was sent there in the first place: too many
    # of them can only be told where producers said what they sent.
    for record in log.all(f"{context}.commands") if log.is_upgraded else ():
        if record.origin != "own" and (sent is None or (record.topic, record.partition, record.offset) not in sent):
            yield record
