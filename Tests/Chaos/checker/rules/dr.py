"""Orders: an id is used once, an order runs from its start to its end, which may be moved, or to EndDr or CancelDr,
whichever comes first. What it may be the market says, which one partition takes and the others follow; how many there
may be is counted in one partition for each kind."""

import zlib
from datetime import date, timedelta

from ..step import WORDS
from ..values import (
    LATEST,
    Refusal,
    boolean,
    clean,
    field,
    from_iso,
    malformed,
    optional_text,
    optional_time,
    order_id,
    parse,
    refuse_lookalikes,
    text,
    time,
    to_iso,
    visible,
)
from .market import BUILT_IN, HOUR, RESERVED, Admission, Wrong, broken, check, compact, date_of, period_of, read_market, rules_on
from .kept_records import keep, source_of
from .kpx import read_figure, state_figure
from .resources import (
    MOST,
    checked,
    contents_of,
    read_registered,
    read_resource,
    read_wanted,
    resource_of,
    row_of,
    said_of,
    parts_of,
    targets_of,
    words_of,
)
from .sweep import Sweep, arm, sweep_orders

DAY = 86_400_000
# Names that mean a field which is called otherwise, or which the message does not have.
START = ("startAt", "startTime", "startDate", "starts_at", "date")
END = ("endAt", "endTime", "endDate", "endedAt", "ends_at")
CANCEL = ("cancelAt", "cancelledAt")


# Two orders without ids that say the same within this time are one; for so long what they said is known.
SAME, KNOWN = 60_000, DAY


class Texts(list):
    """Words for people: any number of them."""

    def __init__(self):
        super().__init__(["words"])

    def __eq__(self, other):
        return isinstance(other, list) and all(type(one) is str and one for one in other)

    __hash__ = None

    def __repr__(self):
        return "['…']"


def forced_of(names):
    return {"forced": names} if names else {}


def is_forced(fields):
    return field(fields, "force") is not None and boolean(fields, "force")


