"""What holds of every context, whatever its rules: ids, dead letters, offsets, transactions."""

from collections import Counter

from .log import parse_source
from .topics import CONTEXTS, INPUTS, WRITES
from .origins import ANEW, ANEW_SAID, TRACE, kept_headers, own_headers
from .report import short
from .rules.dr import DR
from .rules.response_messages import read_choice
from .values import Refusal, decode, field, header_type, request, trace_parent

# How many bytes a reason has.
REASON = 1000
KINDS = ("malformed", "unknown-type", "conflict", "not-found", "refused", "late")


class Effects:
    """What each source of a context has brought about: messages by their ids, dead letters."""

    def __init__(self, context):
        self.context = context
        # source → [(number, record)], in the order of the numbers.
        self.messages = {}
        # source → [record]
        self.letters = {}


def check_effects(log, report):
    """Collects the effects of each context, and checks that each of them is there once and says truly where it is from.
    Returns them by context."""
    return {context: _collect(log, context, report) for context in CONTEXTS}


def check_ends(log, report):
    """No transaction is open, and every group has come to the ends of its inputs."""
    for place, end in log.ends.items():
        stable = log.stable.get(place, end)
        report.count("partitions without an open transaction")
        # A mark that was written between the two looks is none.
        if stable < end:
            report.differ("open transaction", f"{place[0]}-{place[1]}", f"a last stable offset of {end}", stable)
    for context in CONTEXTS:
        for topic in INPUTS[context]:
            for partition in range(log.partitions):
                _check_offset(log, context, topic, partition, report)


def _check_offset(log, context, topic, partition, report):
    committed = log.committed[context].get((topic, partition))
    data_end, end = log.data_end(topic, partition), log.end(topic, partition)
    where = f"group {context}, {topic}-{partition}"
    report.count("offsets of groups at the ends of their inputs")
    if committed is None:
        if data_end:
            report.differ("offset", where, f"an offset from {data_end} to {end}", "none")
    elif not data_end <= committed <= end:
        report.differ("offset", where, f"an offset from {data_end} to {end}", committed)


def _collect(log, context, report):
    effects = Effects(context)
    seen = {}
    for topic in (f"{context}.events", f"{context}.internal", *([f"{context}.commands"] if log.is_upgraded else [])):
        last = {}
        for record in log.all(topic):
            identity = record.header("id") or ""
            if not record.is_from_daemon:
                if topic.endswith(".events"):
                    report.count(f"records in {topic} that no daemon wrote")
                continue
            report.count(f"ids in {topic} seen once")
            if identity in seen:
                report.differ("twice", record.source, f"the id {identity} once", f"it also at {seen[identity]}")
                continue
            seen[identity] = record.source
            source, _, number = identity.rpartition("-")
            if not number.isdigit() or not _is_source(log, context, source):
                report.differ("id", record.source, "an id that names an input of its context", identity)
                continue
            if record.header("type") == "Replayed":
                _check_replayed(record, log.find(*parse_source(source)), report)
                continue
            effects.messages.setdefault(source, []).append((int(number), record))
            _check_order(record, parse_source(source), last, report)
    for topic in WRITES[context]:
        _collect_outside(log, effects, topic, seen, report)
    for source, messages in effects.messages.items():
        messages.sort(key=lambda item: item[0])
        numbers = [number for number, _ in messages]
        if numbers != list(range(len(numbers))):
            report.differ("lost", f"{context}: {source}", f"messages numbered 0 to {max(numbers)}", f"only {numbers}")
    _collect_letters(log, effects, report)
    return effects


def _collect_outside(log, effects, topic, seen, report):
    """What a context has written where outsiders may: an id that names no input of its own is an outsider's."""
    for record in log.all(topic):
        identity = record.header("id") or ""
        source, _, number = identity.rpartition("-")
        if not number.isdigit() or not _is_source(log, effects.context, source):
            continue
        report.count(f"ids in {topic} seen once")
        if identity in seen:
            report.differ("twice", record.source, f"the id {identity} once", f"it also at {seen[identity]}")
            continue
        seen[identity] = record.source
        effects.messages.setdefault(source, []).append((int(number), record))


def _check_replayed(record, asked, report):
    """What has come of a dead letter that was handled again is said to whoever has asked for it, by a command of the gateway's."""
    report.count("answers to commands that had dead letters handled again")
    try:
        said, wanted = decode(record), decode(asked)
    except Refusal:
        said, wanted = {}, {}
    names = request(asked.headers)
    place = wanted.get("partition"), wanted.get("offset")
    if "command" not in names or request(record.headers) != names or (said.get("partition"), said.get("offset")) != place:
        report.differ("replay", record.source, f"an answer to {asked.source}: {names}, {place}", record)


def _is_source(log, context, source):
    if source.startswith("timer-"):
        partition, _, key = source.removeprefix("timer-").partition("-")
        return partition.isdigit() and int(partition) < log.partitions and key[:1].isdigit()
    place = parse_source(source)
    if place is None or place[0] not in INPUTS[context] or log.find(*place) is None:
        return False
    committed = log.committed[context].get(place[:2])
    return committed is not None and place[2] < committed


def _check_order(record, place, last, report):
    """What comes from one partition of an input is in its order."""
    if place is None or place[0].startswith("timer-"):
        return
    lane = record.partition, place[0], place[1]
    if place[2] < last.get(lane, -1):
        report.differ(
            "order",
            record.source,
            f"a source behind {place[0]}-{place[1]}-{last[lane]}",
            f"{place[0]}-{place[1]}-{place[2]}: {record.value!r}",
        )
    last[lane] = max(place[2], last.get(lane, -1))


