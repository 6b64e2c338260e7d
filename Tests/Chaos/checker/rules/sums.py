"""What a resource's customers come to in an order: each partition adds up its own customers' last checks, and sends that
to the resource's home partition, which says what all partitions come to. Both do so by a timer, once a period at most."""

from . import own, settlements
from ..values import (
    LATEST,
    Refusal,
    field,
    from_iso,
    integer,
    malformed,
    optional_time,
    order_id,
    resource_id,
    time,
    to_iso,
    whole,
)

NAMES = ("accepted", "checked", "counted", "baselineWh", "usedWh", "reducedWh", "positiveWh", "points")
# Of those whose points the resource shares, and how often that has changed; where it is not 0.
SHARED = ("sharedWh", "sharedPositiveWh", "shareChanges")
# The load by the quarter hour, of the first ones of an order.
TRIPLE, QUARTERS = ("quarterCustomers", "quarterBaselineMilliWh", "quarterUsedMilliWh"), 96
# What messages hold, partitions, and versions.
MOST, PARTITIONS, VERSION = 2**53 - 1, (0, 2**31 - 1), (1, 10**12)
# So much overdue, a timer is gone.
GONE = 3_600_000
QUARTER, WEEK = 900_000, 7 * 86_400_000


def of_check(check):
    """What of a customer's check is in the sum."""
    found = dict.fromkeys(NAMES, 0)
    state = None if check is None else check.get("inSum")
    if state is None:
        return found
    found["accepted"] = 1
    found |= own.of(check)
    if state != "accepted":
        found |= {"checked": 1, "points": check["adjustPoint"]}
    if state == "counted":
        found |= {name: check[name] for name in ("baselineWh", "usedWh", "reducedWh")}
        found |= {"counted": 1, "positiveWh": max(0, check["reducedWh"])}
        if "pointsBy" in check:
            found |= {"sharedWh": found["reducedWh"], "sharedPositiveWh": found["positiveWh"]}
    return found


def around(value):
    """The ends of 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def added(some, others, sign=1):
    def combine(one, other):
        return around(one + sign * other)

    shared = {name: combine(some.get(name, 0), others.get(name, 0)) for name in SHARED}
    # Of which order it is, is no difference.
    is_same = sign < 0 and own.of(some) == own.of(others)
    mine = {} if is_same else own.combined(some, others, combine)
    return {name: combine(some[name], others[name]) for name in NAMES} | there(shared) | combined(some, others, combine) | mine


def there(figures):
    return {name: value for name, value in figures.items() if value}


def trimmed(starts_at, triples):
    while triples and not any(triples[-1]):
        triples = triples[:-1]
    if not triples:
        return {}
    return {"startsAt": starts_at, **{name: [one[place] for one in triples] for place, name in enumerate(TRIPLE)}}


def combined(one, other, combine):
    """By the places of the quarter hours."""
    def figures(some, place):
        return [some[name][place] if place < len(some.get(name, ())) else 0 for name in TRIPLE]

    count = max(len(some.get(name, ())) for some in (one, other) for name in TRIPLE)
    triples = [tuple(map(combine, figures(one, place), figures(other, place))) for place in range(count)]
    return trimmed(one.get("startsAt", other.get("startsAt")), triples)


def without_load(row):
    return {name: value for name, value in row.items() if name not in ("startsAt", *SHARED, *TRIPLE, *own.NAMES)}


def clamped(value):
    return min(max(value, -MOST), MOST)


def said(row):
    def clamp(value, _):
        return clamped(value)

    shared = {name: clamped(row[name]) for name in SHARED if name in row}
    return {name: clamped(row[name]) for name in NAMES} | shared | combined(row, {}, clamp) | own.combined(row, {}, clamp)


def change(rules, step, identity, before, after, load=None):
    """A customer's check is another one than before."""
    if "resource" not in after:
        return
    difference = added(of_check(after), of_check(before), -1) | (load or {})
    if "sharedWh" in difference:
        difference["shareChanges"] = 1
    name = f"{identity.partition('/')[2]}/{after['resource']}"
    change_by(rules, step, difference, name, from_iso(after["deadline"]), after)


