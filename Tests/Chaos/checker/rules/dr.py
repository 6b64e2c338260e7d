"""Orders: an id is used once, an order runs from its start to its end or to EndDr, whichever comes first."""

from ..step import WORDS
from ..values import Refusal, clean, field, from_iso, optional_text, optional_time, order_id, text, to_iso, visible

DAY = 86_400_000


class DR:
    context = "dr"
    tables = {"orders"}
    own_topics = ("dr.commands",)
    commands = ("StartDr", "EndDr")

    def __init__(self, _settings=None):
        self.handlers = {
            "StartDr": (self.read_start, lambda start: start["id"], self.start),
            "EndDr": (self.read_end, lambda end: end["id"], self.end),
        }

    @staticmethod
    def nows(upcoming):
        return ()

    @staticmethod
    def read_start(fields):
        return {
            "id": None if field(fields, "id") is None else clean(order_id(fields, "id")),
            "name": visible(fields, "name"),
            "type": text(fields, "type", 50),
            "startsAt": optional_time(fields, "startsAt"),
            "endsAt": optional_time(fields, "endsAt"),
        }

    @staticmethod
    def read_end(fields):
        return {"id": order_id(fields, "id"), "reason": optional_text(fields, "reason")}

    @staticmethod
    def check_limits(start, end, time):
        if start < time - 7 * DAY or start > time + 90 * DAY:
            raise Refusal("refused", "start")
        if end is not None and not (start < end <= start + 7 * DAY and end > time):
            raise Refusal("refused", "end")

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
        order = step.get(f"orders/{end['id']}")
        if order is None:
            raise Refusal("not-found")
        if order["status"] != "started":
            raise Refusal("conflict")
        if step.time < from_iso(order["startsAt"]):
            raise Refusal("refused", "not begun")
        planned = None if order.get("endsAt") is None else from_iso(order["endsAt"])
        if planned is not None:
            step.cancel("end", end["id"], planned)
        if planned is not None and planned <= step.time:
            self.close(step, order, planned, WORDS)
        else:
            self.close(step, order, step.time, end["reason"] or WORDS)

    def fire(self, step, kind, identity):
        order = step.get(f"orders/{identity}")
        if kind == "end" and order and order["status"] == "started" and order.get("endsAt") == to_iso(step.time):
            self.close(step, order, step.time, WORDS)

    @staticmethod
    def close(step, order, time, reason):
        body = {**order, "status": "ended", "endsAt": to_iso(time), "reason": reason}
        step.put(f"orders/{order['id']}", body)
        step.say("dr.events", "DrEnded", order["id"], body)