def _collect_letters(log, effects, report):
    context = effects.context
    replays = _replays(log, context)
    for letter in log.all(f"{context}.deadletters"):
        report.count(f"dead letters of {context} compared with their records")
        source = letter.header("deadletter.source") or ""
        place = parse_source(source)
        if place is None or place[0] not in INPUTS[context]:
            report.differ("dead letter", letter.source, "a deadletter.source that names an input", source)
            continue
        record = log.find(*place)
        committed = log.committed[context].get(place[:2])
        if record is None or committed is None or place[2] >= committed:
            report.differ("dead letter", letter.source, f"a record below the group's offset at {source}", "none")
            continue
        others = effects.letters.setdefault(source, [])
        others.append(letter)
        # One, and one more for each time that it was to be handled again.
        if len(others) > 1 + sum(replays[one.partition, one.offset] for one in others):
            report.differ("twice", letter.source, f"one dead letter of {source}", f"it also at {others[0].source}")
            continue
        # An order that is being counted has asked for that before it is refused.
        others_said = [one for one in effects.messages.get(source, ()) if one[1].header("type") != "ReserveOrder"]
        if others_said:
            report.differ(
                "twice",
                letter.source,
                f"either messages or a dead letter of {source}",
                f"also {effects.messages[source][0][1].source}",
            )
        _compare_letter(letter, record, report)


def _replays(log, context):
    """How often each dead letter was to be handled again: (partition, offset) → times."""
    asked = Counter()
    for topic in (f"{context}.commands", f"{context}.internal"):
        for record in log.all(topic):
            try:
                fields = decode(record)
                kind, place = field(fields, "eventType"), (field(fields, "partition"), field(fields, "offset"))
            except Refusal:
                continue
            if (header_type(record, ("Replay",)) if kind is None else kind) == "Replay":
                if place[0] == record.partition and not isinstance(place[1], (list, dict)):
                    asked[place] += 1
    return asked


def _compare_letter(letter, record, report):
    reason = letter.header("deadletter.reason") or ""
    if letter.header("deadletter.kind") not in KINDS or not reason or len(reason.encode()) > REASON:
        report.differ("dead letter", letter.source, f"a kind, and a reason of up to {REASON} bytes", letter.headers)
    if letter.partition != record.partition:
        report.differ("dead letter", letter.source, f"it in partition {record.partition}", letter.partition)
    if not _is_same(letter, record):
        report.differ("dead letter", letter.source, (record.key, record.value), (letter.key, letter.value))
    _compare_headers(letter, record, report)
    time = letter.header("deadletter.time")
    if time is not None and time != str(record.time):
        report.differ("dead letter", letter.source, f"deadletter.time {record.time}", time)


def _is_same(letter, record):
    cut = letter.header("deadletter.cut") or ""
    if cut.startswith(ANEW):
        # It has waited, and was too large for that: what it says is what the rules understand.
        understood = _choice if _start(letter) is None else _start
        return understood(letter) is not None and understood(letter) == understood(record)
    if "bytes" in cut or "Kafka" in cut:
        return all(
            (whole or b"").startswith(part or b"")
            for whole, part in ((record.key, letter.key), (record.value, letter.value))
        )
    return letter.value == record.value and (letter.key == record.key or letter.key is None and not _is_text(record.key))


def _choice(record):
    try:
        fields = decode(record)
        return fields.get("eventType") or header_type(record, ("Accept", "Deny")), *read_choice(fields)
    except Refusal:
        return None


def _start(record):
    try:
        fields = decode(record)
        kind = fields.get("eventType") or header_type(record, ("StartDr", "StartNamedDr"))
        return DR.read_start(fields) if kind in ("StartDr", "StartNamedDr") else None
    except Refusal:
        return None


def _compare_headers(letter, record, report):
    """Those of the record, in their order; of many only some, which it says. A trace is one, or it is left out, as is who asked."""
    trace = trace_parent(record.header(TRACE))
    origin = ([] if trace is None else [(TRACE, trace)]) + list(request(record.headers).items())
    found = [(name, (value or b"").decode("utf-8", "replace")) for name, value in own_headers(letter) if name in ANEW_SAID]
    kept = [header for header in own_headers(letter) if header[0] not in ANEW_SAID]
    wanted, left = kept_headers(record)
    cut = letter.header("deadletter.cut") or ""
    # One of fixed size has none; one of an answer that has waited keeps its type where that was needed, and where it
    # comes from.
    is_short = "Kafka" in cut or cut.startswith(ANEW) or {name for name, _ in kept} <= {"type"} and not cut
    if found != origin and not (is_short and not found):
        report.differ("dead letter", letter.source, f"it to come from {origin}", found)
    known = {*record.headers, *((name, (value or b"").strip(b'"')) for name, value in record.headers if name == "type")}
    if kept != wanted and not (is_short and known.issuperset(kept)):
        report.differ("dead letter", letter.source, f"the headers {short(wanted)}", short(kept))
    if left and not is_short and f"{left} more headers" not in cut:
        report.differ("dead letter", letter.source, f"a deadletter.cut that says {left} more headers", cut)


def _is_text(key):
    try:
        return key is None or key.decode() is not None
    except UnicodeDecodeError:
        return False
