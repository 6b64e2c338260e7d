"""What the load's producers had acknowledged: it is in Kafka as it was sent, and came out as they expected."""

import hashlib
import json

from .topics import CONTEXTS, INPUTS
from .origins import looks
from .partitioner import home
from .positions import final_mark
from .report import short


def load_sent(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _bytes(text):
    """Bytes that are no UTF-8 are written as surrogates, as `errors="surrogateescape"` has it."""
    return None if text is None else text.encode("utf-8", "surrogateescape")


def find_places(log, sent, report):
    """A client may learn only from a later answer that a record has arrived, and not where: such a record is looked for by
    what it says. The first one is it that nobody else has sent, as a producer's records keep their order."""
    taken = {_place(item) for item in sent}
    for item in sent:
        if item["offset"] is not None:
            continue
        report.count("acknowledged records whose place was looked for")
        for record in log.records[item["topic"]][item["partition"]]:
            place = record.topic, record.partition, record.offset
            if place in taken or _said(record, item) != _meant(item):
                continue
            if record.origin == "outside" and not (log.is_upgraded and _is_at_home(log, item) and _is_copy(log, record)):
                taken.add(place)
                item["offset"] = record.offset
                break
    return {_place(item) for item in sent if item["offset"] is not None}


def _is_at_home(log, item):
    """Whether it was sent to where it belongs. Nothing is forwarded to anywhere else."""
    return item.get("home") is None or home(item["home"], log.partitions) == item["partition"]


def _is_copy(log, record):
    """Whether it may be what a daemon of a released version has forwarded from another partition."""
    elsewhere = (one for one in log.all(record.topic) if one.partition != record.partition)
    return any(one.value == record.value and looks(one) == looks(record) for one in elsewhere)


def _place(item):
    return item["topic"], item["partition"], item["offset"]


def digest_of(key, value):
    """Of records that are too large for a journal."""
    parts = (b"none" if part is None else b"%d:%s" % (len(part), part) for part in (key, value))
    return hashlib.sha256(b" ".join(parts)).hexdigest()


def _meant(item):
    return item.get("digest") or (_bytes(item.get("key")), _bytes(item.get("value")), item.get("type"))


def _said(record, item):
    """The header counts only where one was sent."""
    if "digest" in item:
        return digest_of(record.key, record.value)
    return record.key, record.value, record.header("type") if item.get("type") is not None else None


def check_sent(log, sent, outcomes, report):
    """`sent` has been through `find_places`. `outcomes` tells what has become of a record: (context, topic, partition,
    offset) → "effect", "refused" or "ignored"."""
    marks = {}
    for item in sent:
        place = _place(item)
        where = "{}-{}-{}".format(*place)
        report.count("acknowledged records found as they were sent")
        record = None if item["offset"] is None else log.find(*place)
        if record is None:
            report.differ("lost", where, f"an acknowledged record: {item.get('value')}", "none")
            continue
        if _said(record, item) != _meant(item):
            report.differ("sent", where, _meant(item), _said(record, item))
        wanted = _wanted(log, item, marks)
        if wanted == "any":
            continue
        for context in CONTEXTS:
            if place[0] in INPUTS[context]:
                report.count(f"acknowledged records that were to be: {wanted}")
                found = outcomes.get((context, *place), "nothing known")
                if found != wanted:
                    report.differ("outcome", f"{context}: {where}", wanted, f"{found}: {short(record.value)}")


def _wanted(log, item, marks):
    """What a topic does not list, and what is too large, is refused, but for commands below their mark."""
    wanted = item.get("expect", "any")
    if wanted != "refused-above-mark":
        return wanted
    context, _, kind = item["topic"].partition(".")
    place = context, item["partition"]
    if place not in marks:
        marks[place] = final_mark(log, *place)
    mark = marks[place]
    return "any" if kind == "commands" and (mark is None or item["offset"] < mark) else "refused"
