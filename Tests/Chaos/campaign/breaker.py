"""A gateway whose Kafka goes away, is slow, answers nothing, and comes and goes: reads go on, commands are refused at once and taken again
as soon as it is back, and each answer is true."""
import datetime
import json
import multiprocessing
import random
import re
import time
import urllib.request

from checker.topics import CONTEXTS

from .chart import write_chart
from .daemons import Replica, await_all
from .effects import check_effects
from .gateway import Gateway
from .picture import draw, median, p99
from .scene import Scene
from .traffic import Traffic, serve_control

PARTITIONS, NODE = 4, 1
#: Requests a second.
READS, WRITES = 40, 60
#: In seconds.
READ_LIMIT, REFUSAL_LIMIT, RETURN_LIMIT = 1.0, 0.05, 2.0
#: Nothing here may depend on a quiet machine, and yet there are limits in seconds. So a bare server beside the gateway
#: is asked all the while. Reads and refusals that take long count while that takes no longer than this within a second
#: of them; what they say counts always. And Kafka's return may be later by three times what it takes.
READ_QUIET, REFUSAL_QUIET, RETURN_FACTOR = 0.1, 0.025, 3
#: For whatever has to come to an end.
LONGEST = 120


class Episode:
    """What was done to the connections, and when they were whole again."""

    def __init__(self, name):
        self.name, self.began, self.ended = name, time.time(), None


class Stretch:
    """From when the circuit opened until it closed, with the probes in between."""

    def __init__(self, opened):
        self.opened, self.closed, self.probes = opened, float("inf"), []


def run(directory, negawatt, seed, say):
    """Returns the exit code: 0 when nothing is wrong."""
    dice = random.Random(seed)
    with Scene(directory, negawatt, seed, 1, PARTITIONS, True, say) as scene:
        gateway = _start(scene)
        parent, child = multiprocessing.Pipe()
        control = multiprocessing.Process(target=serve_control, args=(child,), daemon=True)
        control.start()
        try:
            order = _start_order(gateway)
            traffic = Traffic(gateway.find_port(), parent.recv(), order, seed, READS, WRITES)
            traffic.start()
            try:
                episodes = _play(dice, scene.cluster.proxies, traffic, say)
            finally:
                traffic.over.set()
                traffic.join(LONGEST)
        finally:
            control.terminate()
        stretches = _stretches(gateway)
        defects = [f"the traffic: {traffic.error!r}"] if traffic.error or traffic.is_alive() else []
        draw(traffic)
        chart = scene.directory.parent / f"{seed}-breaker.svg"
        write_chart(chart, traffic, episodes, stretches)
        print(f"the same as a chart: {chart}")
        defects += _check_reads(traffic, episodes)
        defects += _check_refusals(traffic, stretches, episodes)
        defects += _check_returns(traffic, stretches, episodes)
        if gateway.is_alive:
            defects += check_effects(scene, gateway, traffic, stretches, LONGEST)
        else:
            defects.append(f"the gateway has ended with {gateway.exit_code}")
        print(f"\n{len(defects)} defects")
        for defect in defects[:20]:
            print(f"  DEFECT {defect}")
        scene.has_failed = bool(defects)
        return 1 if defects else 0


# MARK: What happens

def _start(scene):
    """The daemons have Kafka for themselves: what is tried is the way from the gateway to it."""
    for context in CONTEXTS:
        replica = Replica(
            scene.negawatt, context, 0, scene.cluster.direct, scene.directory / "state" / context,
            scene.directory / f"{context}.log")
        scene.replicas.append(replica)
    gateway = Gateway(
        scene.negawatt, 0, scene.cluster.servers, scene.directory / "state" / "gateway", scene.directory / "gateway.log")
    gateway.command += ["--rate-limit", "0"]
    scene.replicas.append(gateway)
    for replica in scene.replicas:
        replica.start()
    await_all("the start", lambda: all(replica.is_ready() for replica in scene.replicas))
    return gateway


