"""Lists and answers: who was registered when an order was announced is asked once; the last answer up to the end
counts, and is stated once."""

from ..step import WORDS
from ..values import Refusal, from_iso, to_iso
from .contradictions import check_cancelled, check_changed, check_ended, check_started
from .course import (
    asks_others,
    cancelled,
    changed,
    course_of,
    in_state,
    is_cancelled,
    is_ended,
    is_final,
    last_moment,
    planned_end,
    state_of,
    targets_of,
    with_course,
)
from .sweep import Sweep, arm, sweep_endings, sweep_lists, sweep_members
from .resources import includes
from .response_answers import Answers, is_asked, new_response, reopened, with_resource
from .response_messages import (
    kind_for,
    read_cancel_list,
    read_cancelled,
    read_change_list,
    read_changed,
    read_choice,
    read_ended,
    read_left,
    read_make_list,
    read_save_list,
    read_started,
    read_updated,
    read_user,
)
from .user import read_outcome


def nowhere(_):
    return None


class Response(Answers):
    context = "response"
    tables = {"customers", "orders", "orders_by_time", "early_endings", "responses", "waiting"}
    own_topics = ("response.commands",)
    commands = ("Accept", "Deny", "MakeList", "ChangeList", "SaveList", "CancelList")

    def __init__(self, settings):
        self.sweep = Sweep(settings, [sweep_lists, sweep_endings, sweep_members])
        self.step_rows, self.patience = settings.step_rows, settings.answer_patience_ms
        self.handlers = {
            "Accept": (read_choice, lambda choice: choice[1], lambda step, choice: self.choose(step, "accept", choice)),
            "Deny": (read_choice, lambda choice: choice[1], lambda step, choice: self.choose(step, "deny", choice)),
            "MakeList": (read_make_list, nowhere, self.make_list),
            "SaveList": (read_save_list, nowhere, self.save_list),
            "ChangeList": (read_change_list, nowhere, self.change_list),
            "CancelList": (read_cancel_list, nowhere, self.cancel_list),
            "DRstarted": (read_started, nowhere, self.started),
            "DrChanged": (read_changed, nowhere, self.changed),
            "DrEnded": (read_ended, nowhere, self.ended),
            "DrCancelled": (read_cancelled, nowhere, self.cancelled),
            "UserRegistered": (read_user, lambda user: user["id"], lambda step, user: self.learn(step, user, True)),
            "UserUpdated": (read_updated, lambda user: user["id"], lambda step, user: self.learn(step, user, False)),
            "UserLeft": (read_left, lambda user: user["id"], self.leave),
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
        elif kind == "sweep":
            self.sweep.fire(step, identity)
        elif kind == "enlist":
            user, _, cursor = identity.partition("/")
            if customer := step.get(f"customers/{user}"):
                self.review(step, user, customer, cursor)

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
        self.sweep.check_age(step, step.time)
        fields = {"drId": order["id"], "announcedAt": to_iso(step.time), "startsAt": to_iso(order["startsAt"])}
        if order["endsAt"] is not None:
            fields["endsAt"] = to_iso(order["endsAt"])
        self.tell_all(step, "MakeList", order["id"], fields | order["kind"])

    def changed(self, step, order):
        check_changed(order)
        course = self.course(step, order["id"])
        if (known := course.get("version", 0)) >= order["version"]:
            end = None if order["endsAt"] is None else to_iso(order["endsAt"])
            said = targets_of(course) if asks_others(course) else {}
            if known == order["version"] and (course.get("changedEnd") != end or said != order["targets"]):
                raise Refusal("conflict", "another change of this version")
            step.is_final = True
            return
        if is_final(course):
            step.is_final = True
            return
        fields = {"drId": order["id"], "version": order["version"]}
        if order["endsAt"] is not None:
            fields["endsAt"] = to_iso(order["endsAt"])
        self.tell_all(step, "ChangeList", order["id"], fields | order["targets"])

    def ended(self, step, order):
        check_ended(order)
        course = self.course(step, order["id"])
        if order["endsAt"] == order["startsAt"] and not is_ended(course):
            self.withdraw(step, order, step.time, course)
            return
        if is_cancelled(course):
            raise Refusal("conflict", "cancelled")
        if is_ended(course):
            if course["endedAt"] != to_iso(order["endsAt"]):
                raise Refusal("conflict", "another end")
            step.is_final = True
            return
        self.tell_end(step, order["id"], order["startsAt"], order["endsAt"], {}, range(step.partitions))

    def cancelled(self, step, order):
        check_cancelled(order)
        course = self.course(step, order["id"])
        if is_ended(course):
            raise Refusal("conflict", "ended")
        self.withdraw(step, order, order["cancelledAt"], course)

    def withdraw(self, step, order, moment, course):
        if is_cancelled(course):
            if course["cancelledAt"] != to_iso(moment):
                raise Refusal("conflict", "cancelled at another time")
            step.is_final = True
            return
        fields = {"drId": order["id"], "cancelledAt": to_iso(moment), "reason": order["reason"]}
        self.tell_all(step, "CancelList", order["id"], fields)

    @staticmethod
    def tell_all(step, kind, order, fields):
        for partition in range(step.partitions):
            step.say("response.internal", kind, order, fields, partition)

    @staticmethod
    def course(step, name):
        """What is known of an order, or was heard of it before."""
        order = step.get(f"orders/{name}")
        return (step.get(f"early_endings/{name}") if order is None else order) or {}

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
        early = step.get(f"early_endings/{made['drId']}")
        now = None if is_cancelled(early) else step.now(key)
        if early is not None:
            step.delete(f"early_endings/{made['drId']}")
        row = {"announcedAt": to_iso(made["announcedAt"]), "startsAt": to_iso(made["startsAt"])}
        if made["endsAt"] is not None:
            row["plannedEnd"] = to_iso(made["endsAt"])
        row |= made["kind"]
        state = "cancelled" if is_cancelled(early) else "settling"
        step.put(key, with_course(in_state(row, state), early or {}))
        step.put(f"orders_by_time/{made['announcedAt']:013d}/{made['drId']}", {"drId": made["drId"]})
        if now is not None:
            step.set_timer("list", made["drId"], now)
        arm(step)

    def save_list(self, step, saved):
        name = saved["drId"]
        passed = step.partition if saved["passedBy"] is None else saved["passedBy"]
        if passed >= step.partitions:
            raise Refusal("refused", "no such partition")
        course = self.course(step, name)
        known = is_ended(course)
        if is_cancelled(course) or known and passed in course["passed"]:
            step.is_final = True
            return
        if saved["passedBy"] is None:
            others = [partition for partition in range(step.partitions) if partition != passed]
            self.tell_end(step, name, saved["startsAt"], saved["endsAt"], {"passedBy": passed}, others)
        ending = {
            "endedAt": course["endedAt"] if known else to_iso(saved["endsAt"]),
            "passed": [*(course["passed"] if known else ()), passed],
        }
        key = f"orders/{name}"
        order = step.get(key)
        if order is None:
            step.put(f"early_endings/{name}", course_of(course | ending))
            return
        after = order | ending
        if state_of(order)[0] == "open" and len(ending["passed"]) >= step.partitions:
            step.set_timer("list", name, step.now(key) + 1)
            after = in_state(after, "closing")
        step.put(key, after)

    def change_list(self, step, change):
        name = change["drId"]
        key = f"orders/{name}"
        order = step.get(key)
        after = changed(self.course(step, name), change["version"], change["endsAt"], change["targets"])
        if after is None:
            step.is_final = True
        elif order is None:
            step.put(f"early_endings/{name}", course_of(after | {"heardAt": to_iso(step.time)}))
        else:
            state, cursor = state_of(order)
            if state == "open":
                step.set_timer("list", name, step.now(key) + 1)
            if targets_of(after) != targets_of(order) and state in ("settling", "asking", "open", "changing"):
                # Others are asked first, and of them those who have answered.
                after = in_state(after, "settling")
            elif state in ("open", "changing"):
                after = in_state(after, "changing")
            step.put(key, after)

    def cancel_list(self, step, cancel):
        name = cancel["drId"]
        key = f"orders/{name}"
        order = step.get(key)
        after = cancelled(self.course(step, name), cancel["cancelledAt"], cancel["reason"])
        if after is None:
            step.is_final = True
        elif order is None:
            step.put(f"early_endings/{name}", course_of(after))
        else:
            if state_of(order)[0] == "open":
                step.set_timer("list", name, step.now(key) + 1)
            step.put(key, in_state(after, "cancelling"))

    def go_on(self, step, name):
        """The next bounded piece of the work on a list."""
        key = f"orders/{name}"
        order = step.get(key)
        if order is None:
            return
        state, cursor = state_of(order)
        work = {
            "settling": self.settle,
            "asking": self.ask,
            "changing": self.change_some,
            "closing": self.settle,
            "saving": self.save_some,
            "cancelling": self.cancel_some,
        }.get(state)
        if work is None:
            return
        cursor = work(step, name, order, cursor)
        if cursor is None:
            state, cursor = self.next_state(step, order, state), ""
        step.put(key, in_state(order, state, cursor))
        if state not in ("open", "saved", "cancelled"):
            step.set_timer("list", name, step.time)

    @staticmethod
    def next_state(step, order, state):
        is_over = is_ended(order) and len(order["passed"]) >= step.partitions
        if state == "asking" and "version" in order and (not is_over or asks_others(order)):
            return "changing"
        if state in ("asking", "changing"):
            return "closing" if is_over else "open"
        return {"settling": "asking", "closing": "saving", "saving": "saved", "cancelling": "cancelled"}[state]

    def take(self, keys, limit=None):
        """The keys of one piece of work, and the last of them where there may be more."""
        some = []
        for key in keys:
            some.append(key)
            if len(some) == (limit or self.step_rows):
                return some, key
        return some, None

    def settle(self, step, name, _order, cursor):
        keys, cursor = self.take(step.scan("waiting", f"{name}/", cursor))
        for key in keys:
            self.reconsider(step, key, False)
        return cursor

    def ask(self, step, name, order, cursor):
        users, cursor = self.take(step.scan("customers", "", cursor))
        for user in users:
            customer = step.get(f"customers/{user}")
            key = f"responses/{name}/{user}"
            if step.get(key) is None and is_asked(customer, order):
                response = new_response(customer, order)
                step.put(key, response)
                self.say(step, "Listmade", name, user, response)
        return cursor

    def save_some(self, step, name, order, cursor):
        return self.do_some(step, name, cursor, lambda user, response: self.save(step, name, user, order, response))

    def change_some(self, step, name, order, cursor):
        end = planned_end(order)

        def change(user, response):
            if "cancelled" in response:
                return self.ask_again(step, name, user, order, response)
            if not includes(targets_of(order), response.get("resource")):
                response = {**response, "saved": True, "cancelled": True}
                self.say(step, "Listcancelled", name, user, response, reason=WORDS)
                return response
            if response.get("endsAt") == end:
                return None
            response = {**response, "endsAt": end}
            has_accepted = response["answer"] == "accept"
            self.say(step, "Listchanged", name, user, response, **(kind_for(order, response) if has_accepted else {}))
            return response

        return self.do_some(step, name, cursor, change, lambda response: not response["saved"] or "cancelled" in response)

    def ask_again(self, step, name, user, order, response):
        """Who was taken off when it asked others, and is asked now."""
        customer = step.get(f"customers/{user}")
        if not asks_others(order) or customer is None or not is_asked(customer, order):
            return None
        response = with_resource(reopened(response, order), customer, order)
        self.say_asked(step, name, user, order, response)
        return response

    def say_asked(self, step, name, user, order, response):
        """Who is asked again and had accepted takes part again."""
        self.say(step, "Listmade", name, user, response)
        if response["answer"] == "accept":
            # By nobody's request: that came before.
            with step.within({}):
                self.say(step, "AcceptChosen", name, user, response, **kind_for(order, response))

    def cancel_some(self, step, name, order, cursor):
        def cancel(user, response):
            response = {**response, "saved": True, "cancelled": True}
            self.say(step, "Listcancelled", name, user, response, reason=order["cancelReason"])
            return response

        return self.do_some(step, name, cursor, cancel)

    def do_some(self, step, name, cursor, change, concerns=lambda response: not response["saved"]):
        """Of an order's responses those that are not saved, or that are concerned."""
        prefix = f"{name}/"
        keys, cursor = self.take(step.scan("responses", prefix, prefix + cursor))
        for key in keys:
            response = step.get(f"responses/{key}")
            after = change(key[len(prefix) :], response) if concerns(response) else None
            if after is not None:
                step.put(f"responses/{key}", after)
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
        self.say(step, "Listsaved", name, user, response, **kind_for(order, response))
        return response

    @staticmethod
    def say(step, message, name, user, response, **more):
        fields = {
            "id": f"{name}.{user}",
            "drId": name,
            "userId": user,
            **({} if message in ("Listchanged", "Listcancelled") else {"userName": response["name"]}),
            "userCapacity": response["capacity"],
            "answer": response["answer"],
            "startsAt": response["startsAt"],
        }
        if "resource" in response:
            fields["resource"] = response["resource"]
        if response.get("endsAt") is not None:
            fields["endsAt"] = response["endsAt"]
        step.say("response.events", message, user, fields | more)
