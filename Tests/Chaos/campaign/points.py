"""Every crash point of the daemon, hit under load, and every way to go on from there."""
import json
import random
import re
import signal
import threading
import time

from confluent_kafka import KafkaException, Producer

from checker.topics import CONTEXTS

from .cluster import ROOT
from .daemons import LONGEST, await_all
from .scene import Scene

#: What follows: its own files, none, another replica while it is away, or another while it lies frozen at the point,
#: and then wakes.
WAYS = ("own", "empty", "takeover", "frozen")
PARTITIONS, SESSION = 4, 3.0
#: To these the load brings too little for a point to be met in time: they run beside the others.
QUIET = ("dr",)
#: What happens only in some contexts.
ONLY_IN = {
    "work.held": ("response",), "work.timer-fired": ("response", "feed", "notify"), "work.letter-produced": ("user", "response"), "work.forwarded": ("user", "response")}
#: What a chance alone does not bring about soon enough: the load does not.
PROVOKED = ("work.letter-read", "work.held")
#: What happens only where there are no files yet.
WITHOUT_FILES = (
    "restore.file-made", "restore.rows-read", "restore.building-synced", "restore.empty-removed", "restore.building-named")
#: How often a step may be passed before it counts, at most.
OCCURRENCES = {
    "work.timer-fired": 5, "work.letter-produced": 3, "work.letter-read": 2, "work.held": 1, "work.forwarded": 3, "save.position-noted": 3, "save.saved": 3,
    "restore.file-made": 2, "restore.file-opened": 2, "restore.rows-read": 40}


def all_points():
    text = (ROOT / "Sources/Daemon/Process/CrashPoint.swift").read_text()
    points = re.findall(r'case \w+ = "([a-z]+\.[a-z-]+)"', text)
    # Daemons have no view.
    return [point for point in points if not point.startswith("view.")]


