"""Customers' days, as a utility has them: who is asked about when, and what of the answers goes to kepco. Each call has
a row from when it was asked for until it is answered; an answer to an earlier one says nothing. What the utility says
comes as records of feed.internal, which the daemon's client writes by itself."""

from ..values import (
    LATEST,
    Refusal,
    clean,
    field,
    from_iso,
    identifier,
    integer,
    malformed,
    need,
    optional_text,
    readings,
    time,
    to_iso,
    user_id,
)

DAY = 86_400_000
KOREA = 9 * 3_600_000
# What counts as live of the days that come.
LIVE = 3
METERS, NUMBER = 20, 40
ATTEMPT = (0, 2**53 - 1)


def day_of(moment):
    return (moment + KOREA) // DAY


def start_of(day):
    return day * DAY - KOREA


def hashed(text):
    """FNV-1a, with the upper half folded into the lower one."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value ^ value >> 32


def due_of(settings, user, day):
    """When a customer is asked about a day: at his own time of the following one."""
    return start_of(day + 1) + settings.feed_from_ms + settings.feed_spread_ms * (hashed(user) % 86_400) // 86_400


def number_of(value):
    if not 0 < len(value.encode()) <= NUMBER or any(not "!" <= letter <= "~" for letter in value):
        raise malformed("no meter's or customer's number")
    return value


def read_register(fields):
    user = clean(user_id(fields, "userId"))
    number = need(fields, "customerNumber")
    if type(number) is not str:
        raise malformed("customerNumber is no text")
    meters = field(fields, "meters")
    if meters is not None and (type(meters) is not list or len(meters) > METERS):
        raise malformed(f"meters is no list of at most {METERS}")
    meters = [number_of(identifier({"meters": meter}, "meters")) for meter in meters or ()]
    return {
        "user": user, "customerNumber": number_of(number), "meters": meters, "consentFrom": time(fields, "consentFrom"),
    }


def read_answer(fields):
    answer = {"user": user_id(fields, "userId"), "attempt": integer(fields, "attempt", ATTEMPT)}
    outcome = need(fields, "outcome")
    if outcome not in ("day", "none", "unavailable", "refused"):
        raise malformed("outcome")
    answer |= {"outcome": outcome, "wh": []}
    if outcome == "day":
        if len(readings(fields, "wh")) != 96:
            raise malformed("a day has 96 quarter hours")
        answer["wh"] = need(fields, "wh")
    optional_text(fields, "reason")
    return answer


def call_key(user):
    return f"calls/call/{user}"


def waiting_key(user, since):
    return f"calls/wait/{since:013d}/{user}"


def day_key(day):
    return f"nextdays/{day:06d}"


class Feed:
    context = "feed"
    tables = {"meters", "calls", "nextdays"}
    own_topics = ("feed.commands",)
    # What comes back of a call counts from when Kafka received it, too.
    commands = ("RegisterMeter", "RevokeMeter", "MeterAnswered")

    def __init__(self, settings):
        self.settings = settings
        self.handlers = {
            "RegisterMeter": (read_register, lambda meter: meter["user"], self.register),
            "RevokeMeter": (lambda fields: user_id(fields, "userId"), lambda user: user, self.revoke),
            "UserLeft": (lambda fields: user_id(fields, "id"), lambda user: user, self.forget),
            "MeterAnswered": (read_answer, lambda answer: answer["user"], self.take),
        }

    def nows(self, upcoming):
        """A call says until when it is waited for, by the clock."""
        for key, row in upcoming:
            if key.startswith("calls/call/") and row is not None:
                yield from_iso(row["until"]) - self.settings.feed_call_limit_ms

    def fire(self, step, kind, identity):
        if kind == "ask":
            self.ask(step, identity)
        elif kind == "call":
            self.ask_again(step, identity)

    # Commands

    def register(self, step, meter):
        user = meter["user"]
        known = step.get(f"meters/{user}")
        self.drop(step, user, known)
        first = max(day_of(meter["consentFrom"]), day_of(step.time) - self.settings.feed_past_days)
        customer = {
            "customerNumber": meter["customerNumber"],
            "nextDay": first,
            "attempt": max((known or {"attempt": 0})["attempt"] + 1, step.time),
        }
        if meter["meters"]:
            customer["meters"] = meter["meters"]
        self.wait(step, user, customer, max(step.time, due_of(self.settings, user, first)))
        if known is not None:
            self.count(step, known["nextDay"], -1)
        self.count(step, first, 1)
        step.put(f"meters/{user}", customer)
        step.say("feed.events", "MeterRegistered", user, {"userId": user, "consentFrom": to_iso(meter["consentFrom"])})
        self.call_waiting(step)

    def revoke(self, step, user):
        if step.get(f"meters/{user}") is None:
            raise Refusal("not-found", "is not read")
        self.forget(step, user)

    def forget(self, step, user):
        known = step.get(f"meters/{user}")
        if known is None:
            return
        self.drop(step, user, known)
        self.count(step, known["nextDay"], -1)
        step.delete(f"meters/{user}")
        step.say("feed.events", "MeterRevoked", user, {"userId": user})
        self.call_waiting(step)

    # Calls

    @staticmethod
    def count(step, day, change):
        row = step.get(day_key(day))
        customers = (0 if row is None else row["customers"]) + change
        step.put(day_key(day), {"customers": customers} if customers > 0 else None)

    @staticmethod
    def wait(step, user, customer, due):
        customer["askAt"] = to_iso(step.set_timer("ask", user, min(due, LATEST)))

    def has_room(self, step):
        return sum(1 for _ in step.scan("calls", "call/")) < self.settings.feed_window

    def ask(self, step, user):
        found = step.get(f"meters/{user}")
        if found is None:
            return
        customer = {name: value for name, value in found.items() if name != "askAt"}
        if self.has_room(step):
            self.call(step, user, customer)
        else:
            step.put(waiting_key(user, step.time), {"attempt": customer["attempt"]})
            customer["askAt"] = to_iso(step.time)
        step.put(f"meters/{user}", customer)

    def ask_again(self, step, user):
        found = step.get(f"meters/{user}")
        if step.get(call_key(user)) is None or found is None:
            return
        customer = dict(found)
        self.call(step, user, customer)
        step.put(f"meters/{user}", customer)

    def call_waiting(self, step):
        """The one that has waited longest, if there is room."""
        if not self.has_room(step):
            return
        key = next(iter(step.scan("calls", "wait/")), None)
        if key is None:
            return
        step.delete(f"calls/{key}")
        user = key.split("/", 2)[2]
        found = step.get(f"meters/{user}")
        if found is None:
            return
        customer = {name: value for name, value in found.items() if name != "askAt"}
        self.call(step, user, customer)
        step.put(f"meters/{user}", customer)

    def call(self, step, user, customer):
        customer["attempt"] += 1
        until = step.set_timer("call", user, step.now(call_key(user)) + self.settings.feed_call_limit_ms)
        step.put(call_key(user), {"attempt": customer["attempt"], "until": to_iso(until)})

    def drop(self, step, user, customer):
        if customer is not None and "askAt" in customer:
            since = from_iso(customer["askAt"])
            step.cancel("ask", user, since)
            step.delete(waiting_key(user, since))
        self.end_call(step, user)

    @staticmethod
    def end_call(step, user):
        call = step.get(call_key(user))
        if call is None:
            return
        step.delete(call_key(user))
        step.cancel("call", user, from_iso(call["until"]))

    # Answers

    def take(self, step, answer):
        user = answer["user"]
        call, found = step.get(call_key(user)), step.get(f"meters/{user}")
        if call is None or call["attempt"] != answer["attempt"] or found is None:
            return
        self.end_call(step, user)
        customer = {name: value for name, value in found.items() if name != "failures"}
        if answer["outcome"] == "unavailable":
            customer["failures"] = found.get("failures", 0) + 1
        self.wait(step, user, customer, self.note(step, user, customer, answer))
        step.put(f"meters/{user}", customer)
        self.call_waiting(step)

    def note(self, step, user, customer, answer):
        """When he is asked about next."""
        if answer["outcome"] == "unavailable":
            return step.time + self.pause(user, customer["failures"], answer["attempt"])
        day = customer["nextDay"]
        if any(value is not None for value in answer["wh"]):
            is_past = day_of(step.time) - day > LIVE
            step.say(
                "kepco.history" if is_past else "kepco.readings", "MeterReadings", user,
                {"userId": user, "startsAt": to_iso(start_of(day)), "wh": answer["wh"]})
        is_whole = answer["outcome"] == "day" and None not in answer["wh"]
        if not is_whole and day_of(step.time) - day <= self.settings.feed_patience_days:
            return step.time + self.settings.feed_retry_ms
        self.count(step, day, -1)
        self.count(step, day + 1, 1)
        customer["nextDay"] = day + 1
        return max(step.time, due_of(self.settings, user, day + 1))

    def pause(self, user, failures, attempt):
        whole = min(self.settings.feed_first_retry_ms << min(failures - 1, 12), self.settings.feed_retry_ms)
        return whole // 2 + whole * (hashed(f"{user}/{attempt}") % 1000) // 2000
