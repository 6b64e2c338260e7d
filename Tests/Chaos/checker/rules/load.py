"""The load of a resource by the quarter hour while an order runs: what of each customer who has accepted is in it, as
his check would have it now, until that takes its place."""

from ..values import LATEST, from_iso, to_iso
from . import sums
from .quarters import QUARTER, Order

# Of a customer.
ORDERS = 2


def key_of(user):
    return f"waiting///live/{user}"


def orders_of(step, user):
    return list((step.get(key_of(user)) or {"live": []})["live"])


def put(step, user, orders):
    step.put(key_of(user), {"live": orders} if orders else None)


def accept(rules, step, chosen):
    """Who accepts is followed, if his order has a planned end, and has not been checked; also from when on it has one."""
    user, name = chosen["userId"], chosen["drId"]
    if step.get(f"checks/{user}/{name}") is not None:
        return
    if not chosen["resource"] or chosen["endsAt"] is None or chosen["endsAt"] <= chosen["startsAt"]:
        step.is_final = True
        return
    orders = orders_of(step, user)
    if len(orders) == ORDERS or any(one["drId"] == name for one in orders):
        return
    mine = step.with_trace({
        "drId": name, **chosen["resource"], "orderStartsAt": to_iso(chosen["startsAt"]), "endsAt": to_iso(chosen["endsAt"]),
        **chosen["kind"]})  # fmt: skip
    follow(rules, step, user, [*orders, mine], len(orders))


def change(rules, step, changed):
    user, orders = changed["userId"], orders_of(step, changed["userId"])
    if all(one["drId"] != changed["drId"] for one in orders) and changed["answer"] == "accept" and changed["kind"]:
        accept(rules, step, changed)
        return
    for place, one in enumerate(orders):
        if one["drId"] == changed["drId"] and changed["endsAt"] is not None:
            orders[place] = one | {"endsAt": to_iso(changed["endsAt"])}
            follow(rules, step, user, orders, place)


def read(rules, step, user, first, end):
    """Readings of these quarter hours are new."""
    for place, one in enumerate(orders_of(step, user)):
        starts, ends = from_iso(one["orderStartsAt"]) // QUARTER, -(-from_iso(one["endsAt"]) // QUARTER)
        if from_iso(one["orderStartsAt"]) < from_iso(one["endsAt"]) and starts < end and first < ends:
            follow(rules, step, user, orders_of(step, user), place)


def follow(rules, step, user, orders, place):
    before = orders[place]
    found = quarters_of(rules, step, user, before)
    orders[place] = sums.without_load(before) | found
    put(step, user, orders)
    tell(rules, step, before, found)


def leave(rules, step, told):
    """Whether it was followed."""
    one = take(step, told["userId"], told["drId"])
    if one is not None:
        tell(rules, step, one, {})
    return one is not None


def take(step, user, name):
    """The order is followed no more."""
    orders = orders_of(step, user)
    mine = [one for one in orders if one["drId"] == name]
    if not mine:
        return None
    put(step, user, [one for one in orders if one is not mine[0]])
    return mine[0]


def tell(rules, step, one, found):
    difference = sums.of_check(None) | less(found, one)
    deadline = min(from_iso(one["endsAt"]) + rules.settings.readings_deadline_ms, LATEST)
    sums.change_by(rules, step, difference, f"{one['drId']}/{one['resource']}", deadline, one)


def quarters_of(rules, step, user, one):
    """As a check would have it, of what has come."""
    starts, ends = from_iso(one["orderStartsAt"]), from_iso(one["endsAt"])
    if -(-ends // QUARTER) - starts // QUARTER > sums.QUARTERS:
        return {}
    order = Order(starts, ends)
    found = rules.figures(step, f"{user}/{one['drId']}", one | {"startsAt": one["orderStartsAt"]}, order)
    return {} if found is None else of_figures(found, one["orderStartsAt"])


def of_figures(figures, starts_at, taken=frozenset()):
    """The quarter hours with a reading and a baseline."""
    pairs = zip(figures["quarterBaselineMilliWh"], figures["quarterUsedMilliWh"])
    triples = [(0, 0, 0) if place in taken or None in pair else (1, *pair) for place, pair in enumerate(pairs)]
    return sums.trimmed(starts_at, triples[: sums.QUARTERS])


def replaced(rules, step, user, name, check, found):
    """A first check takes the place of what was followed; how the load of its resource changes."""
    one = take(step, user, name)
    if one is None:
        return found
    if one["resource"] == check.get("resource"):
        return less(found, one)
    tell(rules, step, one, {})
    return found


def less(one, other):
    return sums.combined(one, other, lambda a, b: sums.around(a - b))