def _start_order(gateway):
    request = urllib.request.Request(
        f"http://127.0.0.1:{gateway.find_port()}/drs/startdr", method="POST",
        data=json.dumps({"name": "order", "type": "reliable"}).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json", "Prefer": "wait=30"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["id"]


def _play(dice, proxies, traffic, say):
    def toxic(name, **attributes):
        """In these directions."""
        directions = attributes.pop("directions")
        return lambda: [proxies.poison(NODE, f"{name}-{stream}", name, stream, **attributes) for stream in directions]

    def flap(seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            proxies.cut(NODE)
            time.sleep(0.7)
            proxies.mend(NODE)
            time.sleep(0.7)
        proxies.cut(NODE)
        time.sleep(0.7)

    def play(name, seconds, begin, end, go_on=time.sleep):
        traffic.phase = name
        say(f"{name} for {seconds:.0f} s")
        episode = Episode(name)
        begin()
        go_on(seconds)
        end()
        episode.ended = time.time()
        episodes.append(episode)
        traffic.phase = "well"
        # Until what is on its way to being well again is that, and for a while then.
        time.sleep(dice.uniform(5, 7))

    episodes = []
    cut, mend = lambda: proxies.cut(NODE), lambda: proxies.mend(NODE)
    heal = lambda: proxies.hasten(NODE)
    time.sleep(4)
    play("away", 10, cut, mend)
    # There and back: each answer takes 3 s; and then 6 s, which is longer than a command is tried for.
    play("slow", dice.uniform(9, 12), toxic("latency", directions=["downstream"], latency=3000), heal)
    play("slow twice", dice.uniform(9, 12), toxic("latency", directions=["upstream", "downstream"], latency=3000), heal)
    # Connections are accepted. What the gateway says arrives and its answers do not, or nothing arrives.
    play("unanswered", dice.uniform(9, 12), toxic("timeout", directions=["downstream"], timeout=0), heal)
    play("unheard", dice.uniform(9, 12), toxic("timeout", directions=["upstream"], timeout=0), heal)
    play("flapping", 12, lambda: None, mend, flap)
    return episodes


def _stretches(gateway):
    stretches = []
    for line in gateway.log_of_this_life().splitlines():
        found = re.match(r"ts=(\S+) .*msg=\"circuit (open|half-open|closed)", line)
        if not found:
            continue
        at = datetime.datetime.fromisoformat(found[1].replace("Z", "+00:00")).timestamp()
        if found[2] == "open":
            if not stretches or stretches[-1].closed < float("inf"):
                stretches.append(Stretch(at))
        elif found[2] == "half-open":
            stretches[-1].probes.append(at)
        else:
            stretches[-1].closed = at
    return stretches


# MARK: What has to be so

def _check_reads(traffic, episodes):
    defects, late = [], 0
    for read in traffic.reads:
        if read.status != 200:
            defects.append(f"{read.path} in {read.phase}: {read.status} {read.answer[:200]}")
        elif read.seconds > READ_LIMIT:
            late += 1
            if traffic.delay(read.sent - 1, read.answered + 1) < READ_QUIET:
                defects.append(f"{read.path} in {read.phase} took {read.seconds:.2f} s")
    for episode in episodes:
        # From the last quarter of a time without any answer the view is as old as that.
        if episode.name in ("away", "unanswered", "unheard"):
            begin = episode.ended - (episode.ended - episode.began) / 4
            aged = [int(one.answer_headers.get("age", 0)) for one in traffic.reads if begin <= one.sent <= episode.ended]
            if not aged or min(aged) < 3:
                defects.append(f"{episode.name}: reads do not say their age: {sorted(set(aged))}")
    print(f"\nreads: {len(traffic.reads)}, p99 {p99(traffic.reads) * 1000:.0f} ms, the slowest "
          f"{max(one.seconds for one in traffic.reads) * 1000:.0f} ms; {late} took more than 1 s; a bare server "
          f"beside it: p99 {p99(traffic.controls) * 1000:.0f} ms, the slowest {max(one.seconds for one in traffic.controls) * 1000:.0f} ms")
    return defects


def _check_refusals(traffic, stretches, episodes):
    defects, refused, probed = [], [], 0
    commands = [request for write in traffic.writes for request in write.requests]
    for command in commands:
        if command.status == 503 and int(command.answer_headers.get("retry-after", 0)) < 1:
            defects.append(f"{command.path}: 503 without Retry-After: {command.answer_headers}")
        if command.status not in (200, 201, 202, 409, 503):
            defects.append(f"{command.path} in {command.phase}: {command.status} {command.answer[:200]}")
    for episode in episodes:
        # On a busy machine it may have opened before.
        middle = (episode.began + episode.ended) / 2
        is_open = any(stretch.opened <= episode.ended and stretch.closed > middle for stretch in stretches)
        if not is_open and episode.name != "flapping":
            defects.append(f"{episode.name}: the circuit has not opened")
    for stretch in stretches:
        # Only the gateway knows when it looked at a command. These it has told so while the circuit was open, but for
        # the probes.
        these = [one for one in commands if one.status == 503 and stretch.opened < one.sent < stretch.closed]
        these.sort(key=lambda one: -one.seconds)
        probed += len(stretch.probes)
        refused += these[len(stretch.probes):]
    if not refused:
        return [*defects, "no command was refused by an open circuit"]
    calm = [one for one in refused if traffic.delay(one.sent - 1, one.answered + 1) < REFUSAL_QUIET]
    print(f"refused by an open circuit: {len(refused)}, median {median(refused) * 1000:.0f} ms, p99 {p99(refused) * 1000:.0f} ms; while the machine "
          f"was calm {len(calm)}, p99 {p99(calm) * 1000:.0f} ms; {probed} probes beside them; it was open {len(stretches)} times")
    if p99(calm) > REFUSAL_LIMIT:
        defects.append(f"an open circuit refuses slowly: p99 {p99(calm) * 1000:.0f} ms while the machine was calm")
    # They do as little as reads do. Whoever were held up by Kafka would be slower than these by seconds.
    if median(refused) > median(traffic.reads) + 0.5:
        defects.append(f"an open circuit refuses slowly: median {median(refused) * 1000:.0f} ms, reads {median(traffic.reads) * 1000:.0f} ms")
    if len(calm) < 100:
        print("  THE MACHINE WAS TOO BUSY to judge the p99")
    return defects


def _check_returns(traffic, stretches, episodes):
    """From when Kafka is there again until a command that was sent then is done."""
    defects = []
    commands = [request for write in traffic.writes for request in write.requests]
    print("a command is done after Kafka is back:")
    for episode in episodes:
        done = [one for one in commands if one.sent >= episode.ended and one.status in (200, 201)]
        if not done:
            defects.append(f"{episode.name}: nothing is done afterwards")
            continue
        first = min(one.answered for one in done)
        probes = sum(episode.ended <= at <= first for stretch in stretches for at in stretch.probes)
        delay = traffic.delay(episode.ended, first)
        print(f"  {episode.name:<11} {first - episode.ended:5.2f} s, with {probes} probes; the machine was late by {delay * 1000:.0f} ms")
        if first - episode.ended > RETURN_LIMIT + RETURN_FACTOR * delay:
            defects.append(f"{episode.name}: commands are done again {first - episode.ended:.2f} s after Kafka is back, with {probes} probes")
    return defects