class DR:
    context = "dr"
    tables = {"orders"}
    own_topics = ("dr.commands",)
    commands = (
        "StartDr", "ChangeDr", "EndDr", "CancelDr", "SetMarket",
        "RegisterResource", "StateKpxFigure", "UseMarket", "UseResource", "StartNamedDr", "ReserveOrder", "OrderReserved", "MoveReservation",
    )  # fmt: skip

    def __init__(self, settings=None):
        self.sweep = Sweep(settings, [sweep_orders])
        self.handlers = {
            "StartDr": (self.read_start, lambda start: start["id"] or fingerprint(start), self.start),
            "ChangeDr": (self.read_change, lambda change: change["id"], self.change),
            "EndDr": (self.read_end, lambda end: end["id"], self.end),
            "CancelDr": (self.read_cancel, lambda cancel: cancel["id"], self.cancel),
            "SetMarket": (self.read_set, lambda _: "market", self.set_market),
            "UseMarket": (read_market, lambda _: None, self.use_market),
            "RegisterResource": (read_resource, lambda _: "market", self.register),
            "StateKpxFigure": (read_figure, lambda said: said["id"], lambda step, said: state_figure(self.sweep, step, said)),
            "UseResource": (read_registered, lambda _: None, self.use_resource),
            "StartNamedDr": (self.read_named, lambda named: named["id"], self.start_named),
            "ReserveOrder": (lambda fields: fields, lambda fields: fields["kind"], self.reserve),
            "OrderReserved": (lambda fields: fields, lambda fields: fields["drId"], self.reserved),
            "MoveReservation": (lambda fields: fields, lambda fields: fields["kind"], self.move),
        }

    @staticmethod
    def nows(upcoming):
        return ()

    @staticmethod
    def read_start(fields):
        refuse_lookalikes(fields, *START, *END, "resource", "resourceId", "region", "isTest")
        return {
            "id": None if field(fields, "id") is None else clean(order_id(fields, "id")),
            "name": visible(fields, "name"),
            "type": text(fields, "type", 50),
            "startsAt": optional_time(fields, "startsAt"),
            "endsAt": optional_time(fields, "endsAt"),
            "force": is_forced(fields),
            "test": field(fields, "test") is not None and boolean(fields, "test"),
            "wanted": read_wanted(fields),
        }

    @classmethod
    def read_named(cls, fields):
        return cls.read_start(fields) | {"requestedAt": time(fields, "requestedAt")}

    @staticmethod
    def read_set(fields):
        market = read_market(fields)
        return market, field(fields, "ifNewer") is not None and boolean(fields, "ifNewer")

    @staticmethod
    def read_end(fields):
        refuse_lookalikes(fields, *END)
        name, ends = order_id(fields, "id"), optional_time(fields, "endsAt")
        return {"id": name, "endsAt": ends, "reason": optional_text(fields, "reason")}

    @staticmethod
    def read_change(fields):
        refuse_lookalikes(fields, *END, "startsAt", *START, "resource", "resourceId", "region")
        change = {
            "id": order_id(fields, "id"),
            "endsAt": optional_time(fields, "endsAt"),
            "force": is_forced(fields),
            "wanted": read_wanted(fields),
        }
        if change["endsAt"] is None and not said_of(change["wanted"]):
            raise malformed("nothing to change")
        return change

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
            raise Refusal("not-found" if step.get(f"orders//application/{name}") is None else "conflict")
        if order["status"] != "started":
            raise Refusal("conflict")
        return order, None if order.get("endsAt") is None else from_iso(order["endsAt"])

    @classmethod
    def at_hand(cls, step, name):
        """One that is not being counted."""
        found = cls.known(step, name)
        if step.get(f"orders//application/{name}") is not None:
            raise Refusal("conflict", "being counted")
        return found

    # The market

    @staticmethod
    def market(step):
        row = step.get("orders//market")
        return BUILT_IN if row is None else row["market"]

    def set_market(self, step, said):
        market, only_if_newer = said
        try:
            check(market)
        except Wrong:
            raise Refusal("refused", "a wrong market") from None
        running = self.market(step)
        if compact(market) == compact(running):
            step.is_final = True
            return
        if market["version"] <= running["version"]:
            if only_if_newer and market["version"] < running["version"]:
                step.is_final = True
                return
            raise Refusal("conflict", "not newer")
        step.put("orders//market", {"version": market["version"], "market": market})
        body = {"version": market["version"], "previous": running["version"], "changes": Texts(), "market": market}
        for partition in range(step.partitions):
            step.say("dr.events", "MarketChanged", "market", body, partition)
            if partition != step.partition:
                step.say("dr.internal", "UseMarket", "market", {"market": market}, partition)

    def use_market(self, step, market):
        try:
            check(market, strict=False)
        except Wrong:
            raise malformed("no market") from None
        if market["version"] <= self.market(step)["version"]:
            return
        step.put("orders//market", {"version": market["version"], "market": market})

    # Resources

    @staticmethod
    def resources(step):
        return [step.get(f"orders/{key}") for key in step.scan("orders", "/resource/")]

    def register(self, step, said):
        """Taken where the market is, and told to all partitions."""
        key = f"orders//resource/{said['id']}"
        row = step.get(key)
        known = None if row is None else resource_of(row)
        resource = checked(said, known, self.market(step), step.time)
        if known is not None and contents_of(known) == contents_of(resource):
            step.put(key, row)
            return
        if known is None and len(self.resources(step)) >= MOST:
            raise Refusal("refused", "too many resources")
        version = 1 if row is None else row["version"] + 1
        step.put(key, row_of(resource, version))
        body = {"id": resource["id"], **contents_of(resource), "version": version}
        for partition in range(step.partitions):
            step.say("dr.events", "ResourceRegistered", resource["id"], body, partition)
            if partition != step.partition:
                step.say("dr.internal", "UseResource", resource["id"], body, partition)

    @staticmethod
    def use_resource(step, registered):
        key = f"orders//resource/{registered['id']}"
        if registered["version"] > (step.get(key) or {"version": 0})["version"]:
            step.put(key, row_of(registered, registered["version"]))

    # Its start

    def start(self, step, start):
        if start["id"] is None:
            self.name(step, start)
        else:
            self.request(step, start, step.time)

    def start_named(self, step, named):
        self.request(step, named, named["requestedAt"])

    def admit(self, step, start, asked):
        begins = asked if start["startsAt"] is None else start["startsAt"]
        self.check_limits(begins, start["endsAt"], asked)
        admission = Admission(self.market(step), start["type"], begins, start["endsAt"], asked)
        if admission.broken and not start["force"]:
            raise Refusal("refused", admission.broken)
        targets = targets_of(start["wanted"], admission.kind, self.resources(step))
        if start["wanted"]["quantity"] is not None:
            targets["quantity"] = start["wanted"]["quantity"]
        targets |= {"test": True} if start["test"] else {}
        return begins, admission, targets

    def name(self, step, start):
        key = fingerprint(start)
        known = step.get(f"orders//start/{key}")
        if known is not None and abs(from_iso(known["requestedAt"]) - step.time) < SAME:
            raise Refusal("conflict", "said before")
        begins, _, _ = self.admit(step, start, step.time)
        if known is not None:
            step.cancel("forget", key, min(from_iso(known["requestedAt"]) + KNOWN, LATEST))
        digits = "".join(filter(str.isdigit, to_iso(step.time)))
        order = f"dr-{digits[:8]}-{digits[8:12]}-{key}"
        step.put(f"orders//start/{key}", {"drId": order, "requestedAt": to_iso(step.time)})
        step.set_timer("forget", key, min(step.time + KNOWN, LATEST))
        body = {"id": order, "name": start["name"], "type": start["type"], "startsAt": to_iso(begins)}
        body |= {} if start["endsAt"] is None else {"endsAt": to_iso(start["endsAt"])}
        body |= {"force": True} if start["force"] else {}
        body |= {"test": True} if start["test"] else {}
        body |= said_of(start["wanted"])
        step.say("dr.internal", "StartNamedDr", order, body | {"requestedAt": to_iso(step.time)})

    def request(self, step, start, asked):
        identity = start["id"]
        if step.get(f"orders/{identity}") is not None or step.get(f"orders//application/{identity}") is not None:
            raise Refusal("conflict")
        self.sweep.check_age(step, asked)
        begins, admission, targets = self.admit(step, start, asked)
        times = {"startsAt": to_iso(begins)} | ({} if start["endsAt"] is None else {"endsAt": to_iso(start["endsAt"])})
        said = {"id": identity, "name": start["name"], "type": start["type"], "status": "started", **times}
        order = said | admission.said | targets
        if not admission.counts:
            self.begin(step, order)
            return
        order["countedOn"] = str(admission.day)
        row = {
            "order": order,
            "topic": step.record.topic,
            "partition": step.record.partition,
            "offset": step.record.offset,
            "time": to_iso(step.time),
        }
        step.put(f"orders//application/{identity}", step.with_trace(row | step.request | kept(step, identity)))
        body = admission.reservation(identity, begins, start["endsAt"], start["force"])
        step.say("dr.internal", "ReserveOrder", admission.kind, body)

    def begin(self, step, order):
        step.put(f"orders/{order['id']}", order)
        if "endsAt" in order:
            step.set_timer("end", order["id"], from_iso(order["endsAt"]))
        arm(step)
        said = {name: value for name, value in order.items() if name != "countedOn"}
        step.say("dr.events", "DRstarted", order["id"], said | parts_of(order, self.resources(step)))

    # How many there are

    def reserve(self, step, asked):
        key = f"orders//reservation/{asked['kind']}/{asked['day']}"
        orders = (step.get(key) or {"orders": []})["orders"]
        # One that is there wants another end.
        places = [place for place, order in enumerate(orders) if order["drId"] == asked["drId"]]
        before = [orders[place] for place in places[:1]]
        orders = [order for place, order in enumerate(orders) if place not in places[:1]]
        new = {name: asked[name] for name in ("drId", "startsAt", "endsAt") if name in asked}
        names = []
        if "ordersADay" in asked and len(orders) >= asked["ordersADay"]:
            names.append("ordersADay")
        if not asked["contiguous"] and any(touch(new, other) for other in orders):
            names.append("contiguous")
        if "hoursAPeriod" in asked:
            taken = self.taken(step, asked) - sum(map(length, before))
            if taken + length(new) > asked["hoursAPeriod"] * HOUR:
                names.append("hoursAPeriod")
        if not places and len(orders) >= RESERVED or names and not asked.get("force"):
            step.say("dr.internal", "OrderReserved", asked["drId"], {"drId": asked["drId"], "refusal": WORDS})
            return
        place = places[0] if places else len(orders)
        step.put(key, {"orders": [*orders[:place], new, *orders[place:]]})
        arm(step)
        step.say("dr.internal", "OrderReserved", asked["drId"], {"drId": asked["drId"], **forced_of(names)})

    @staticmethod
    def taken(step, asked):
        kind = asked["kind"]
        before = date.fromisoformat(asked["periodFrom"]) - timedelta(days=1)
        total = 0
        for key in step.scan("orders", f"/reservation/{kind}/", f"/reservation/{kind}/{before}"):
            if key >= f"/reservation/{kind}/{asked['periodUntil']}":
                break
            total += sum(length(order) for order in step.get(f"orders/{key}")["orders"])
        return total

    def reserved(self, step, answer):
        key = f"orders//application/{answer['drId']}"
        row = step.get(key)
        if row is None:
            return
        step.delete(key)
        if "passedByChange" in row:
            self.reserved_change(step, row, answer)
            return
        if "refusal" in answer:
            step.letter(source_of(row), "refused", source_of(row))
            return
        order = dict(row["order"])
        if answer.get("forced"):
            order["forced"] = order.get("forced", []) + answer["forced"]
        self.begin(step, order)

    def reserved_change(self, step, row, answer):
        """Nothing else has become of the order: commands were refused, and its own end waited."""
        before = step.get(f"orders/{answer['drId']}")
        if before is None:
            return
        if "refusal" in answer:
            step.letter(source_of(row), "refused", source_of(row))
            if "endsAt" in before:
                step.set_timer("end", before["id"], from_iso(before["endsAt"]))
            return
        order, more = dict(row["order"]), answer.get("forced", [])
        if more:
            order["forced"] = order.get("forced", []) + more
        self.apply(step, order, row["passedByChange"] + more, before)

    def move(self, step, moved):
        key = f"orders//reservation/{moved['kind']}/{moved['day']}"
        row = step.get(key)
        if row is None or all(order["drId"] != moved["drId"] for order in row["orders"]):
            return
        if "endsAt" in moved:
            orders = [
                {**order, "endsAt": moved["endsAt"]} if order["drId"] == moved["drId"] else order for order in row["orders"]
            ]
        else:
            orders = [order for order in row["orders"] if order["drId"] != moved["drId"]]
        step.put(key, {"orders": orders} if orders else None)

    @staticmethod
    def tell(step, order, ends):
        if "countedOn" in order:
            body = {"drId": order["id"], "kind": order["kind"], "day": order["countedOn"]}
            step.say(
                "dr.internal", "MoveReservation", order["kind"], body | ({} if ends is None else {"endsAt": to_iso(ends)})
            )

    # Its end

    def end(self, step, end):
        if end["endsAt"] is not None and end["endsAt"] > step.time:
            self.change(step, end)
            return
        order, planned = self.at_hand(step, end["id"])
        if planned is not None:
            step.cancel("end", end["id"], planned)
        is_over = planned is not None and planned <= step.time
        starts = from_iso(order["startsAt"])
        # What has not begun ends at its start, without a length.
        ends = planned if is_over else max(step.time, starts)
        self.close(step, order, ends, WORDS if is_over else end["reason"] or WORDS)
        self.tell(step, order, None if ends <= starts else ends)

    def change(self, step, change):
        """An end to come in place of the planned one; others to ask; another quantity."""
        order, planned = self.at_hand(step, change["id"])
        ends, wanted = change["endsAt"], change.get("wanted", NOTHING)
        if planned is not None and planned <= step.time:
            raise Refusal("conflict")
        is_other_end = ends is not None and (ends != planned or not said_of(wanted))
        names = self.passed(step, order, change) if is_other_end else []
        row = dict(order)
        if wanted["resources"] or wanted["regions"]:
            if "kind" not in order:
                raise Refusal("refused", "of no kind")
            for name in ("resources", "resourceMethods", "unassigned"):
                row.pop(name, None)
            row |= targets_of(wanted, order["kind"], self.resources(step), order)
        if wanted["quantity"] is not None:
            row["quantity"] = wanted["quantity"]
        if ends is not None:
            self.check_end(from_iso(order["startsAt"]), ends, step.time)
            row["endsAt"] = to_iso(ends)
        if row == order:
            raise Refusal("conflict")
        row["version"] = order.get("version", 0) + 1
        if names:
            row["forced"] = row.get("forced", []) + names
        asked = self.reservation(step, row, order, change.get("force"))
        if asked is None:
            self.apply(step, row, names, order)
            if ends is not None and ends != planned:
                self.tell(step, order, ends)
            return
        place = {"topic": step.record.topic, "partition": step.record.partition, "offset": step.record.offset}
        waits = {"order": row, **place, "time": to_iso(step.time), "passedByChange": names}
        more = keep(step, step.record) or {"key": order["id"], "value": AnewChange(step.record), "cut": WORDS}
        step.put(f"orders//application/{order['id']}", step.with_trace(waits | step.request | more))
        step.say("dr.internal", "ReserveOrder", order["kind"], asked)

    def apply(self, step, row, names, order):
        body = {name: row[name] for name in CHANGED if name in row} | forced_of(names)
        step.put(f"orders/{row['id']}", row)
        step.say("dr.events", "DrChanged", row["id"], body | parts_of(row, self.resources(step)))
        if row.get("endsAt") == order.get("endsAt"):
            return
        if "endsAt" in order:
            step.cancel("end", order["id"], from_iso(order["endsAt"]))
        step.set_timer("end", order["id"], from_iso(row["endsAt"]))

    def reservation(self, step, row, order, force):
        """What the partition that counts is asked of a later end; None where nothing limits it."""
        if "countedOn" not in row or "endsAt" not in row or "endsAt" in order and order["endsAt"] >= row["endsAt"]:
            return None
        rules = self.rules_now(step, order)
        if rules is None:
            return None
        passed = order.get("forced", ())
        is_free = rules.get("contiguous") is not False or "contiguous" in passed
        hours = None if "hoursAPeriod" in passed else rules.get("hoursAPeriod")
        if is_free and hours is None:
            return None
        first, behind = period_of(rules, date.fromisoformat(row["countedOn"]))
        body = {"drId": row["id"], "kind": row["kind"], "day": row["countedOn"], "startsAt": row["startsAt"], "endsAt": row["endsAt"]}
        body |= ({"force": True} if force else {}) | {"contiguous": is_free} | ({} if hours is None else {"hoursAPeriod": hours})
        return body | {"periodFrom": str(first), "periodUntil": str(behind)}

    def rules_now(self, step, order):
        """By the market that holds now."""
        market = self.market(step)
        begins = from_iso(order["startsAt"])
        found = [rules_on(kind, date_of(market, begins)) for kind in market["kinds"] if kind["id"] == order.get("kind")]
        return found[0] if found else None

    def passed(self, step, order, change):
        """The limits that an order passes with another end, by the market that holds now."""
        market, rules = self.market(step), self.rules_now(step, order)
        if rules is None:
            return []
        begins = from_iso(order["startsAt"])
        names = [
            name for name in broken(market, rules, begins, change["endsAt"], None) if name not in order.get("forced", ())
        ]
        if names and not change.get("force"):
            raise Refusal("refused", names)
        return names

    def cancel(self, step, cancel):
        order, planned = self.at_hand(step, cancel["id"])
        if planned is not None and planned <= step.time:
            raise Refusal("conflict")
        if planned is not None:
            step.cancel("end", order["id"], planned)
        # A released version takes it for an end.
        more = {"cancelledAt": to_iso(step.time), "reason": cancel["reason"] or WORDS}
        step.put(f"orders/{order['id']}", {**order, "status": "ended", **more})
        body = {name: order[name] for name in SAID if name in order}
        step.say("dr.events", "DrCancelled", order["id"], {**body, "status": "cancelled", **more})
        self.tell(step, order, None if step.time <= from_iso(order["startsAt"]) else step.time)

    def fire(self, step, kind, identity):
        if kind == "sweep":
            self.sweep.fire(step, identity)
            return
        if kind == "forget":
            step.delete(f"orders//start/{identity}")
            return
        order = step.get(f"orders/{identity}")
        if step.get(f"orders//application/{identity}") is not None:
            return
        if kind == "end" and order and order["status"] == "started" and order.get("endsAt") == to_iso(step.time):
            self.close(step, order, step.time, WORDS)

    @staticmethod
    def close(step, order, time, reason):
        body = {**order, "status": "ended", "endsAt": to_iso(time), "reason": reason}
        step.put(f"orders/{order['id']}", body)
        step.say("dr.events", "DrEnded", order["id"], {name: body[name] for name in (*SAID, "reason")})


