"""What KPX says orders come to: the newest ten statements of each order and resource are kept with the order."""

from ..values import Refusal, field, integer, malformed, optional_resource, optional_text, order_id, refuse_lookalikes, to_iso
from .resources import includes

KWH, WON = (-(10**9), 10**9), (-(10**15), 10**15)
BOUNDS = {"kpxKWh": KWH, "kpxWon": WON, "ownKWh": KWH, "ownWon": WON}
KEPT = 10


def read_figure(fields):
    refuse_lookalikes(fields, "resources", "resourceId", "kWh", "kwh", "won")
    said = {"id": order_id(fields, "id"), "resource": optional_resource(fields, "resource")}
    for name, bounds in BOUNDS.items():
        if field(fields, name) is not None:
            said[name] = integer(fields, name, bounds)
    objection = optional_text(fields, "objection", 500)
    if objection is not None:
        said["objection"] = objection
    if "kpxKWh" not in said and "kpxWon" not in said:
        raise malformed("no figure")
    return said


def state_figure(sweep, step, said):
    name, resource = said["id"], said["resource"]
    order = step.get(f"orders/{name}")
    if order is None:
        raise Refusal("not-found" if step.get(f"orders//application/{name}") is None else "conflict")
    if order["status"] != "ended" or "cancelledAt" in order:
        raise Refusal("refused", "has not ended, or was withdrawn")
    sweep.check_age(step, step.time)
    if resource is not None:
        known = step.get(f"orders//resource/{resource}")
        if known is None or "resources" not in order or not includes(order, resource):
            raise Refusal("refused", "did not ask it")
    key = f"orders//kpx/{name}/{resource or ''}"
    kept = (step.get(key) or {"figures": []})["figures"]
    body = {one: value for one, value in said.items() if one not in ("id", "resource")}
    if kept and {one: value for one, value in kept[-1].items() if one not in ("version", "statedAt")} == body:
        raise Refusal("conflict", "is said already")
    version = kept[-1]["version"] + 1 if kept else 1
    step.put(key, {"figures": [*kept, {"version": version, "statedAt": to_iso(step.time), **body}][-KEPT:]})
    for unit in ("KWh", "Won"):
        if f"kpx{unit}" in body and f"own{unit}" in body:
            body[f"difference{unit}"] = body[f"kpx{unit}"] - body[f"own{unit}"]
    about = {} if resource is None else {"resource": resource}
    step.say("dr.events", "KpxFigureStated", name, {"id": name, **about, **body, "version": version})
