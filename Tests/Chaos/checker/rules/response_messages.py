"""How the messages that response takes are read."""

from ..values import (
    CAPACITY,
    POINTS,
    field,
    integer,
    malformed,
    optional_text,
    optional_time,
    optional_resource,
    order_id,
    response_id,
    text,
    time,
    user_id,
)
from .course import targets_of
from .resources import QUANTITY, method_of, read_parts, read_targets

VERSIONS = (1, 10**12)


def read_choice(fields):
    if field(fields, "drId") is not None or field(fields, "userId") is not None or field(fields, "id") is None:
        order, user = order_id(fields, "drId"), user_id(fields, "userId")
    else:
        order, user = response_id(fields, "id")
    return order, user, optional_text(fields, "channel", 50)


def kind_of(fields):
    """By which rules an order is checked; nothing in an order of an earlier version."""
    if field(fields, "market") is None or field(fields, "kind") is None:
        return {}
    method = optional_text(fields, "resourceMethod", 100)
    more = {} if method is None else {"resourceMethod": method}
    return {"market": integer(fields, "market", VERSIONS), "kind": text(fields, "kind", 50), **more}


def read_make_list(fields):
    return {
        "kind": kind_of(fields) | read_targets(fields),
        "drId": order_id(fields, "drId"),
        "announcedAt": time(fields, "announcedAt"),
        "startsAt": time(fields, "startsAt"),
        "endsAt": optional_time(fields, "endsAt"),
    }


def read_save_list(fields):
    passed = None if field(fields, "passedBy") is None else integer(fields, "passedBy", (0, 2**31 - 1))
    return {
        "drId": order_id(fields, "drId"),
        "startsAt": time(fields, "startsAt"),
        "endsAt": time(fields, "endsAt"),
        "passedBy": passed,
    }


def read_order(fields):
    text(fields, "name"), text(fields, "type", 50)
    return {
        "id": order_id(fields, "id"),
        "status": text(fields, "status", 50),
        "startsAt": time(fields, "startsAt"),
        "endsAt": optional_time(fields, "endsAt"),
    }


def read_started(fields):
    kind = {name: value for name, value in kind_of(fields).items() if name != "resourceMethod"}
    if kind:
        optional_text(fields, "method", 100)
        if field(fields, "intervalMin") is not None:
            integer(fields, "intervalMin", (1, 60))
        forced = field(fields, "forced")
        if forced is not None and (
            type(forced) is not list or len(forced) > 20 or any(type(name) is not str for name in forced)
        ):
            raise malformed("forced")
    targets = read_targets(fields)
    if field(fields, "quantity") is not None:
        integer(fields, "quantity", QUANTITY)
    return read_order(fields) | {"kind": kind | targets, "targets": targets, "parts": read_parts(fields, targets)}


def read_ended(fields):
    return {**read_order(fields), "endsAt": time(fields, "endsAt"), "reason": text(fields, "reason")}


def read_changed(fields):
    targets = read_targets(fields)
    if field(fields, "quantity") is not None:
        integer(fields, "quantity", QUANTITY)
    version = integer(fields, "version", VERSIONS)
    return read_order(fields) | {"version": version, "targets": targets, "parts": read_parts(fields, targets)}


def read_cancelled(fields):
    return read_order(fields) | {"cancelledAt": time(fields, "cancelledAt"), "reason": text(fields, "reason")}


def read_change_list(fields):
    return {
        "drId": order_id(fields, "drId"),
        "version": integer(fields, "version", VERSIONS),
        "endsAt": optional_time(fields, "endsAt"),
        "targets": read_targets(fields),
    }


def read_cancel_list(fields):
    return {
        "drId": order_id(fields, "drId"),
        "cancelledAt": time(fields, "cancelledAt"),
        "reason": text(fields, "reason"),
    }


def read_user(fields):
    return {
        "id": user_id(fields, "id"),
        "point": integer(fields, "point", POINTS),
        "name": text(fields, "name"),
        "capacity": integer(fields, "capacity", CAPACITY),
        "resource": optional_resource(fields, "resource"),
    }


def read_updated(fields):
    return {**read_user(fields), "updatedAt": None if field(fields, "updatedAt") is None else time(fields, "updatedAt")}


def read_left(fields):
    optional_text(fields, "reason")
    return {"id": user_id(fields, "id"), "leftAt": time(fields, "leftAt")}


def kind_for(order, response):
    """By which rules a customer's reduction is compared: by the method that his resource had chosen, where it had."""
    if not {"market", "kind"} <= order.keys():
        return {}
    method = method_of(targets_of(order), response.get("resource"))
    return {name: order[name] for name in ("market", "kind")} | ({} if method is None else {"resourceMethod": method})
