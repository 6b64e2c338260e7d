"""What came of replays that were asked for through a gateway: an event to whoever asked, and a row by which somebody who comes
twice is told the same and has nothing handled twice."""

from .positions import DUE, TABLE
from .topics import CONTEXTS
from .values import Refusal, decode

PREFIX = f"{TABLE}/{DUE}/replayed/".encode()
# So many rows a shard are kept; then the older half of them goes.
LIMIT = 1000
SAID = ("partition", "offset", "outcome", "kind", "reason")


def is_answer(record):
    return record.key.startswith(PREFIX)


def check_answers(log, report):
    for context in CONTEXTS:
        for partition in range(log.partitions):
            _check_shard(log, context, partition, report)


def _check_shard(log, context, partition, report):
    said = {}
    for record in log.records[f"{context}.events"][partition]:
        if record.is_from_daemon and record.header("type") == "Replayed" and (command := record.header("command")):
            value = decode(record)
            said.setdefault(f"{command}/{value.get('offset')}", []).append({name: value.get(name) for name in SAID})
    kept, rows = {}, {}
    for record in log.records[f"{context}.changelog"][partition]:
        if not is_answer(record):
            continue
        asked = record.key.removeprefix(PREFIX).decode("utf-8", "replace")
        if record.value is None:
            if rows.pop(asked, None) is None:
                report.differ("answer", record.source, "a row to be deleted", asked)
            continue
        report.count(f"answers of {context} to replays, kept as rows")
        if asked in kept:
            report.differ("twice", record.source, f"one answer to {asked}", "another row")
        try:
            value = decode(record)
        except Refusal as refusal:
            report.differ("answer", record.source, "a row", str(refusal))
            continue
        kept[asked] = rows[asked] = {name: value.get(name) for name in SAID}
        if len(rows) > LIMIT + 1:
            report.differ("answer", record.source, f"at most {LIMIT} rows", len(rows))
    for asked, answers in said.items():
        if any(answer != kept.get(asked) for answer in answers):
            report.differ("answer", f"{context}.events-{partition}", f"{kept.get(asked)} for {asked}", answers)
    for asked in kept.keys() - said.keys():
        report.differ("answer", f"{context}.changelog-{partition}", f"an event for {asked}", "none")
