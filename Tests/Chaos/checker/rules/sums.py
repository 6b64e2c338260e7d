"""What a resource's customers come to in an order: each partition adds up its own customers' last checks, and sends that
to the resource's home partition, which says what all partitions come to. Both do so by a timer, once a period at most."""

from ..values import LATEST, Refusal, from_iso, integer, order_id, resource_id, time, to_iso

NAMES = ("accepted", "checked", "counted", "baselineWh", "usedWh", "reducedWh", "positiveWh", "points")
# What messages hold, partitions, and versions.
MOST, PARTITIONS, VERSION = 2**53 - 1, (0, 2**31 - 1), (1, 10**12)
# So much overdue, a timer is gone.
GONE = 3_600_000


def of_check(check):
    """What of a customer's check is in the sum."""
    found = dict.fromkeys(NAMES, 0)
    state = None if check is None else check.get("inSum")
    if state is None:
        return found
    found["accepted"] = 1
    if state != "accepted":
        found |= {"checked": 1, "points": check["adjustPoint"]}
    if state == "counted":
        found |= {name: check[name] for name in ("baselineWh", "usedWh", "reducedWh")}
        found |= {"counted": 1, "positiveWh": max(0, check["reducedWh"])}
    return found


def added(some, others, sign=1):
    """Around the ends of 64 bits."""
    return {name: (some[name] + sign * others[name] + 2**63) % 2**64 - 2**63 for name in NAMES}


def said(row):
    return {name: min(max(row[name], -MOST), MOST) for name in NAMES}


def change(rules, step, identity, before, after):
    """A customer's check is another one than before."""
    if "resource" not in after:
        return
    difference = added(of_check(after), of_check(before), -1)
    if not any(difference.values()):
        return
    name = f"{identity.partition('/')[2]}/{after['resource']}"
    with step.within(after):
        add(rules, step, difference, from_iso(after["deadline"]), f"waiting///sum/{name}", "sum", name)


def add(rules, step, difference, deadline, key, timer, name):
    row = step.get(key) or {**dict.fromkeys(NAMES, 0), "version": 0, "deadline": to_iso(deadline)}
    now = step.time if step.timer is not None else step.record.time
    due = from_iso(row["due"]) if "due" in row else None
    is_timed = "isChanged" in row and due is not None and now <= due + GONE
    row = row | added(row, difference) | {"isChanged": True}
    row["deadline"] = to_iso(max(from_iso(row["deadline"]), deadline))
    if not is_timed:
        wanted = (now if due is None else max(now, due)) + rules.settings.sums_period_ms
        row["due"] = to_iso(step.set_timer(timer, name, min(wanted, LATEST)))
    step.put(key, row)


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
    }


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
    figures = {field: sent[field] for field in NAMES}
    step.put(key, {**figures, "version": sent["version"], "deadline": to_iso(sent["deadline"])})
    difference = added(figures, before, -1)
    add(rules, step, difference, sent["deadline"], f"waiting///total/{name}", "total", name)


def say(step, identity):
    row = next_of(step, f"waiting///total/{identity}")
    if row is None:
        return
    order, _, resource = identity.partition("/")
    step.say(
        "kepco.events", "ResourceReduction", resource,
        {"drId": order, "resource": resource, "version": row["version"], **said(row)})