def change_by(rules, step, difference, name, deadline, row):
    if any(difference[figure] for figure in NAMES) or "startsAt" in difference or "ownStartsAt" in difference:
        with step.within(row):
            add(rules, step, difference, deadline, f"waiting///sum/{name}", "sum", name)


def add(rules, step, difference, deadline, key, timer, name):
    row = step.get(key) or {**dict.fromkeys(NAMES, 0), "version": 0, "deadline": to_iso(deadline)}
    now = step.time if step.timer is not None else step.record.time
    due = from_iso(row["due"]) if "due" in row else None
    is_timed = "isChanged" in row and due is not None and now <= due + GONE
    row = without_load(row) | added(row, difference) | {"isChanged": True}
    row["deadline"] = to_iso(max(from_iso(row["deadline"]), deadline))
    if not is_timed:
        wanted = (now if due is None else max(now, due)) + rules.settings.sums_period_ms
        row["due"] = to_iso(step.set_timer(timer, name, wanted))
    step.put(key, row)
    return row


def next_of(step, key):
    """A sum that is to be sent, as it is when it has been; None where it has been already."""
    row = step.get(key)
    if row is None or "isChanged" not in row:
        return None
    row = {name: value for name, value in row.items() if name != "isChanged"}
    row["version"] += 1
    step.put(key, row)
    return row


def send(step, identity):
    row = next_of(step, f"waiting///sum/{identity}")
    if row is None:
        return
    order, _, resource = identity.partition("/")
    place = {"drId": order, "resource": resource, "partition": step.partition}
    fields = {**place, "version": row["version"], "deadline": row["deadline"], **said(row)}
    step.say("kepco.internal", "SumResource", resource, fields)


def read(fields):
    return {
        "drId": order_id(fields, "drId"),
        "resource": resource_id(fields, "resource"),
        "partition": integer(fields, "partition", PARTITIONS),
        "version": integer(fields, "version", VERSION),
        "deadline": time(fields, "deadline"),
        **{name: integer(fields, name, (-MOST, MOST)) for name in NAMES},
        **there({name: integer(fields, name, (-MOST, MOST)) for name in SHARED if field(fields, name) is not None}),
        **read_load(fields),
        **own.read(fields),
    }


def read_load(fields):
    if field(fields, "startsAt") is None:
        return {}
    return combined({"startsAt": to_iso(time(fields, "startsAt"))} | {name: listed(fields, name) for name in TRIPLE}, {}, lambda value, _: value)


def listed(fields, name):
    values = [] if field(fields, name) is None else field(fields, name)
    if type(values) is not list or len(values) > QUARTERS:
        raise malformed(f"{name} is no list of at most {QUARTERS}")
    found = [whole(value) for value in values]
    if any(value is None or abs(value) > MOST for value in found):
        raise malformed(f"{name} has what is no whole number")
    return found


def take(rules, step, sent):
    """The home has of each partition what that has sent last."""
    if sent["partition"] >= step.partitions:
        raise Refusal("refused", "no such partition")
    rules.sweep.check_age(step, sent["deadline"])
    name = f"{sent['drId']}/{sent['resource']}"
    key = f"waiting///total/{name}/{sent['partition']}"
    before = step.get(key) or {**dict.fromkeys(NAMES, 0), "version": 0}
    if sent["version"] <= before["version"]:
        step.is_final = True
        return
    figures = {name: value for name, value in sent.items() if name in (*NAMES, *SHARED, *TRIPLE, "startsAt", *own.NAMES)}
    step.put(key, {**figures, "version": sent["version"], "deadline": to_iso(sent["deadline"])})
    difference = added(figures, before, -1)
    total = add(rules, step, difference, sent["deadline"], f"waiting///total/{name}", "total", name)
    own.note(rules, step, sent["drId"], sent["resource"], sent, say_again)
    settlements.plan(rules, step, name, total)


