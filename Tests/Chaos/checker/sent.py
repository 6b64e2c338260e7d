"""What the load's producers had acknowledged: it is in Kafka as it was sent, and came out as they expected."""

import json

from .log import CONTEXTS, INPUTS


def load_sent(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _bytes(text):
    """Bytes that are no UTF-8 are written as surrogates, as `errors="surrogateescape"` has it."""
    return None if text is None else text.encode("utf-8", "surrogateescape")


def check_sent(log, sent, outcomes, report):
    """`outcomes` tells what has become of a record: (context, topic, partition, offset) → "effect", "refused" or
    "ignored"."""
    for item in sent:
        place = item["topic"], item["partition"], item["offset"]
        where = "{}-{}-{}".format(*place)
        report.count("acknowledged records found as they were sent")
        record = log.find(*place)
        if record is None:
            report.differ("lost", where, f"an acknowledged record: {item.get('value')}", "none")
            continue
        expected = _bytes(item.get("key")), _bytes(item.get("value"))
        if (record.key, record.value) != expected:
            report.differ("sent", where, expected, (record.key, record.value))
        if "type" in item and item["type"] is not None and record.header("type") != item["type"]:
            report.differ("sent", where, f"the header type {item['type']}", record.header("type"))
        wanted = item.get("expect", "any")
        if wanted == "any":
            continue
        for context in CONTEXTS:
            if place[0] in INPUTS[context]:
                report.count(f"acknowledged records that were to be: {wanted}")
                found = outcomes.get((context, *place), "nothing known")
                if found != wanted:
                    report.differ("outcome", f"{context}: {where}", wanted, f"{found}: {record.value!r}")
