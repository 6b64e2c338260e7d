"""Lists and answers: who was registered when an order was announced is asked once; the last answer up to the end
counts, and is stated once."""

from ..values import Refusal, from_iso, to_iso
from .contradictions import check_ended, check_started
from .response_answers import Answers, last_moment, new_response
from .response_messages import read_choice, read_ended, read_make_list, read_order, read_save_list, read_user
from .user import read_outcome


def nowhere(_):
    return None


class Response(Answers):
    context = "response"
    tables = {"customers", "orders", "orders_by_time", "early_endings", "responses", "waiting"}
    own_topics = ("response.commands",)
    commands = ("Accept", "Deny", "MakeList", "SaveList")

    def __init__(self, settings):
        self.step_rows, self.patience = settings.step_rows, settings.answer_patience_ms
        self.handlers = {
            "Accept": (read_choice, lambda choice: choice[1], lambda step, choice: self.choose(step, "accept", choice)),
            "Deny": (read_choice, lambda choice: choice[1], lambda step, choice: self.choose(step, "deny", choice)),
            "MakeList": (read_make_list, nowhere, self.make_list),
            "SaveList": (read_save_list, nowhere, self.save_list),
            "DRstarted": (read_order, nowhere, self.started),
            "DrEnded": (read_ended, nowhere, self.ended),
            "UserRegistered": (read_user, lambda user: user["id"], lambda step, user: self.learn(step, user, True)),
            "UserUpdated": (read_user, lambda user: user["id"], lambda step, user: self.learn(step, user, False)),
            "ReductionCheck": (read_outcome, lambda check: check["userId"], self.refute),
        }

    def nows(self, upcoming):
        """What the clock can have said, as the rows to come show it."""
        for key, row in upcoming:
            if row is None:
                continue
            if key.startswith("timers/"):
                due = int(key.split("/", 2)[1])
                yield from (due, due - 1, due - self.patience)
            elif key.startswith("responses/") and row.get("answeredAt"):
                yield row["answeredAt"][-1]

    def fire(self, step, kind, identity):
        if kind == "list":
            self.go_on(step, identity)
        elif kind == "patience":
            self.reconsider(step, identity, True)
        elif kind == "enlist":
            user, _, cursor = identity.partition("/")
            if customer := step.get(f"customers/{user}"):
                self.enlist_behind(step, user, customer, cursor)

    # Orders

    def started(self, step, order):
        check_started(order)
        known = step.get(f"orders/{order['id']}")
        if known is not None:
            times = known["startsAt"], known.get("plannedEnd")
            if times != (to_iso(order["startsAt"]), None if order["endsAt"] is None else to_iso(order["endsAt"])):
                raise Refusal("conflict", "another order of this id")
            step.is_final = True
            return
        fields = {"drId": order["id"], "announcedAt": to_iso(step.time), "startsAt": to_iso(order["startsAt"])}
        if order["endsAt"] is not None:
            fields["endsAt"] = to_iso(order["endsAt"])
        for partition in range(step.partitions):
            step.say("response.internal", "MakeList", order["id"], fields, partition)

    def ended(self, step, order):
        check_ended(order)
        known = self.end_of(step, order["id"])
        if known is not None:
            if known["endedAt"] != to_iso(order["endsAt"]):
                raise Refusal("conflict", "another end")
            step.is_final = True
            return
        self.tell_end(step, order["id"], order["startsAt"], order["endsAt"], {}, range(step.partitions))

    @staticmethod
    def end_of(step, name):
        """An order's end and who has passed it; None where nobody has heard of one."""
        order = step.get(f"orders/{name}")
        known = step.get(f"early_endings/{name}") if order is None else order
        return known if known is not None and "endedAt" in known else None

    @staticmethod
    def tell_end(step, order, starts, ends, more, partitions):
        fields = {"drId": order, "startsAt": to_iso(starts), "endsAt": to_iso(ends), **more}
        for partition in partitions:
            step.say("response.internal", "SaveList", order, fields, partition)

    def make_list(self, step, made):
        key = f"orders/{made['drId']}"
        if step.get(key) is not None:
            step.is_final = True
            return
        now = step.now(key)
        early = step.get(f"early_endings/{made['drId']}")
        if early is not None:
            step.delete(f"early_endings/{made['drId']}")
        row = {"announcedAt": to_iso(made["announcedAt"]), "startsAt": to_iso(made["startsAt"])}
        if made["endsAt"] is not None:
            row["plannedEnd"] = to_iso(made["endsAt"])
        step.put(key, {**row, "state": "settling", "cursor": "", **(early or {})})
        step.put(f"orders_by_time/{made['announcedAt']:013d}/{made['drId']}", {"drId": made["drId"]})
        step.set_timer("list", made["drId"], now)

    def save_list(self, step, saved):
        name = saved["drId"]
        passed = step.partition if saved["passedBy"] is None else saved["passedBy"]
        if passed >= step.partitions:
            raise Refusal("refused", "no such partition")
        known = self.end_of(step, name)
        if known is not None and passed in known["passed"]:
            step.is_final = True
            return
        if saved["passedBy"] is None:
            others = [partition for partition in range(step.partitions) if partition != passed]
            self.tell_end(step, name, saved["startsAt"], saved["endsAt"], {"passedBy": passed}, others)
        ending = {
            "endedAt": to_iso(saved["endsAt"]) if known is None else known["endedAt"],
            "passed": [*(known["passed"] if known else ()), passed],
        }
        key = f"orders/{name}"
        order = step.get(key)
        if order is None:
            step.put(f"early_endings/{name}", ending)
            return
        changed = {**order, **ending}
        if order["state"] == "open" and len(ending["passed"]) >= step.partitions:
            step.set_timer("list", name, step.now(key) + 1)
            changed |= {"state": "saving", "cursor": ""}
        step.put(key, changed)

    def go_on(self, step, name):
        """The next bounded piece of the work on a list."""
        key = f"orders/{name}"
        order = step.get(key)
        if order is None or order["state"] in ("open", "saved"):
            return
        work = {"settling": self.settle, "asking": self.ask, "saving": self.save_some}[order["state"]]
        cursor = work(step, name, order)
        goes_on = True
        if cursor is not None:
            order = {**order, "cursor": cursor}
        else:
            is_over = len(order.get("passed", ())) >= step.partitions
            state = {"settling": "asking", "asking": "saving" if is_over else "open", "saving": "saved"}[order["state"]]
            order = {**order, "cursor": "", "state": state}
            goes_on = state in ("asking", "saving")
        step.put(key, order)
        if goes_on:
            step.set_timer("list", name, step.time)

    def take(self, keys, limit=None):
        """The keys of one piece of work, and the last of them where there may be more."""
        some = []
        for key in keys:
            some.append(key)
            if len(some) == (limit or self.step_rows):
                return some, key
        return some, None

    def settle(self, step, name, order):
        keys, cursor = self.take(step.scan("waiting", f"{name}/", order["cursor"]))
        for key in keys:
            self.reconsider(step, key, False)
        return cursor

    def ask(self, step, name, order):
        users, cursor = self.take(step.scan("customers", "", order["cursor"]))
        announced = from_iso(order["announcedAt"])
        for user in users:
            customer = step.get(f"customers/{user}")
            key = f"responses/{name}/{user}"
            if step.get(key) is None and from_iso(customer["registeredAt"]) <= announced:
                response = new_response(customer, order)
                step.put(key, response)
                self.say(step, "Listmade", name, user, response)
        return cursor

    def save_some(self, step, name, order):
        prefix = f"{name}/"
        keys, cursor = self.take(step.scan("responses", prefix, prefix + order["cursor"]))
        for key in keys:
            response = step.get(f"responses/{key}")
            if not response["saved"]:
                step.put(f"responses/{key}", self.save(step, name, key[len(prefix) :], order, response))
        return None if cursor is None else cursor[len(prefix) :]

    def save(self, step, name, user, order, response):
        last = last_moment(order)
        said = "ignore"
        for moment, one in zip(response.get("answeredAt", ()), response.get("answers", ())):
            if last is None or moment <= last:
                said = one
        response = {**response, "answer": said, "saved": True}
        response.pop("endsAt", None)
        if "endedAt" in order:
            response["endsAt"] = order["endedAt"]
        self.say(step, "Listsaved", name, user, response)
        return response

    @staticmethod
    def say(step, kind, name, user, response):
        fields = {
            "id": f"{name}.{user}",
            "drId": name,
            "userId": user,
            "userName": response["name"],
            "userCapacity": response["capacity"],
            "answer": response["answer"],
            "startsAt": response["startsAt"],
        }
        if response.get("endsAt") is not None:
            fields["endsAt"] = response["endsAt"]
        step.say("response.events", kind, user, fields)