def say_again(rules, step, name, deadline):
    """Something else than the sum has changed."""
    return add(rules, step, dict.fromkeys(NAMES, 0), deadline, f"waiting///total/{name}", "total", name)


def say(rules, step, identity):
    order, _, resource = identity.partition("/")
    row = step.get(f"waiting///total/{identity}")
    if row is None or "isChanged" not in row:
        return
    figures = own.figures(rules, step, order, resource, row | own.combined(row, {}, lambda value, _: clamped(value)))
    if figures is None:
        due = step.set_timer("total", identity, step.time + rules.settings.sums_period_ms)
        step.put(f"waiting///total/{identity}", row | {"due": to_iso(due)})
        return
    row = next_of(step, f"waiting///total/{identity}")
    if row is None:
        return
    figures = {name: value for name, value in said(row).items() if name not in own.NAMES} | figures
    fields = {"drId": order, "resource": resource, "version": row["version"], **figures}
    if "quantity" in row:
        fields["quantity"] = row["quantity"]
        if TRIPLE[1] in fields:
            fields["quarterTargetMilliWh"] = [
                max(baseline - ordered(row, place), -MOST) for place, baseline in enumerate(fields[TRIPLE[1]])]  # fmt: skip
    if row.get("shareChanges", 0) > 0:
        fields |= settlements.finished(step, identity)
    step.say("kepco.events", "ResourceReduction", resource, fields)


# What is ordered of a resource: dr says it with the order, and its home is told.


def tell(step, order, changes, check):
    if not order["parts"]:
        step.is_final = True
        return
    check(order)
    times = {"orderStartsAt": to_iso(order["startsAt"])}
    if order["endsAt"] is not None:
        times["orderEndsAt"] = to_iso(order["endsAt"])
    for resource, quantity in zip(order["targets"]["resources"], order["parts"]):
        fields = {"drId": order["id"], "resource": resource, "quantity": quantity, "changes": changes, **times}
        step.say("kepco.internal", "TargetResource", resource, fields)


def read_target(fields):
    end = optional_time(fields, "orderEndsAt")
    return {
        "drId": order_id(fields, "drId"),
        "resource": resource_id(fields, "resource"),
        "quantity": integer(fields, "quantity", (0, 10**12)),
        "changes": integer(fields, "changes", (0, 10**12)),
        "orderStartsAt": to_iso(time(fields, "orderStartsAt")),
        **({} if end is None else {"orderEndsAt": to_iso(end)}),
    }


PART = ("quantity", "changes", "orderStartsAt", "orderEndsAt")


def take_target(rules, step, told):
    """Of two the one with more changes holds. As long as nobody has accepted there is nothing to say."""
    end = from_iso(told["orderEndsAt"]) if "orderEndsAt" in told else from_iso(told["orderStartsAt"]) + WEEK
    deadline = min(end + rules.settings.readings_deadline_ms, LATEST)
    rules.sweep.check_age(step, deadline)
    name = f"{told['drId']}/{told['resource']}"
    key = f"waiting///total/{name}"
    row = step.get(key) or {**dict.fromkeys(NAMES, 0), "version": 0, "deadline": to_iso(deadline)}
    if told["changes"] <= row.get("changes", -1):
        step.is_final = True
        return
    row = {one: value for one, value in row.items() if one not in PART} | {one: told[one] for one in PART if one in told}
    step.put(key, row)
    if row["version"] > 0 or "isChanged" in row:
        add(rules, step, dict.fromkeys(NAMES, 0), deadline, key, "total", name)


def ordered(row, place):
    """Of a quarter hour, in thousandths of a Wh."""
    starts = from_iso(row["orderStartsAt"])
    first = (starts // QUARTER + place) * QUARTER
    end = min(first + QUARTER, from_iso(row["orderEndsAt"])) if "orderEndsAt" in row else first + QUARTER
    return max(0, end - max(first, starts)) * row["quantity"] // 3600
