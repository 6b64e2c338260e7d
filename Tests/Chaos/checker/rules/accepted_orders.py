"""The orders that a customer has accepted, by the day of UTC: a quarter hour that several of them touch is the first
one's whose list was read, and the days that they lie in are no references for methods of a market."""

from datetime import date
from itertools import islice

from ..values import Refusal, from_iso, to_iso
from .quarters import PER_DAY, QUARTER, WEEK, Order, day_name

# Stretches of other orders that a check has, and earlier checks that are looked at.
# Quarter hours that another order may be older and be asked for behind.
BACKDATING = 14 * PER_DAY
STRETCHES, EARLIER = 32, 10_000


def quarters_of(times):
    """Those that something with a start and an end touches."""
    starts, ends = from_iso(times["startsAt"]), from_iso(times["endsAt"])
    return range(starts // QUARTER, -(-ends // QUARTER) if ends > starts else starts // QUARTER)


def prefix_of(user):
    return f"/{user}/"


def day_of(key):
    """The number of the day that a key of `waiting` is about; None for other keys."""
    if not key.startswith("/") or key.startswith("//") or "/" not in key[1:]:
        return None
    return key.rpartition("/")[2]


def claim(step, user, mine, oldest):
    """What of an order is others', and the rows that note what is its own. Checks of earlier versions count that ended
    since the quarter hour `oldest`."""
    note_earlier(step, user, (oldest - BACKDATING) * QUARTER)
    found, rows = claimed(step, user, mine)
    if len(found) > STRETCHES:
        raise Refusal("refused", "too many stretches")
    return found, rows


def claimed(step, user, mine):
    found, rows = [], {}
    for quarter in quarters_of(mine):
        key = f"waiting/{prefix_of(user)}{day_name(quarter // PER_DAY)}"
        orders = (step.get(key) or {"orders": []})["orders"]
        owner = next((order["drId"] for order in orders if quarter in quarters_of(order)), mine["drId"])
        if owner == mine["drId"]:
            if all(order["drId"] != owner for order in orders):
                rows[key] = {"orders": [*orders, mine]}
        elif found and found[-1]["drId"] == owner and from_iso(found[-1]["endsAt"]) == quarter * QUARTER:
            found[-1]["endsAt"] = to_iso((quarter + 1) * QUARTER)
        else:
            found.append(
                {"drId": owner, "startsAt": to_iso(quarter * QUARTER), "endsAt": to_iso((quarter + 1) * QUARTER)})
    return found, rows


def note_earlier(step, user, oldest):
    """A version that noted no orders may have done checks."""
    if any(step.scan("waiting", prefix_of(user))):
        return
    earlier = []
    for key in islice(step.scan("checks", f"{user}/"), EARLIER):
        check = step.get(f"checks/{key}")
        if from_iso(check["endsAt"]) < oldest:
            continue
        try:
            Order(from_iso(check["startsAt"]), from_iso(check["endsAt"]))
        except Refusal:
            continue
        earlier.append({"drId": key.partition("/")[2], "startsAt": check["startsAt"], "endsAt": check["endsAt"]})
    for order in earlier:
        for key, row in claimed(step, user, order)[1].items():
            step.put(key, row)


def others(step, user, name, oldest, order):
    """The customer's other orders, of the days from the quarter hour `oldest` up to the order's start."""
    prefix = prefix_of(user)
    first, last = (prefix + day_name(quarter // PER_DAY) for quarter in (oldest, order.first))
    found = []
    for key in step.scan("waiting", prefix):
        if first <= key <= last:
            found += [one for one in step.get(f"waiting/{key}")["orders"] if one["drId"] != name]
    return found


def days_of(orders, offset):
    """The days that orders touch, by a clock that is so many quarter hours ahead of UTC."""
    return {(quarter + offset) // PER_DAY for order in orders for quarter in quarters_of(order)}


def end_of(day, days_kept):
    """When nothing can touch a day any more, or look back to it: the end of an order that begins with its last quarter
    hour, and the days that a check goes back, in ms."""
    number = (date.fromisoformat(day) - date(1970, 1, 1)).days
    return ((number + 1 + days_kept) * PER_DAY + WEEK) * QUARTER


def first_of_day(order, others, offset):
    """The day's first order, whose adjustment holds for those behind it; None where that is the order itself."""
    today = (order.first + offset) // PER_DAY
    earlier = [
        other
        for other in others
        if (quarters := quarters_of(other)).start < order.first
        and quarters.stop <= order.end
        and (quarters.start + offset) // PER_DAY == today
    ]
    return min(earlier, key=lambda other: (quarters_of(other).start, quarters_of(other).stop), default=None)
