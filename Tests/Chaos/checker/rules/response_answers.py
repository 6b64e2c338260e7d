"""What response does with customers and their answers: who should have been asked is asked then; an answer waits for
its order and its customer, and is given up after a while."""

from ..values import Refusal, from_iso, to_iso

ANSWERS = 100


class Answers:
    """The half of Response that is about one customer at a time."""

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
                with step.within(row.get("traceparent")):
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
        changed = {
            **response,
            "answer": answers[-1][0],
            "answers": [one[0] for one in answers],
            "answeredAt": [one[1] for one in answers],
            "channels": [one[2] for one in answers],
        }
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
            "value": record.value.decode(),
        }
        if channel is not None:
            row["channel"] = channel
        if record.key is not None and (text_of := utf8(record.key)) is not None:
            row["key"] = text_of
        if record.json.get("eventType") is None:
            row["type"] = step.kind
        step.put(f"waiting/{key}", step.with_trace(row))

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
            with step.within(row.get("traceparent")):
                changed = self.admit(step, name, user, order, other, given)
            step.put(f"responses/{name}/{user}", changed)
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
    response = {
        "name": customer["name"],
        "capacity": customer["capacity"],
        "answer": "ignore",
        "startsAt": order["startsAt"],
        "saved": False,
    }
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
