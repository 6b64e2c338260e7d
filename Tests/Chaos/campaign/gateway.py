"""Gateways that are killed under load: whoever comes with an Idempotency-Key gets one answer, and what he asked for happens once."""
import http.client
import itertools
import json
import random
import threading
import time
import uuid

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from checker.topics import CONTEXTS

from .daemons import Replica, await_all
from .scene import Scene

PARTITIONS, GATEWAYS, CLIENTS = 4, 2, 8
#: For what has to come to an end, in seconds.
LONGEST = 120


class Gateway(Replica):
    def __init__(self, negawatt, number, servers, directory, log):
        super().__init__(negawatt, "gateway", number, servers, directory, log)
        self.command = [
            negawatt, "gateway", "--bootstrap-servers", servers, "--state-directory", str(directory),
            "--gateway-address", "127.0.0.1", "--gateway-port", "0", "--http-port", "0", "--auth", "none"]
        self.port = None

    def start(self, environment=None):
        self.port = None
        super().start(environment)

    def find_port(self):
        """Where it listens in this life; None while it does not say."""
        if self.port is None:
            text = self.log_of_this_life()
            mark = text.find(" http=")
            digits = "".join(itertools.takewhile(str.isdigit, text[mark + 6:])) if mark >= 0 else ""
            # The line may not be whole yet.
            self.port = int(digits) if digits and "\n" in text[mark:] else None
        return self.port


class Deed:
    """Something that a client wants done once."""

    def __init__(self, kind, method, path, body, subject):
        self.kind, self.method, self.path, self.body, self.subject = kind, method, path, body, subject
        self.key = str(uuid.uuid4())
        self.status, self.answer, self.tries, self.repeats = None, None, 0, 0


class Client(threading.Thread):
    def __init__(self, number, seed, gateways, over):
        super().__init__(name=f"client-{number}")
        self.number, self.dice, self.gateways, self.over = number, random.Random(seed), gateways, over
        self.deeds, self.users, self.orders, self.defects, self.unavailable = [], [], [], [], 0
        #: What it has been told of, wherever that was: with it any gateway knows as much.
        self.position = None

    def run(self):
        try:
            while not self.over.is_set():
                deed = self._next()
                self.deeds.append(deed)
                self._carry_out(deed)
                if self.dice.random() < 0.3:
                    self._repeat(deed)
        except Exception as error:
            self.defects.append(f"{self.name}: {error!r}")

    def _next(self):
        json_body = lambda **fields: json.dumps(fields)
        running = [order for order in self.orders if not order["ended"]]
        choice = self.dice.random()
        if choice < 0.35 or not self.users:
            user = f"g{self.number}-{len(self.users)}"
            self.users.append(user)
            return Deed("register", "POST", "/users", json_body(id=user, name=user, capacity=1000), user)
        if choice < 0.6 or not running:
            # Without an id: the gateway makes one of the key.
            name = f"order {self.number} {len(self.orders)}"
            self.orders.append({"name": name, "id": None, "ended": False})
            return Deed("start", "POST", "/drs/startdr", json_body(name=name, type="reliable"), name)
        order = self.dice.choice(running)
        if order["id"] and choice < 0.8:
            order["ended"] = True
            return Deed("end", "PUT", f"/drs/{order['id']}/end", None, order["id"])
        user = self.dice.choice(self.users)
        capacity = self.dice.randrange(2000, 9000)
        return Deed("update", "PATCH", f"/users/{user}", json_body(capacity=capacity), user)

    def _carry_out(self, deed):
        deadline = time.monotonic() + LONGEST
        while True:
            answer = self._ask(deed)
            if answer:
                status, headers, body = answer
                if status == 202:
                    status, body = self._follow(headers["location"], deadline)
                if status not in (503, 409) or (status == 409 and "retry-after" not in headers):
                    deed.status, deed.answer = status, body
                    self.position = headers.get("x-position", self.position)
                    break
                self.unavailable += status == 503
            if time.monotonic() > deadline:
                raise TimeoutError(f"{deed.kind} {deed.subject} has no answer")
            time.sleep(self.dice.uniform(0.01, 0.1))
        if deed.kind == "start" and deed.status == 200:
            order = next(order for order in self.orders if order["name"] == deed.subject)
            order["id"] = deed.answer["id"]

    def _ask(self, deed):
        deed.tries += 1
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": deed.key}
        if self.position:
            headers["X-Position"] = self.position
        if self.dice.random() < 0.1:
            headers["Prefer"] = "respond-async"
        return self._send(deed.method, deed.path, deed.body, headers)

    def _send(self, method, path, body, headers):
        """None where the gateway is gone before it has answered."""
        port = self.dice.choice(self.gateways).find_port()
        if port is None:
            return None
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read()
            connection.close()
        except (OSError, http.client.HTTPException):
            return None
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, json.loads(text) if text else {}

    def _follow(self, location, deadline):
        """What has become of a command that was answered 202: 503 where that is not said in time, so that it is sent again."""
        path = "/" + location.split("/", 3)[3]
        patience = min(deadline, time.monotonic() + 5)
        while time.monotonic() < patience:
            answer = self._send("GET", path, None, {})
            if answer and answer[0] == 200 and answer[2]["state"] != "pending":
                # The same request once more has the whole answer.
                return 503, {}
            time.sleep(0.05)
        return 503, {}

    def _repeat(self, deed):
        """With the same key at any gateway: the same answer."""
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            answer = self._ask(deed)
            # A gateway that has just restarted may be on its way to where the other one is.
            if answer and answer[0] not in (503, 202) and not (answer[0] == 409 and "retry-after" in answer[1]):
                deed.repeats += 1
                status, _, body = answer
                same = body.get("id") == deed.answer.get("id") if status < 400 else True
                if status != deed.status or not same:
                    self.defects.append(f"{deed.kind} {deed.subject}: first {deed.status}, then {status}: {deed.answer} {body}")
                return
            time.sleep(0.05)
        self.defects.append(f"{deed.kind} {deed.subject}: no answer to the same once more")


