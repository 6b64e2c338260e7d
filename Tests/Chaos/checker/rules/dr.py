"""Orders: an id is used once, an order runs from its start to its end, which may be moved, or to EndDr or CancelDr,
whichever comes first."""

from ..step import WORDS
from ..values import (
    Refusal,
    clean,
    field,
    from_iso,
    malformed,
    optional_text,
    optional_time,
    order_id,
    text,
    time,
    to_iso,
    visible,
)

DAY = 86_400_000
# Names that mean a field which is called otherwise, or which the message does not have.
START = ("startAt", "startTime", "startDate", "starts_at", "date")
END = ("endAt", "endTime", "endDate", "endedAt", "ends_at")
CANCEL = ("cancelAt", "cancelledAt")


def refuse_lookalikes(fields, *names):
    for name in names:
        if field(fields, name) is not None:
            raise malformed(f"{name} is not read")


class DR:
    context = "dr"
    tables = {"orders"}
    own_topics = ("dr.commands",)
    commands = ("StartDr", "ChangeDr", "EndDr", "CancelDr")

    def __init__(self, _settings=None):
        self.handlers = {
            "StartDr": (self.read_start, lambda start: start["id"], self.start),
            "ChangeDr": (self.read_change, lambda change: change["id"], self.change),
            "EndDr": (self.read_end, lambda end: end["id"], self.end),
            "CancelDr": (self.read_cancel, lambda cancel: cancel["id"], self.cancel),
        }

    @staticmethod
    def nows(upcoming):
        return ()

    @staticmethod
    def read_start(fields):
        refuse_lookalikes(fields, *START, *END)
        return {
            "id": None if field(fields, "id") is None else clean(order_id(fields, "id")),
            "name": visible(fields, "name"),
            "type": text(fields, "type", 50),
            "startsAt": optional_time(fields, "startsAt"),
            "endsAt": optional_time(fields, "endsAt"),
        }

    @staticmethod
    def read_end(fields):
        refuse_lookalikes(fields, *END)
        name, ends = order_id(fields, "id"), optional_time(fields, "endsAt")
        return {"id": name, "endsAt": ends, "reason": optional_text(fields, "reason")}

    @staticmethod
    def read_change(fields):
        refuse_lookalikes(fields, *END, "startsAt", *START)
        return {"id": order_id(fields, "id"), "endsAt": time(fields, "endsAt")}

    @staticmethod
    def read_cancel(fields):
        refuse_lookalikes(fields, "endsAt", *END, *CANCEL)
        return {"id": order_id(fields, "id"), "reason": optional_text(fields, "reason")}

    @classmethod
    def check_limits(cls, start, end, time):
        if start < time - 7 * DAY or start > time + 90 * DAY:
            raise Refusal("refused", "start")
        if end is not None:
            cls.check_end(start, end, time)

    @staticmethod
    def check_end(start, end, time):
        if not (start < end <= start + 7 * DAY and end > time):
            raise Refusal("refused", "end")

    @staticmethod
    def known(step, name):
        order = step.get(f"orders/{name}")
        if order is None:
            raise Refusal("not-found")
        if order["status"] != "started":
            raise Refusal("conflict")
        return order, None if order.get("endsAt") is None else from_iso(order["endsAt"])

    def start(self, step, start):
        identity = start["id"]
        begins = step.time if start["startsAt"] is None else start["startsAt"]
        ends = start["endsAt"]
        said = {"name": start["name"], "type": start["type"]}
        times = {"startsAt": to_iso(begins)} | ({} if ends is None else {"endsAt": to_iso(ends)})
        if identity is None:
            self.check_limits(begins, ends, step.time)
            name = f"dr-{step.origin.partition}-{step.origin.offset}"
            step.say("dr.internal", "StartDr", name, {"id": name, **said, **times})
            return
        if step.get(f"orders/{identity}") is not None:
            raise Refusal("conflict")
        self.check_limits(begins, ends, step.time)
        body = {"id": identity, **said, "status": "started", **times}
        step.put(f"orders/{identity}", body)
        if ends is not None:
            step.set_timer("end", identity, ends)
        step.say("dr.events", "DRstarted", identity, body)

    def end(self, step, end):
        if end["endsAt"] is not None and end["endsAt"] > step.time:
            self.change(step, end)
            return
        order, planned = self.known(step, end["id"])
        if step.time < from_iso(order["startsAt"]):
            raise Refusal("refused", "not begun")
        if planned is not None:
            step.cancel("end", end["id"], planned)
        if planned is not None and planned <= step.time:
            self.close(step, order, planned, WORDS)
        else:
            self.close(step, order, step.time, end["reason"] or WORDS)

    def change(self, step, change):
        """An end to come in place of the planned one."""
        order, planned = self.known(step, change["id"])
        ends = change["endsAt"]
        if planned is not None and planned <= step.time:
            raise Refusal("conflict")
        self.check_end(from_iso(order["startsAt"]), ends, step.time)
        if planned == ends:
            raise Refusal("conflict")
        if planned is not None:
            step.cancel("end", order["id"], planned)
        step.set_timer("end", order["id"], ends)
        body = {**order, "endsAt": to_iso(ends), "version": order.get("version", 0) + 1}
        step.put(f"orders/{order['id']}", body)
        step.say("dr.events", "DrChanged", order["id"], body)

    def cancel(self, step, cancel):
        order, planned = self.known(step, cancel["id"])
        if planned is not None and planned <= step.time:
            raise Refusal("conflict")
        if planned is not None:
            step.cancel("end", order["id"], planned)
        # A released version takes it for an end.
        more = {"cancelledAt": to_iso(step.time), "reason": cancel["reason"] or WORDS}
        step.put(f"orders/{order['id']}", {**order, "status": "ended", **more})
        body = {name: value for name, value in order.items() if name != "version"}
        step.say("dr.events", "DrCancelled", order["id"], {**body, "status": "cancelled", **more})

    def fire(self, step, kind, identity):
        order = step.get(f"orders/{identity}")
        if kind == "end" and order and order["status"] == "started" and order.get("endsAt") == to_iso(step.time):
            self.close(step, order, step.time, WORDS)

    @staticmethod
    def close(step, order, time, reason):
        body = {**order, "status": "ended", "endsAt": to_iso(time), "reason": reason}
        step.put(f"orders/{order['id']}", body)
        step.say("dr.events", "DrEnded", order["id"], {name: value for name, value in body.items() if name != "version"})
