"""What holds of every context, whatever its rules: ids, dead letters, offsets, transactions."""

from .log import CONTEXTS, INPUTS, parse_source

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
    for kind in ("events", "commands"):
        topic = f"{context}.{kind}"
        last = {}
        for record in log.all(topic):
            identity = record.header("id")
            if not record.is_from_daemon:
                if kind == "events":
                    # Somebody else may write to another's events; a daemon never does without an id.
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
            effects.messages.setdefault(source, []).append((int(number), record))
            _check_order(record, parse_source(source), last, report)
    for source, messages in effects.messages.items():
        messages.sort(key=lambda item: item[0])
        numbers = [number for number, _ in messages]
        if numbers != list(range(len(numbers))):
            report.differ("lost", f"{context}: {source}", f"messages numbered 0 to {max(numbers)}", f"only {numbers}")
    _collect_letters(log, effects, report)
    return effects


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
        if len(others) > 1:
            report.differ("twice", letter.source, f"one dead letter of {source}", f"it also at {others[0].source}")
            continue
        if source in effects.messages:
            report.differ(
                "twice",
                letter.source,
                f"either messages or a dead letter of {source}",
                f"also {effects.messages[source][0][1].source}",
            )
        _compare_letter(letter, record, report)


def _compare_letter(letter, record, report):
    if letter.header("deadletter.kind") not in KINDS or not letter.header("deadletter.reason"):
        report.differ("dead letter", letter.source, "a kind and a reason", letter.headers)
    if letter.partition != record.partition:
        report.differ("dead letter", letter.source, f"it in partition {record.partition}", letter.partition)
    if letter.header("deadletter.cut") is not None:
        same = record.value.startswith(letter.value or b"") and (record.key or b"").startswith(letter.key or b"")
    else:
        same = letter.value == record.value and (
            letter.key == record.key or letter.key is None and not _is_text(record.key)
        )
    if not same:
        report.differ("dead letter", letter.source, (record.key, record.value), (letter.key, letter.value))
    own, others = _own_headers(letter), _own_headers(record)
    # An answer that has waited keeps its type where that was needed, and its trace.
    if own != others and not {name for name, _ in own} <= {"type", "traceparent"}:
        report.differ("dead letter", letter.source, f"the headers {others}", own)
    time = letter.header("deadletter.time")
    if time is not None and time != str(record.time):
        report.differ("dead letter", letter.source, f"deadletter.time {record.time}", time)


def _own_headers(record):
    return [header for header in record.headers if not header[0].startswith("deadletter.")]


def _is_text(key):
    try:
        return key is None or key.decode() is not None
    except UnicodeDecodeError:
        return False