# What events say of an order, as far as there is something to say.
SAID = ("id", "name", "type", "status", "startsAt", "endsAt")
CHANGED = (*SAID, "version", "resources", "resourceMethods", "unassigned", "quantity")
NOTHING = {"resources": [], "regions": [], "quantity": None}


def fingerprint(start):
    """What stands for an order without an id."""
    times = ["" if start[name] is None else str(start[name]) for name in ("startsAt", "endsAt")]
    parts = [start["name"], start["type"], *times, *words_of(start["wanted"]), *(["test"] if start["test"] else [])]
    return f"{zlib.crc32(chr(0).join(parts).encode()):08x}"


def touch(one, other):
    """Whether one begins at the other's end, or before."""
    ends = [LATEST if "endsAt" not in order else from_iso(order["endsAt"]) for order in (one, other)]
    return from_iso(one["startsAt"]) <= ends[1] and from_iso(other["startsAt"]) <= ends[0]


def length(order):
    return max(0, from_iso(order.get("endsAt", order["startsAt"])) - from_iso(order["startsAt"]))


def kept(step, identity):
    """What is kept of a StartDr that waits: all of a small one, of another what was understood."""
    return keep(step, step.record) or {"key": identity, "value": AnewStart(step.record), "cut": WORDS}


class AnewStart(str):
    """A StartDr said anew: it is read as the record is."""

    def __new__(cls, record):
        return super().__new__(cls, record.value.decode())

    __hash__ = str.__hash__

    def __eq__(self, other):
        try:
            return said(other.encode()) == said(self.encode())
        except (Refusal, AttributeError):
            return False


def said(value):
    """What is understood of a StartDr."""
    return DR.read_start(parse(value))


class AnewChange(AnewStart):
    """The same of a ChangeDr, or of an EndDr that says another end."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        try:
            mine, others = (DR.read_change(parse(one.encode())) for one in (self, other))
        except (Refusal, AttributeError):
            return False
        return mine == others
