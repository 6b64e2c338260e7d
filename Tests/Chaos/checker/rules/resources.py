"""Resources: which there are, whom an order asks by them, and which of them a customer belonged to at what time."""

import re
from datetime import date

from ..values import (
    Refusal,
    boolean,
    clean,
    field,
    from_iso,
    identifier,
    integer,
    malformed,
    optional_text,
    resource_id,
    resource_ids,
    text,
)
from .market import choices, date_of

QUANTITY, PRICE = (1, 10**12), (0, 10**9)
# Resources in all, and that one order asks.
MOST = 200
# What rows keep of a customer's resources.
KEPT = 8
CONTENTS = ("kind", "region", "method", "capacity", "price", "from")


# What is said of one


def read_contents(fields):
    said = {
        "kind": text(fields, "kind", 50),
        "region": optional_text(fields, "region", 50),
        "method": optional_text(fields, "method", 100),
        "capacity": integer(fields, "capacity", QUANTITY),
        "price": None if field(fields, "price") is None else integer(fields, "price", PRICE),
        "from": optional_text(fields, "from", 10),
    }
    if said["from"] is not None and not re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", said["from"], re.ASCII):
        raise malformed("from is no day")
    return {name: value for name, value in said.items() if value is not None}


def read_resource(fields):
    return {"id": clean(resource_id(fields, "id")), **read_contents(fields)}


def read_registered(fields):
    return {"id": resource_id(fields, "id"), **read_contents(fields), "version": integer(fields, "version", (1, 10**12))}


def checked(said, known, market, moment):
    """With the day from which it holds; a refusal where it cannot be so."""
    kinds = [kind for kind in market["kinds"] if kind["id"] == said["kind"]]
    if not kinds:
        raise Refusal("refused", "no such kind")
    if known is not None and (known["kind"], known.get("region")) != (said["kind"], said.get("region")):
        raise Refusal("conflict", "another kind or region")
    if "method" in said:
        if all(said["method"] not in choices(rules) for rules in kinds[0]["rules"]):
            raise Refusal("refused", "no such method")
    if "from" in said:
        try:
            date.fromisoformat(said["from"])
        except ValueError:
            raise Refusal("refused", "no such day") from None
        return said
    if known is not None and contents_of(known) == contents_of(said | {"from": known.get("from")}):
        return known
    return said | {"from": str(date_of(market, moment))}


def contents_of(resource):
    return {name: resource[name] for name in CONTENTS if resource.get(name) is not None}


def row_of(resource, version):
    return {"resource": resource["id"], **contents_of(resource), "version": version}


def resource_of(row):
    return {"id": row["resource"], **contents_of(row)}


# Whom an order asks


def read_wanted(fields):
    regions = field(fields, "regions")
    regions = [] if regions is None else regions
    is_list = type(regions) is list and len(regions) <= 20
    if not is_list or any(type(one) is not str or not 0 < len(one) <= 50 for one in regions):
        raise malformed("regions")
    return {
        "resources": resource_ids(fields, "resources", 100),
        "regions": sorted(set(regions), key=str.encode),
        "quantity": None if field(fields, "quantity") is None else integer(fields, "quantity", QUANTITY),
    }


def said_of(wanted):
    """As a message says it: nothing of what is not there."""
    return {name: wanted[name] for name in ("resources", "regions", "quantity") if wanted[name]}


def words_of(wanted):
    """What an order's id comes from, beside its name, type and times."""
    if not said_of(wanted):
        return []
    quantity = "" if wanted["quantity"] is None else str(wanted["quantity"])
    return [str(len(wanted["resources"])), *wanted["resources"], *wanted["regions"], quantity]


def targets_of(wanted, kind, rows, before=None):
    """What an order and its DRstarted say of whom it asks; `rows` are those of all resources that dr knows there. Of
    those that it asks already, `before`, the methods stay."""
    known = {row["resource"]: row for row in rows}
    of_kind = [name for name, row in known.items() if row["kind"] == kind]
    if not wanted["resources"] and not wanted["regions"]:
        if not known:
            return {}
        return with_methods({"resources": sorted(of_kind, key=str.encode), "unassigned": True}, known, before)
    found = set(wanted["resources"])
    if not found <= set(of_kind):
        raise Refusal("refused", "no such resource of the kind")
    for region in wanted["regions"]:
        inside = [name for name in of_kind if known[name].get("region") == region]
        if not inside:
            raise Refusal("refused", "no resource in the region")
        found.update(inside)
    return with_methods({"resources": sorted(found, key=str.encode)}, known, before)


