"""When somebody was a customer, as response's rows have it: by registrations and leavings, in whatever order they are
read. Of two of one millisecond the one read last holds."""

from ..values import from_iso, to_iso

# Of registrations, and of leavings.
KEPT = 8


def times_of(row):
    """The registrations and the leavings, each by time."""
    registrations = row.get("registrations", [from_iso(row["registeredAt"])])
    leavings = row.get("leavings", [from_iso(row["leftAt"])] if "leftAt" in row else [])
    return registrations, leavings


def with_times(row, registrations, leavings):
    registrations, leavings = sorted(set(registrations))[-KEPT:], sorted(set(leavings))[-KEPT:]
    row = {name: row[name] for name in ("name", "capacity", "updatedAt", "resources", "resourcesSince") if name in row}
    ends = [moment for moment in leavings if moment < registrations[-1]]
    begins = min(moment for moment in registrations if not ends or moment > ends[-1])
    row["registeredAt"] = to_iso(begins)
    left = leavings[-1:] if leavings and leavings[-1] >= registrations[-1] else []
    if left:
        row["leftAt"] = to_iso(left[0])
    if registrations != [begins]:
        row["registrations"] = registrations
    if leavings != left:
        row["leavings"] = leavings
    return row


def registered(row, moment):
    registrations, leavings = times_of(row)
    return with_times(row, [*registrations, moment], [leaving for leaving in leavings if leaving != moment])


def left(row, moment):
    """He is a customer all the same if something newer is known of him."""
    registrations, leavings = times_of(row)
    row = with_times(row, registrations, [*leavings, moment])
    updated = from_iso(row["updatedAt"])
    return registered(row, updated) if row.get("leftAt") == to_iso(moment) and updated > moment else row


def is_customer(row, moment):
    """Whether what was announced then asks him."""
    registrations, leavings = times_of(row)
    begins = max((time for time in registrations if time <= moment), default=None)
    ends = left_by(row, moment)
    return begins is not None and (ends is None or ends < begins)


def left_by(row, moment):
    return max((time for time in times_of(row)[1] if time <= moment), default=None)