class Pair:
    """A context's victim, the one that takes over, and one more that comes and goes."""

    def __init__(self, scene, context, say):
        self.scene, self.context, self.say = scene, context, say
        self.victim, self.other, self.third = (
            scene.replica(context, number, self._options(membership))
            for number, membership in enumerate(("static", "static", "dynamic")))
        self.plain_command = list(self.victim.command)

    @staticmethod
    def _options(membership):
        words = ["--membership", membership]
        for name, value in {
            "session.timeout.ms": int(SESSION * 1000), "heartbeat.interval.ms": 300, "transaction.timeout.ms": 3000,
            "message.timeout.ms": 3000,
        }.items():
            words += ["--kafka", f"{name}={value}"]
        return words

    def hit(self, point, way, dice):
        """Brings the victim to the point and has it go on. Returns the seconds until it, or the other, worked again."""
        victim = self.victim
        if victim.is_alive:
            victim.kill("between")
        often = dice.randint(1, OCCURRENCES.get(point, 20 if point.startswith(("work.", "commit.")) else 1))
        if point == "over.producer-made":
            often = 2
        # Only a transaction that is not over by itself, with records that are not given up, can be aborted.
        victim.command = self.plain_command + (
            ["--kafka", "transaction.timeout.ms=20000", "--kafka", "message.timeout.ms=20000"]
            if point.startswith("undo.") else [])
        action = "stop" if way == "frozen" else "kill"
        before = f"commit.offsets-soon@{dice.randint(1, 10)}=stop," if point.startswith("undo.") else ""
        self._provoke(point, *({"CRASH_POINT": f"{before}{point}@{count}={action}"} for count in (often, 1)))
        victim.command = self.plain_command
        began = time.monotonic()
        if way == "frozen":
            victim.is_frozen = True
            self._await_takeover()
            took = time.monotonic() - began
            victim.thaw()
            await_all(f"{victim.name} wakes", lambda: victim.is_ready() or not victim.is_alive)
            if not victim.is_alive and not (point.startswith("stop.") and victim.exit_code == 0):
                raise RuntimeError(f"{victim.name} woke and ended with {victim.exit_code}")
            return took
        victim.keep_files(point)
        if way == "takeover":
            self._await_takeover()
            return time.monotonic() - began
        if way == "empty":
            victim.wipe()
        victim.start()
        await_all(f"{victim.name} works again", victim.is_ready)
        return time.monotonic() - began

    def _is_there(self):
        """Whether the victim has come to the point."""
        if self.victim.exit_code is not None:
            if self.victim.exit_code != -signal.SIGKILL:
                raise RuntimeError(f"{self.victim.name} ended with {self.victim.exit_code} before the point")
            return True
        with open(f"/proc/{self.victim.process.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "T"

    def _await_point(self, seconds):
        """So long from when it works: until then it may be starting, joining, restoring, however slow the machine is."""
        deadline, last = None, time.monotonic() + LONGEST
        while time.monotonic() < (deadline or last):
            if self._is_there():
                return True
            if deadline is None and self.victim.is_ready():
                deadline = time.monotonic() + seconds
            time.sleep(0.02)
        return False

    def _start(self, point, environment):
        if point in WITHOUT_FILES:
            self.victim.wipe()
        self.victim.start(environment)

    def _provoke(self, point, environment, once):
        """Brings it to the point as often as the environment says or, where its partitions bring too little for that, once."""
        kind = point.split(".")[0]
        self._start(point, environment)
        if kind in ("over", "stop") or (kind == "rebalance" and point != "rebalance.assigned"):
            await_all(f"{self.victim.name} works", self.victim.is_ready)
        # What only a chance brings about is tried again; so is what had too little to restore, or to work on: in the
        # meantime there is more.
        is_loaded = kind in ("work", "commit", "save") and point not in PROVOKED
        attempts = 2 if is_loaded else 6 if kind in ("over", "rebalance", "restore") or point in PROVOKED else 1
        for attempt in range(attempts):
            if (is_loaded or kind == "restore") and attempt > 0:
                self.victim.kill("between")
                self._start(point, once)
            elif point == "work.letter-read":
                self._replay_letters()
            elif point == "work.held":
                self._end_an_order_under_answers()
            elif kind == "undo":
                self._sleep_in_a_transaction()
            elif kind == "over":
                self._fence()
            elif kind == "stop":
                self.victim.process.send_signal(signal.SIGTERM)
            elif kind == "rebalance" and point != "rebalance.assigned":
                self._come_and_go()
            if self._await_point(20 if kind == "over" else 6 if kind == "rebalance" else 3 if kind == "restore" else 30):
                return
        raise RuntimeError(f"{self.victim.name} does not come to {point}")

    def _sleep_in_a_transaction(self):
        """The victim freezes by itself right before its offsets; the group goes on without it, and its transaction stays open."""
        if not self._await_point(30):
            raise RuntimeError(f"{self.victim.name} has no transaction to sleep in")
        time.sleep(SESSION + 1.5)
        # Awake when this returns: if it is frozen after that, it has come to the next point.
        self.victim.thaw()

    def _replay_letters(self):
        """Asks for the last dead letter of each partition, of which there are some by then."""
        producer = Producer({"bootstrap.servers": self.scene.cluster.direct, "log_level": 2})
        for partition in range(PARTITIONS):
            letters = [offset for offset in self.scene.progress.last_offsets(f"{self.context}.deadletters", partition)]
            for value in [b"{"] + [
                json.dumps({"eventType": "Replay", "partition": partition, "offset": offset}).encode() for offset in letters
            ]:
                producer.produce(f"{self.context}.commands", value, partition=partition)
        producer.flush(10)

    def _end_an_order_under_answers(self):
        """An order ends while answers lie in the commands that have not been read."""
        producer = Producer({"bootstrap.servers": self.scene.cluster.direct, "log_level": 2, "linger.ms": 50})
        order, now = f"held-{time.monotonic_ns()}", int(time.time() * 1000)
        start = {"eventType": "StartDr", "id": order, "name": "n", "type": "t", "endsAt": now + 3000}
        producer.produce("dr.commands", json.dumps(start), order)
        answer = json.dumps({"eventType": "Accept", "drId": order, "userId": "nobody"})
        for _ in range(60):
            for partition in range(PARTITIONS):
                for _ in range(20):
                    producer.produce("response.commands", answer, partition=partition)
            producer.poll(0.1)
            if self._is_there():
                break
        producer.flush(10)

    def _fence(self):
        """Takes the victim's name, as a second daemon of the same ordinal would."""
        producer = Producer({
            "bootstrap.servers": self.scene.cluster.direct, "log_level": 2,
            "transactional.id": f"{self.context}-{self.victim.number}"})
        try:
            producer.init_transactions(10)
        except KafkaException:
            pass

    def _come_and_go(self):
        if self.third.is_alive:
            self.third.stop()
        else:
            self.third.start()

    def _await_takeover(self):
        """Until the others have all partitions and work."""
        def is_taken():
            members = [replica for replica in (self.other, self.third) if replica.is_alive]
            count = [replica.metric("negawatt_assigned_partitions") or 0 for replica in members]
            return sum(count) == PARTITIONS and all(replica.is_ready() for replica in members)
        await_all(f"the other replicas of {self.context} take over", is_taken)


def run(directory, negawatt, seed, ways, only, seconds, malice, say):
    with Scene(directory, negawatt, seed, 1, PARTITIONS, False, say) as scene:
        return _run(scene, seed, ways, only, seconds, malice, say)


def _run(scene, seed, ways, only, seconds, malice, say):
    dice = random.Random(seed)
    scene.start_outsiders()
    wanted = [(point, way) for point in all_points() if point.startswith(only) for way in ways]
    dice.shuffle(wanted)
    total, results, failures, failed, lock = len(wanted), {}, [], 0, threading.Lock()
    for context in QUIET:
        scene.replica(context, 0, Pair._options("static")).start()
    pairs = [Pair(scene, context, say) for context in CONTEXTS if context not in QUIET]
    for pair in pairs:
        pair.other.start()
    await_all("the daemons' start", lambda: all(r.is_ready() for r in scene.replicas if r.is_alive))
    scene.start_load(60, 150, malice)
    end = time.monotonic() + seconds

    def next_for(context):
        with lock:
            if time.monotonic() > end:
                return None
            for item in wanted:
                if context in ONLY_IN.get(item[0], CONTEXTS):
                    wanted.remove(item)
                    return item
        return None

    def work(pair, own_dice):
        nonlocal failed
        while (item := next_for(pair.context)) is not None:
            try:
                took = pair.hit(*item, own_dice)
                with lock:
                    results[item] = (pair.context, took)
                say(f"{len(results):3} of {total}: {item[0]} {item[1]}, {pair.context}: works again after {took:.1f} s")
            except Exception as error:
                with lock:
                    failed += 1
                    failures.append(f"{item[0]} {item[1]}, {pair.context}: {error or repr(error)}")
                say(f"FAILED {failures[-1]}")
                if pair.victim.is_alive:
                    pair.victim.kill("failed")
            for replica in (pair.other, pair.third):
                if replica.process is not None and not replica.is_alive and replica.exit_code != 0:
                    failures.append(f"{replica.name} ended by itself with {replica.exit_code} during {item}")
                    replica.start()
    threads = [threading.Thread(target=work, args=(pair, random.Random(dice.random()))) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(results) + failed + len(wanted) != total or (wanted and time.monotonic() < end):
        failures.append(f"of {total} points and ways {len(results)} were hit, and {len(wanted)} never begun")
    if not results:
        failures.append("no point was hit")
    for pair in pairs:
        if not pair.victim.is_alive:
            pair.victim.start()
    sent = scene.settle(failures)
    failures += scene.stop_daemons()
    table(results, ways, sent, scene, failures, len(wanted))
    return scene.verdict(failures)


def table(results, ways, sent, scene, failures, left):
    print(f"\n{'crash point: seconds until it works again':<44}" + "".join(f"{way:>10}" for way in ways))
    for point in all_points():
        if any((point, way) in results for way in ways):
            cells = (f"{results[(point, way)][1]:.1f}" if (point, way) in results else "-" for way in ways)
            print(f"{point:<44}" + "".join(f"{cell:>10}" for cell in cells))
    print(f"{'points × ways hit':<44}{len(results):>10,}")
    if left:
        print(f"{'left out for want of time':<44}{left:>10,}")
    print(f"{'state directories copied at a kill':<44}{scene.snapshots.count:>10,}")
    for name, count in sent.items():
        print(f"{'records ' + name:<44}{count:>10,}")
    for failure in failures:
        print(f"FAILED {failure}")
    print()