def with_methods(targets, known, before):
    """By the places of the resources, an empty text for one that has none of its own."""
    before = before or {}

    def method(name):
        if name in before.get("resources", ()):
            return method_of(before, name)
        return known[name].get("method")

    methods = [method(name) or "" for name in targets["resources"]]
    return targets | ({"resourceMethods": methods} if any(methods) else {})


def method_of(order, resource):
    """Which a resource of an order had chosen by then; None where it had not."""
    if resource is None or resource not in order.get("resources", ()):
        return None
    methods = order.get("resourceMethods", ())
    place = order["resources"].index(resource)
    return methods[place] or None if place < len(methods) else None


def parts_of(order, rows):
    """What of an order's quantity each of its resources is to reduce, to the nearest Wh."""
    known = {row["resource"]: row["capacity"] for row in rows}
    names = order.get("resources", ())
    if "quantity" not in order or order.get("unassigned", False) or not names or any(name not in known for name in names):
        return {}
    total = sum(known[name] for name in names)
    return {"resourceQuantities": [(2 * order["quantity"] * known[name] + total) // (2 * total) for name in names]}


def read_targets(fields):
    """Of DRstarted and of MakeList; nothing where everybody is asked."""
    if field(fields, "resources") is None:
        return {}
    names = resource_ids(fields, "resources", MOST)
    methods = field(fields, "resourceMethods")
    methods = [] if methods is None else methods
    if type(methods) is not list or len(methods) > MOST or any(type(one) is not str or len(one) > 100 for one in methods):
        raise malformed("resourceMethods")
    chosen = {}
    for value, method in zip(field(fields, "resources"), methods):
        chosen.setdefault(resource_id({"resources": value}, "resources"), method)
    found = [chosen.get(name, "") for name in names]
    is_unassigned = field(fields, "unassigned") is not None and boolean(fields, "unassigned")
    more = {"resourceMethods": found} if any(found) else {}
    return {"resources": names} | more | ({"unassigned": True} if is_unassigned else {})


def read_parts(fields, targets):
    """What is ordered of each of them; nothing where that is not said."""
    parts = field(fields, "resourceQuantities")
    if not targets or parts is None:
        return []
    if type(parts) is not list or len(parts) != len(targets["resources"]):
        raise malformed("resourceQuantities")
    return [integer({"part": part}, "part", (0, QUANTITY[1])) for part in parts]


def includes(order, resource):
    if "resources" not in order:
        return True
    return order.get("unassigned", False) if resource is None else resource in order["resources"]


# Which a customer belonged to


def read_assignment(fields):
    """A resource, "" for none, or None where nothing is said."""
    if field(fields, "resource") is None:
        return None
    return "" if identifier(fields, "resource") == "" else resource_id(fields, "resource")


def stated(row, resource, moment, before):
    """A customer's row with what an event of this time says of his resource. It says nothing as long as none was named."""
    known = dict(zip(row.get("resourcesSince", ()), row.get("resources", ())))
    if not known:
        if resource is None:
            return row
        # What was said in this very millisecond was so until then.
        known = {earlier - 1 if earlier == moment else earlier: "" for earlier in before}
    known[moment] = resource or ""
    times = sorted(known)
    while len(times) > KEPT:
        again = [at for earlier, at in zip(times, times[1:]) if known[earlier] == known[at]]
        times.remove(again[0] if again else times[0])
    return row | {"resources": [known[at] for at in times], "resourcesSince": times}


def resource_at(row, moment):
    """Before all that is known as in the first of it."""
    known = list(zip(row.get("resourcesSince", ()), row.get("resources", ())))
    named = [resource for at, resource in known if at <= moment] or [resource for _, resource in known[:1]]
    return (named[-1] or None) if named else None


def moments(row):
    """When it was already so that nothing else was said."""
    return [from_iso(row["registeredAt"]), from_iso(row["updatedAt"])]