def run(directory, negawatt, seed, kills, say):
    """Returns the exit code: 0 when nothing is wrong."""
    dice = random.Random(seed)
    with Scene(directory, negawatt, seed, 1, PARTITIONS, False, say) as scene:
        for context in CONTEXTS:
            scene.replica(context, 0, []).start()
        gateways = [
            Gateway(negawatt, number, scene.cluster.servers, scene.directory / "state" / f"gateway-{number}",
                    scene.directory / f"gateway-{number}.log") for number in range(GATEWAYS)]
        scene.replicas += gateways
        for gateway in gateways:
            gateway.start()
        await_all("the start", lambda: all(replica.is_ready() for replica in scene.replicas))
        over = threading.Event()
        clients = [Client(number, dice.random(), gateways, over) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        began = time.monotonic()
        wiped = _kill(dice, gateways, kills, clients, say)
        over.set()
        for client in clients:
            client.join(2 * LONGEST)
        await_all("the gateways' last start", lambda: all(gateway.is_ready() for gateway in gateways))
        defects = [defect for client in clients for defect in client.defects]
        defects += [f"{client.name} has not ended" for client in clients if client.is_alive()]
        deeds = [deed for client in clients for deed in client.deeds]
        defects += _check(scene, gateways, deeds)
        _report(deeds, clients, kills, wiped, time.monotonic() - began, defects)
        scene.has_failed = bool(defects)
        return 1 if defects else 0


def _kill(dice, gateways, kills, clients, say):
    wiped = 0
    for number in range(kills):
        time.sleep(dice.uniform(0.1, 0.9))
        gateway = dice.choice(gateways)
        gateway.kill("gateway")
        if dice.random() < 0.2:
            gateway.wipe()
            wiped += 1
        gateway.start()
        if (number + 1) % 20 == 0:
            say(f"{number + 1} kills, {sum(len(client.deeds) for client in clients)} deeds")
            # Where both are always gone nobody has an answer.
            await_all("a gateway", lambda: any(one.is_ready() for one in gateways))
    return wiped


def _check(scene, gateways, deeds):
    """Every effect once in Kafka's events, none of what was refused, and both gateways show the same."""
    started, registered, ended, updated = {}, {}, {}, {}
    for topic in ("dr.events", "user.events"):
        for event, command, _ in committed_records(scene.cluster.direct, topic):
            kinds = {"DRstarted": (started, "name"), "UserRegistered": (registered, "id"), "DrEnded": (ended, "id"),
                     "UserUpdated": (updated, "id")}
            if event["eventType"] in kinds:
                counts, field = kinds[event["eventType"]]
                counts.setdefault(event[field], []).append(command)
    defects = []
    for deed in deeds:
        counts = {"start": started, "register": registered, "end": ended, "update": updated}[deed.kind]
        effects = counts.get(deed.subject, [])
        if deed.status is None:
            defects.append(f"{deed.kind} {deed.subject} has no answer")
        elif deed.kind == "update":
            # Several of one customer: none has its command twice.
            if len(set(effects)) != len(effects):
                defects.append(f"update of {deed.subject}: a command has had its effect twice")
        elif deed.status < 300 and len(effects) != 1:
            defects.append(f"{deed.kind} {deed.subject}: answered {deed.status}, and it has happened {len(effects)} times")
        elif deed.status >= 400:
            defects.append(f"{deed.kind} {deed.subject}: refused with {deed.status}: {deed.answer}")
    return defects + _compare(gateways, deeds)


def _compare(gateways, deeds):
    def shown():
        views = []
        for gateway in gateways:
            lists = []
            for path in ("/users", "/drs"):
                items, page = {}, 0
                while True:
                    text = gateway.ask(f"{path}?size=1000&page={page}")
                    if text is None:
                        return None
                    found = json.loads(text.replace(f"127.0.0.1:{gateway.find_port()}", "HOST"))
                    items |= {item["id"]: item for item in list(found["_embedded"].values())[0]}
                    page += 1
                    if page >= found["page"]["totalPages"]:
                        break
                lists.append(items)
            views.append(lists)
        return views
    deadline = time.monotonic() + LONGEST
    while (views := shown()) is None or any(view != views[0] for view in views):
        if time.monotonic() > deadline:
            return ["the gateways do not show the same"]
        time.sleep(0.5)
    users, orders = views[0]
    defects = [f"customer {deed.subject} is not shown" for deed in deeds if deed.kind == "register" and deed.subject not in users]
    names = {order["name"] for order in orders.values()}
    return defects + [f"{deed.subject} is not shown" for deed in deeds if deed.kind == "start" and deed.subject not in names]


def committed_records(servers, topic):
    """Every committed record, with its header `command`, and its timestamp in seconds."""
    consumer = Consumer({
        "bootstrap.servers": servers, "group.id": "gateway-check", "enable.auto.commit": False,
        "isolation.level": "read_committed", "enable.partition.eof": True})
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    left = len(partitions)
    while left > 0:
        record = consumer.poll(30)
        if record is None:
            raise TimeoutError(f"{topic} is not read to its end")
        if record.error():
            left -= 1
            continue
        headers = dict(record.headers() or [])
        yield json.loads(record.value()), (headers.get("command") or b"").decode(), record.timestamp()[1] / 1000
    consumer.close()


def _report(deeds, clients, kills, wiped, seconds, defects):
    kinds = sorted({deed.kind for deed in deeds})
    print(f"\n{kills} kills of gateways, {wiped} with their files, in {seconds:.0f} s")
    for kind in kinds:
        these = [deed for deed in deeds if deed.kind == kind]
        print(f"  {kind:<10} {len(these):>6} asked for, {sum(deed.tries for deed in these):>6} requests, "
              f"{sum(deed.repeats for deed in these):>5} asked once more with the same answer")
    print(f"  {sum(client.unavailable for client in clients)} times 503; {len(defects)} defects")
    for defect in defects[:20]:
        print(f"  DEFECT {defect}")
