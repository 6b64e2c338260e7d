"""Lists and answers: who was registered when an order was announced is asked once; the last answer up to the end counts, and
is stated once; answers wait for their order and their customer."""
from ..values import (CAPACITY, POINTS, Refusal, from_iso, integer, optional_text, optional_time, order_id, response_id,
                      text, time, to_iso, user_id)
from .user import read_outcome

ANSWERS = 100


def nowhere(_):
    return None


class Response:
    context = "response"
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
        fields = {"drId": order["id"], "announcedAt": to_iso(step.time), "startsAt": to_iso(order["startsAt"])}
        if order["endsAt"] is not None:
            fields["endsAt"] = to_iso(order["endsAt"])
        for partition in range(step.partitions):
            step.say("response.commands", "MakeList", order["id"], fields, partition)

    def ended(self, step, order):
        self.tell_end(step, order["id"], order["startsAt"], order["endsAt"], {})

    @staticmethod
    def tell_end(step, order, starts, ends, more):
        fields = {"drId": order, "startsAt": to_iso(starts), "endsAt": to_iso(ends), **more}
        for partition in range(step.partitions):
            step.say("response.commands", "SaveList", order, fields, partition)

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
        step.wake("list", made["drId"], now)

    def save_list(self, step, saved):
        passed, name = saved["passedBy"], saved["drId"]
        if passed is None:
            self.tell_end(step, name, saved["startsAt"], saved["endsAt"], {"passedBy": step.partition})
        elif passed >= step.partitions:
            raise Refusal("refused", "no such partition")
        key = f"orders/{name}"
        order = step.get(key)
        known = order if order is not None else step.get(f"early_endings/{name}")
        has_ending = known is not None and "endedAt" in known
        ending = {"endedAt": known["endedAt"] if has_ending else to_iso(saved["endsAt"]),
                  "passed": list(known["passed"]) if has_ending else []}
        if passed is not None and passed not in ending["passed"]:
            ending["passed"].append(passed)
        if order is None:
            step.put(f"early_endings/{name}", ending)
            return
        changed = {**order, **ending}
        if order["state"] == "open" and len(ending["passed"]) >= step.partitions:
            step.wake("list", name, step.now(key) + 1)
            changed |= {"state": "saving", "cursor": ""}
        if changed != order:
            step.put(key, changed)
        step.is_final = True

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
            step.wake("list", name, step.time)

    def take(self, keys):
        """The keys of one piece of work, and the last of them where there may be more."""
        some = []
        for key in keys:
            some.append(key)
            if len(some) == self.step_rows:
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
                step.put(f"responses/{key}", self.save(step, name, key[len(prefix):], order, response))
        return None if cursor is None else cursor[len(prefix):]

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
        fields = {"id": f"{name}.{user}", "drId": name, "userId": user, "userName": response["name"],
                  "userCapacity": response["capacity"], "answer": response["answer"], "startsAt": response["startsAt"]}
        if response.get("endsAt") is not None:
            fields["endsAt"] = response["endsAt"]
        step.say("response.events", kind, user, fields)

    # Customers

    def learn(self, step, user, is_registration):
        key = f"customers/{user['id']}"
        known = step.get(key)
        moment = to_iso(step.time)
        state = {"name": user["name"], "capacity": user["capacity"]}
        if known is None:
            customer = {**state, "registeredAt": moment, "updatedAt": moment}
        else:
            customer = dict(known)
            if is_registration and step.time < from_iso(known["registeredAt"]):
                customer["registeredAt"] = moment
            if step.time >= from_iso(known["updatedAt"]):
                customer |= {**state, "updatedAt": moment}
        if customer == known:
            step.is_final = True
            return
        step.put(key, customer)
        if known is None or known["registeredAt"] != customer["registeredAt"]:
            self.enlist_behind(step, user["id"], customer, f"{from_iso(customer['registeredAt']):013d}")

    def enlist_behind(self, step, user, customer, cursor):
        """Puts a customer on the lists announced since, some at a time."""
        keys, last = self.take(step.scan("orders_by_time", "", cursor))
        next_at = None
        if last is not None:
            next_at = step.time if step.timer else step.now(f"customers/{user}")
        for key in keys:
            name = step.get(f"orders_by_time/{key}")["drId"]
            if order := step.get(f"orders/{name}"):
                self.enlist(step, name, user, order, customer)
        if last is not None:
            step.wake("enlist", f"{user}/{last}", next_at)

    def enlist(self, step, name, user, order, customer, given=None):
        key = f"responses/{name}/{user}"
        known = step.get(key)
        response = known if known is not None else new_response(customer, order)
        if known is None:
            self.say(step, "Listmade", name, user, response)
        for waiting in list(step.scan("waiting", f"{name}/{user}/")):
            row = step.get(f"waiting/{waiting}")
            self.remove(step, waiting, row)
            try:
                response = self.admit(step, name, user, order, response, given_of(row))
            except Refusal as refusal:
                step.letter(source_of(row), refusal.kind)
        if given is not None:
            response = self.admit(step, name, user, order, response, given)
        is_through = order["state"] == "saved" or order["state"] == "saving" and order["cursor"] >= user
        if is_through and not response["saved"]:
            response = self.save(step, name, user, order, response)
        if response != known:
            step.put(key, response)

    # Answers

    def choose(self, step, said, choice):
        name, user, channel = choice
        given = said, step.time, channel
        verdict, order, row = self.judge(step, name, user, step.time)
        if verdict == "take":
            step.put(f"responses/{name}/{user}", self.admit(step, name, user, order, row, given))
        elif verdict == "ask":
            self.enlist(step, name, user, order, row, given)
        else:
            self.put_aside(step, name, user, given)

    def judge(self, step, name, user, moment):
        """Refuses, or says "take" with the response, "ask" with the customer, or "wait"."""
        order = step.get(f"orders/{name}")
        if order is None:
            return "wait", None, None
        last = last_moment(order)
        if last is not None and moment > last:
            raise Refusal("late", "after the end")
        response = step.get(f"responses/{name}/{user}")
        if response is not None:
            self.check_open(response)
            return "take", order, response
        customer = step.get(f"customers/{user}")
        if customer is None:
            return "wait", order, None
        if from_iso(customer["registeredAt"]) > from_iso(order["announcedAt"]):
            raise Refusal("refused", "not on the list")
        return "ask", order, customer

    @staticmethod
    def check_open(response):
        if response["saved"]:
            raise Refusal("late", "saved already")
        if len(response.get("answers", ())) >= ANSWERS:
            raise Refusal("refused", "too many answers")

    def admit(self, step, name, user, order, response, given):
        said, moment, channel = given
        last = last_moment(order)
        if last is not None and moment > last:
            raise Refusal("late", "after the end")
        self.check_open(response)
        answers = list(zip(response.get("answers", ()), response.get("answeredAt", ()), response.get("channels", ())))
        place = len(answers)
        while place and answers[place - 1][1] > moment:
            place -= 1
        answers.insert(place, (said, moment, channel or ""))
        changed = {**response, "answer": answers[-1][0], "answers": [one[0] for one in answers],
                   "answeredAt": [one[1] for one in answers], "channels": [one[2] for one in answers]}
        if changed["answer"] != response["answer"]:
            kind = {"accept": "AcceptChosen", "deny": "DenyChosen"}[changed["answer"]]
            self.say(step, kind, name, user, changed)
        return changed

    def put_aside(self, step, name, user, given):
        if sum(1 for _ in step.scan("waiting", f"{name}/{user}/")) >= ANSWERS:
            raise Refusal("refused", "too many answers wait")
        record = step.record
        key = f"{name}/{user}/{record.offset:019d}"
        due = step.now(f"waiting/{key}") + self.patience
        step.wake("patience", key, due)
        said, moment, channel = given
        row = {"drId": name, "userId": user, "answer": said, "answeredAt": to_iso(moment), "until": to_iso(due),
               "topic": record.topic, "partition": record.partition, "offset": record.offset, "time": to_iso(step.time),
               "value": record.value.decode()}
        if channel is not None:
            row["channel"] = channel
        if record.key is not None and (text_of := utf8(record.key)) is not None:
            row["key"] = text_of
        if record.json.get("eventType") is None:
            row["type"] = step.kind
        step.put(f"waiting/{key}", row)

    def reconsider(self, step, key, gives_up):
        row = step.get(f"waiting/{key}")
        if row is None:
            return
        name, user, given = row["drId"], row["userId"], given_of(row)
        try:
            verdict, order, other = self.judge(step, name, user, given[1])
        except Refusal as refusal:
            self.remove(step, key, row)
            step.letter(source_of(row), refusal.kind)
            return
        if verdict == "take":
            self.remove(step, key, row)
            step.put(f"responses/{name}/{user}", self.admit(step, name, user, order, other, given))
        elif verdict == "ask":
            self.enlist(step, name, user, order, other)
        elif gives_up:
            self.remove(step, key, row)
            step.letter(source_of(row), "not-found")

    @staticmethod
    def remove(step, key, row):
        step.delete(f"waiting/{key}")
        step.cancel("patience", key, from_iso(row["until"]))

    def refute(self, step, check):
        """An accept that was not real becomes a deny."""
        key = f"responses/{check['drId']}/{check['userId']}"
        response = step.get(key)
        if response is None:
            raise Refusal("not-found")
        if not response["saved"]:
            raise Refusal("conflict")
        if check["isReal"] or response["answer"] != "accept":
            step.is_final = True
            return
        response = {**response, "answer": "deny"}
        step.put(key, response)
        self.say(step, "DenyChosen", check["drId"], check["userId"], response)


