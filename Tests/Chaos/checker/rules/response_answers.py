"""What response does with customers and their answers: who should have been asked is asked then; an answer waits for
its order and its customer, and is given up after a while."""

import json

from ..step import WORDS, NeedsNow
from ..values import Refusal, from_iso, parse, to_iso
from .contradictions import check_outcome
from .course import decides, is_cancelled, is_ended, last_moment, planned_end, targets_of
from .kept_records import keep, source_of
from .membership import is_customer, left, left_by, registered, times_of
from .resources import includes, moments, resource_at, stated
from .response_messages import kind_for
from .sweep import arm

# Answers of one customer to one order that are taken; that wait; and that wait to whatever orders.
ANSWERS = 100
WAITING_TO_ORDER = 20
WAITING = 100
# On how many lists a customer is put at once.
LISTS_AT_ONCE = 8


class Anew(str):
    """What was understood of a record, as JSON in any form."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        try:
            return isinstance(other, str) and parse(other.encode()) == parse(self.encode())
        except Refusal:
            return False


class Answers:
    """The half of Response that is about one customer at a time."""

    #: The context's dead letters, by their sources.
    letters = {}

    def prepare(self, log, effects):
        self.letters = effects.letters

    def learn(self, step, user, is_registration):
        known = step.get(f"customers/{user['id']}")
        since = max(step.time, user.get("updatedAt") or 0)
        moment = to_iso(since)
        state = {"name": user["name"], "capacity": user["capacity"]}
        if known is None:
            self.sweep.check_age(step, since)
            customer = stated({**state, "registeredAt": moment, "updatedAt": moment}, user["resource"], since, [])
        else:
            customer = stated(dict(known), user["resource"], since, moments(known))
            # An update of one who has left means that he is a customer again.
            if is_registration or "leftAt" in known and since > from_iso(known["leftAt"]):
                customer = registered(customer, since)
            if since >= from_iso(known["updatedAt"]):
                customer |= {**state, "updatedAt": moment}
        self.put_customer(step, user["id"], known, customer, since)

    def leave(self, step, user):
        known = step.get(f"customers/{user['id']}")
        if known is None:
            raise Refusal("not-found")
        arm(step)
        self.put_customer(step, user["id"], known, left(known, user["leftAt"]), user["leftAt"])

    def put_customer(self, step, user, known, customer, since):
        if customer == known:
            step.is_final = True
            return
        step.put(f"customers/{user}", customer)
        if known is None or times_of(known) != times_of(customer) or told_of(known) != told_of(customer):
            self.review(step, user, customer, f"{since:013d}")

    def review(self, step, user, customer, cursor):
        """Puts a customer on the lists announced since, or takes him off, some at a time."""
        limit = self.step_rows if step.timer else min(LISTS_AT_ONCE, self.step_rows)
        keys, last = self.take(step.scan("orders_by_time", "", cursor), limit)
        next_at = None
        if last is not None:
            next_at = step.time if step.timer else step.now(f"customers/{user}")
        for key in keys:
            name = step.get(f"orders_by_time/{key}")["drId"]
            order = step.get(f"orders/{name}")
            if not order or is_cancelled(order):
                continue
            if is_asked(customer, order):
                self.enlist(step, name, user, order, customer)
            else:
                self.take_off(step, name, user, order, customer)
        if last is not None:
            step.set_timer("enlist", f"{user}/{last}", next_at)

    def take_off(self, step, name, user, order, customer):
        """Who had left is not on the list, nor is who belonged to another resource, unless it is saved already."""
        key = f"responses/{name}/{user}"
        response = step.get(key)
        announced = from_iso(order["announcedAt"])
        had_left = not is_customer(customer, announced) and left_by(customer, announced) is not None
        if not had_left and includes(targets_of(order), resource_at(customer, announced)):
            return
        if response is None or response["saved"]:
            return
        response = {**with_resource(response, customer, order), "saved": True, "cancelled": True}
        step.put(key, response)
        self.say(step, "Listcancelled", name, user, response, reason=WORDS)

    def enlist(self, step, name, user, order, customer, given=None):
        key = f"responses/{name}/{user}"
        known = step.get(key)
        response = known if known is not None else new_response(customer, order)
        if "cancelled" in response:
            response = reopened(response, order)
        if not response["saved"]:
            response = with_resource(response, customer, order)
        if known is None or "cancelled" in known:
            self.say_asked(step, name, user, order, response)
        response = self.admit_waiting(step, name, user, order, response)
        if given is not None:
            response = self.admit(step, name, user, order, response, given)
        is_through = order["state"] == "saved" or order["state"] == "saving" and order["cursor"] >= user
        if is_through and not response["saved"]:
            response = self.save(step, name, user, order, response)
        if response != known:
            step.put(key, response)

    def admit_waiting(self, step, name, user, order, response):
        """Takes what waits for one who is on the list."""
        waiting = [(key, step.get(f"waiting/{key}")) for key in step.scan("waiting", f"{name}/{user}/")]
        # The others wait on: their order may be changed yet.
        waiting = [(key, row) for key, row in waiting if decides(order, from_iso(row["answeredAt"]))]
        self.remove(step, user, waiting)
        # In the order of their times; of one time, in that of their keys.
        for waits, row in sorted(waiting, key=lambda item: from_iso(item[1]["answeredAt"])):
            try:
                with step.within(row):
                    response = self.admit(step, name, user, order, response, given_of(row))
            except Refusal as refusal:
                step.letter(source_of(row), refusal.kind, read_at(step, waits))
        return response

    # Answers

    def choose(self, step, said, choice):
        name, user, channel = choice
        given = said, step.time, channel
        verdict, order, row = self.judge(step, name, user, step.time)
        if verdict != "wait" and step.now_value is None and step.record.time > step.latest:
            # From the future: the row that comes of it shows what the clock said.
            raise NeedsNow(f"responses/{name}/{user}")
        if verdict == "take":
            if "version" in order:
                # Some may have come when it did not ask him, or behind its end then.
                row = self.admit_waiting(step, name, user, order, row)
            step.put(f"responses/{name}/{user}", self.admit(step, name, user, order, row, given))
        elif verdict == "ask":
            self.enlist(step, name, user, order, row, given)
        else:
            self.put_aside(step, name, user, given)

    def judge(self, step, name, user, moment):
        """Refuses, or says "take" with the response, "ask" with the customer, or "wait" with what it is in the end."""
        order = step.get(f"orders/{name}")
        if order is None:
            return "wait", None, "not-found"
        if is_cancelled(order):
            raise Refusal("late", "cancelled")
        if not decides(order, moment):
            return "wait", order, "late"
        last = last_moment(order)
        if last is not None and moment > last:
            raise Refusal("late", "after the end")
        response = step.get(f"responses/{name}/{user}")
        customer = step.get(f"customers/{user}")
        if response is not None and "cancelled" not in response:
            if includes(targets_of(order), response.get("resource")):
                self.check_open(step, response, moment)
                return "take", order, response
        elif customer is None:
            return "wait", order, "not-found"
        elif is_asked(customer, order):
            return "ask", order, customer
        if may_be_asked(customer, order):
            return "wait", order, "refused"
        raise Refusal("refused", "not on the list")

    @staticmethod
    def check_open(step, response, moment):
        if response["saved"]:
            raise Refusal("late", "saved already")
        times = response.get("answeredAt", ())
        if len(times) >= ANSWERS:
            raise Refusal("refused", "too many answers")
        # What an older version took from the future is corrected.
        now = step.latest if step.now_value is None else step.now_value
        if times and moment < times[-1] <= now:
            raise Refusal("late", "older than the one before")

    def admit(self, step, name, user, order, response, given):
        said, moment, channel = given
        last = last_moment(order)
        if last is not None and moment > last:
            raise Refusal("late", "after the end")
        self.check_open(step, response, moment)
        answers = list(zip(response.get("answers", ()), response.get("answeredAt", ()), response.get("channels", ())))
        answers.append((said, moment, channel or ""))
        changed = {
            **response,
            "answer": answers[-1][0],
            "answers": [one[0] for one in answers],
            "answeredAt": [one[1] for one in answers],
            "channels": [one[2] for one in answers],
        }
        if changed["answer"] != response["answer"]:
            kind = {"accept": "AcceptChosen", "deny": "DenyChosen"}[changed["answer"]]
            self.say(step, kind, name, user, changed, **(kind_for(order, changed) if kind == "AcceptChosen" else {}))
        return changed

    def put_aside(self, step, name, user, given):
        if sum(1 for _ in step.scan("waiting", f"{name}/{user}/")) >= WAITING_TO_ORDER:
            raise Refusal("refused", "too many answers to this order wait")
        count = step.get(f"waiting//{user}")
        # What the daemon's clock said shows in whether it refused.
        letters = self.letters.get(step.record.source, ())
        was_refused = any(letter.header("deadletter.kind") == "refused" for letter in letters)
        moment = step.earliest if was_refused else step.latest
        if count and count["count"] >= WAITING and step.now_value is None and from_iso(count["until"]) >= moment:
            raise Refusal("refused", "too many answers wait")
        record = step.record
        # By where it was read, which of a replay is the command.
        key = f"{name}/{user}/{step.origin.offset:019d}"
        if step.origin.topic != "response.commands":
            key += f"-{step.origin.topic}"
        now = step.now(f"waiting/{key}")
        # Behind the last deadline none waits, whatever was counted.
        others = count["count"] if count and from_iso(count["until"]) >= now else 0
        if others >= WAITING:
            raise Refusal("refused", "too many answers wait")
        due = now + self.patience
        step.set_timer("patience", key, due)
        said, moment, channel = given
        row = {
            "drId": name,
            "userId": user,
            "answer": said,
            "answeredAt": to_iso(moment),
            "until": to_iso(due),
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "time": to_iso(step.time),
        }
        if channel is not None:
            row["channel"] = channel
        step.put(f"waiting/{key}", step.with_trace(row | step.request | kept(step, record, name, user, channel)))
        until = max(due, from_iso(count["until"]) if count else 0)
        step.put(f"waiting//{user}", {"count": others + 1, "until": to_iso(until)})

    def reconsider(self, step, key, gives_up):
        row = step.get(f"waiting/{key}")
        if row is None:
            return
        name, user, given = row["drId"], row["userId"], given_of(row)
        try:
            verdict, order, other = self.judge(step, name, user, given[1])
        except Refusal as refusal:
            self.remove(step, user, [(key, row)])
            step.letter(source_of(row), refusal.kind, read_at(step, key))
            return
        if verdict == "take":
            step.put(f"responses/{name}/{user}", self.admit_waiting(step, name, user, order, other))
        elif verdict == "ask":
            self.enlist(step, name, user, order, other)
        elif gives_up:
            self.remove(step, user, [(key, row)])
            step.letter(source_of(row), other, read_at(step, key))

    @staticmethod
    def remove(step, user, waiting):
        for key, row in waiting:
            step.delete(f"waiting/{key}")
            step.cancel("patience", key, from_iso(row["until"]))
        count = step.get(f"waiting//{user}") if waiting else None
        if count is not None:
            rest = count["count"] - len(waiting)
            step.put(f"waiting//{user}", {**count, "count": rest} if rest > 0 else None)

    def refute(self, step, check):
        """An accept that was not real becomes a deny, and an accept again when a later version says that it was."""
        check_outcome(check)
        key = f"responses/{check['drId']}/{check['userId']}"
        response = step.get(key)
        if response is None:
            raise Refusal("not-found")
        if not response["saved"] or "cancelled" in response:
            raise Refusal("conflict")
        if check["answer"] != "accept":
            step.is_final = True
            return
        version = check["version"]
        if response.get("checkVersion", 0) >= version:
            raise Refusal("conflict", "not a newer version")
        after = {**response, "checkVersion": version} if version > 1 else dict(response)
        if said_by_the_end(response) == "accept":
            after["answer"] = "accept" if check["isReal"] else "deny"
        if after == response:
            step.is_final = True
            return
        step.put(key, after)
        if after["answer"] != response["answer"]:
            kind = "AcceptChosen" if after["answer"] == "accept" else "DenyChosen"
            self.say(step, kind, check["drId"], check["userId"], after)


def said_by_the_end(response):
    """The answer that the list was saved with."""
    said = "ignore"
    for moment, one in zip(response.get("answeredAt", ()), response.get("answers", ())):
        if "endsAt" not in response or moment <= from_iso(response["endsAt"]):
            said = one
    return said


def reopened(response, order):
    response = {name: value for name, value in response.items() if name not in ("cancelled", "endsAt")} | {"saved": False}
    return response if planned_end(order) is None else response | {"endsAt": planned_end(order)}


def is_asked(customer, order):
    """Who was a customer when it was announced, and belonged to one of its resources then."""
    announced = from_iso(order["announcedAt"])
    return is_customer(customer, announced) and includes(targets_of(order), resource_at(customer, announced))


def may_be_asked(customer, order):
    """Whether one who is not asked may turn out to be: by what is said of him up to the announcement, which comes before
    all that is newer, or by a change."""
    announced = from_iso(order["announcedAt"])
    if customer is not None and max([from_iso(customer["updatedAt"]), *times_of(customer)[1][-1:]]) <= announced:
        return True
    return not is_ended(order) and (customer is None or is_customer(customer, announced))


def told_of(customer):
    return customer.get("resources"), customer.get("resourcesSince")


def with_resource(response, customer, order):
    resource = resource_at(customer, from_iso(order["announcedAt"]))
    response = {name: value for name, value in response.items() if name != "resource"}
    return response if resource is None else response | {"resource": resource}


def new_response(customer, order):
    response = {
        "name": customer["name"],
        "capacity": customer["capacity"],
        "answer": "ignore",
        "startsAt": order["startsAt"],
        "saved": False,
    }
    if planned_end(order) is not None:
        response["endsAt"] = planned_end(order)
    return with_resource(response, customer, order)


def given_of(row):
    return row["answer"], from_iso(row["answeredAt"]), row.get("channel")


def kept(step, record, name, user, channel):
    """What is kept of a record that waits: all of a small one, of another what was understood."""
    if row := keep(step, record):
        return row
    said = {"eventType": step.kind, "timestamp": step.time, "drId": name, "userId": user}
    more = {} if channel is None else {"channel": channel}
    return {"key": user, "value": Anew(json.dumps(said | more)), "cut": WORDS}


def read_at(step, key):
    """Where the record was read that waits by this key."""
    offset, _, topic = key.rpartition("/")[2].partition("-")
    return f"{topic or 'response.commands'}-{step.partition}-{int(offset)}"
