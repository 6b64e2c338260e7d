"""Which markets a partition keeps: the newest, and of older ones those by which orders are checked that are kept."""

from ..values import LATEST
from .sweep import DAY, UNREAD

# The newest, and of older ones the most.
NEWEST, OLDER = 50, 200
ROW = "waiting///markets"


def key_of(version):
    return f"waiting///market/{version:013d}"


def kept(step):
    """The newest versions, and up to which day which ones are needed."""
    row = step.get(ROW) or {"versions": []}
    return row["versions"], dict(zip(row.get("needed", ()), row.get("neededUntil", ())))


def has(step, version):
    return any(version in some for some in kept(step))


def put(step, versions, needed):
    days = {"needed": sorted(needed), "neededUntil": [needed[version] for version in sorted(needed)]}
    step.put(ROW, {"versions": versions, **(days if needed else {})})


def need(step, version, deadline, retention, corrections_days):
    """What has this deadline, and goes by the version, is kept until then, or a night longer."""
    day = min(deadline + max(retention, corrections_days * DAY + UNREAD) + DAY, LATEST) // DAY
    versions, needed = kept(step)
    if has(step, version) and day > needed.get(version, -1):
        put(step, versions, needed | {version: day})


def add(step, version, time):
    """The rows that go for it; None where it is too old itself."""
    versions, needed = kept(step)
    before = {*versions, *needed}
    newest = sorted({*versions, version})[-NEWEST:]
    if version not in newest:
        return None
    needed = {one: day for one, day in needed.items() if one in newest or day >= time // DAY}
    older = sorted(one for one in needed if one not in newest)
    for one in older[:-OLDER]:
        del needed[one]
    put(step, newest, needed)
    return [key_of(one) for one in sorted(before) if one not in newest and one not in needed]