def new_response(customer, order):
    response = {"name": customer["name"], "capacity": customer["capacity"], "answer": "ignore",
                "startsAt": order["startsAt"], "saved": False}
    if order.get("plannedEnd") is not None:
        response["endsAt"] = order["plannedEnd"]
    return response


def last_moment(order):
    """Until when answers count, as far as it is known."""
    moments = [from_iso(order[name]) for name in ("plannedEnd", "endedAt") if order.get(name) is not None]
    return min(moments, default=None)


def given_of(row):
    return row["answer"], from_iso(row["answeredAt"]), row.get("channel")


def source_of(row):
    return f"{row['topic']}-{row['partition']}-{row['offset']}"


def utf8(key):
    try:
        return key.decode()
    except UnicodeDecodeError:
        return None


def read_choice(fields):
    if fields.get("drId") is not None or fields.get("userId") is not None or fields.get("id") is None:
        order, user = order_id(fields, "drId"), user_id(fields, "userId")
    else:
        order, user = response_id(fields, "id")
    return order, user, optional_text(fields, "channel", 50)


def read_make_list(fields):
    return {"drId": order_id(fields, "drId"), "announcedAt": time(fields, "announcedAt"),
            "startsAt": time(fields, "startsAt"), "endsAt": optional_time(fields, "endsAt")}


def read_save_list(fields):
    passed = None if fields.get("passedBy") is None else integer(fields, "passedBy", (0, 2**31 - 1))
    return {"drId": order_id(fields, "drId"), "startsAt": time(fields, "startsAt"), "endsAt": time(fields, "endsAt"),
            "passedBy": passed}


def read_order(fields):
    text(fields, "name"), text(fields, "type", 50), text(fields, "status", 50)
    return {"id": order_id(fields, "id"), "startsAt": time(fields, "startsAt"), "endsAt": optional_time(fields, "endsAt")}


def read_ended(fields):
    text(fields, "reason")
    time(fields, "endsAt")
    return read_order(fields)


def read_user(fields):
    integer(fields, "point", POINTS)
    return {"id": user_id(fields, "id"), "name": text(fields, "name"), "capacity": integer(fields, "capacity", CAPACITY)}
