"""What becomes of an order behind its start, as response's rows have it: of its changes the one with the highest version
holds, and an end or a cancellation against all of them. States that a released version does not know are written as
others, with the cursor in a field of its own."""

from ..values import LATEST, from_iso, to_iso

# Of a change, by what the announcement calls it.
CHANGED_TARGETS = {
    "resources": "changedResources", "resourceMethods": "changedMethods", "unassigned": "changedUnassigned"}  # fmt: skip
LATER = {"changing": "open", "closing": "saving", "cancelling": "open"}
FIELDS = (
    "version", "changedEnd", "changedResources", "changedMethods", "changedUnassigned", "heardAt", "endedAt", "passed",
    "cancelledAt", "cancelReason",
)


def is_cancelled(row):
    return row is not None and "cancelledAt" in row


def is_ended(row):
    """Not where the end stands in for what a released version does not know."""
    if row is None or "endedAt" not in row:
        return False
    return bool(row["passed"]) or not ("version" in row or "cancelledAt" in row)


def is_final(row):
    return is_cancelled(row) or is_ended(row)


def with_course(row, course):
    """An order's row with this course."""
    row = {name: value for name, value in row.items() if name not in FIELDS} | course
    row.pop("heardAt", None)
    if not is_final(row):
        row.pop("endedAt", None)
        row.pop("passed", None)
    return row


def course_of(row):
    """As a row of its own, for an order that is not known; it always has an end."""
    course = {name: row[name] for name in FIELDS if name in row}
    if is_ended(course) or not course:
        return course
    end = course.get("cancelledAt", course.get("changedEnd", to_iso(LATEST)))
    return course | {"endedAt": end, "passed": []}


def changed(row, version, end, targets):
    """The row with a newer change, None where there is none to make."""
    if is_final(row) or version <= row.get("version", 0):
        return None
    row = {name: value for name, value in row.items() if name not in ("changedEnd", *CHANGED_TARGETS.values())}
    row |= {} if end is None else {"changedEnd": to_iso(end)}
    return row | {"version": version} | {CHANGED_TARGETS[name]: value for name, value in targets.items()}


def targets_of(order):
    """Whom it asks; nothing where that is everybody."""
    names = CHANGED_TARGETS if asks_others(order) else {name: name for name in CHANGED_TARGETS}
    return {name: order[stored] for name, stored in names.items() if stored in order}


def asks_others(order):
    return "changedResources" in order


def cancelled(row, moment, reason):
    if is_final(row):
        return None
    return row | {"cancelledAt": to_iso(moment), "cancelReason": reason, "endedAt": to_iso(moment), "passed": []}


def state_of(order):
    for state in LATER:
        if state in order:
            return state, order[state]
    return "cancelled" if is_cancelled(order) else order["state"], order["cursor"]


def in_state(order, state, cursor=""):
    order = {name: value for name, value in order.items() if name not in LATER}
    if state in LATER:
        return order | {"state": LATER[state], "cursor": "", state: cursor}
    return order | {"state": "open" if state == "cancelled" else state, "cursor": cursor}


def planned_end(order):
    return order.get("changedEnd", order.get("plannedEnd"))


def last_moment(order):
    """Until when answers count, as far as it is known."""
    end = order["endedAt"] if is_ended(order) else planned_end(order)
    return None if end is None else from_iso(end)


def decides(order, moment):
    """Whether it is known if an answer of this moment counts."""
    end = planned_end(order)
    return end is None or is_final(order) or moment <= from_iso(end)
