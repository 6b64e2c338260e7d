"""The random campaign: replicas of all contexts under load, faults from a seed, and a check of everything at the end."""
import random
import threading
import time

from checker.topics import CONTEXTS

from .cluster import Proxies
from .daemons import await_all
from .faults import Faults, SmallDisk
from .scene import PATIENCE, Scene

PARTITIONS, REPLICAS = 8, 3


def options(dice, context, number):
    """Half of the contexts have static members. Sessions are short, so that much happens."""
    common = {
        "session.timeout.ms": 6000, "heartbeat.interval.ms": 600, "max.poll.interval.ms": dice.choice((8000, 300_000)),
        "transaction.timeout.ms": 5000, "message.timeout.ms": 5000}
    words = ["--membership", "static" if context in ("dr", "kepco") else "dynamic"]
    for name, value in common.items():
        words += ["--kafka", f"{name}={value}"]
    return words


def run(directory, negawatt, seed, minutes, nodes, every, rate, customers, malice, say):
    """Returns the exit code: 0 when nothing is wrong."""
    dice = random.Random(seed)
    with_proxies = Proxies.are_possible()
    if not with_proxies:
        say(f"*** connections are not cut: there is no {Proxies.PROGRAM} (set TOXIPROXY)")
    with Scene(directory, negawatt, seed, nodes, PARTITIONS, with_proxies, say) as scene:
        return _run(scene, dice, minutes, every, rate, customers, malice, say)


def _run(scene, dice, minutes, every, rate, customers, malice, say):
    scene.start_outsiders()
    full_disks = {}
    for context in CONTEXTS:
        for number in range(REPLICAS):
            disk = None
            if number == 0 and context in ("user", "response"):
                disk = SmallDisk(scene.directory / f"disk-{context}", 96)
                scene.disks.append(disk)
            replica = scene.replica(context, number, options(dice, context, number), disk)
            if disk and disk.is_mounted:
                full_disks[replica] = disk.directory
            replica.start()
    if not full_disks:
        say("*** no disk is filled: a tmpfs cannot be mounted here (it takes root)")
    await_all("the daemons' start", lambda: all(replica.is_ready() for replica in scene.replicas))
    scene.start_load(rate, customers, malice)
    faults = Faults(dice.random(), scene.cluster, scene.replicas, say, full_disks, scene.outsiders)
    began, over = time.monotonic(), threading.Event()

    def report():
        seconds = 0
        while not over.wait(1):
            for replica in scene.replicas:
                replica.note_memory()
            seconds += 1
            if seconds % 10 != 0:
                continue
            kills = sum(count for name, count in faults.counts.items() if name.startswith("kill -9"))
            lags = [scene.progress.lag(context) for context in CONTEXTS]
            say(f"{time.monotonic() - began:4.0f} of {minutes * 60:.0f} s: {kills} kills, "
                f"{faults.counts['SIGSTOP beyond the session: a zombie']} zombies, {faults.counts['broker kill -9']} brokers; "
                "behind by " + " ".join(f"{context} {'?' if lag is None else lag}" for context, lag in zip(CONTEXTS, lags)))
    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    faults.run(minutes * 60, every)
    over.set()
    say("no more faults: the load ends")
    healed = time.monotonic()
    stop_watching = threading.Event()

    def watch():
        while not stop_watching.wait(1):
            faults.look_after()
            for replica in scene.replicas:
                replica.note_memory()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    defects = faults.defects
    try:
        sent = scene.settle(defects)
        # By now nearly all checks are done: what comes now corrects them, and daemons are killed meanwhile.
        say("readings behind the checks, and faults again")
        sent |= scene.correct(defects, lambda: faults.run(min(30, minutes * 20), every))
    finally:
        # Before the stop: who is asked to stop has not ended by itself.
        stop_watching.set()
        watcher.join()
    faults.look_after()
    defects += scene.stop_daemons()
    if not any(name.startswith("kill -9") for name in faults.counts):
        defects.append("nobody was killed")
    say(f"all is done and stopped {time.monotonic() - healed - PATIENCE:.0f} s after that; checking")
    summary(faults, sent, scene, defects)
    return scene.verdict(defects)


def summary(faults, sent, scene, defects):
    print(f"\n{'faults':<52}{'count':>10}")
    for name, count in sorted(faults.counts.items()):
        print(f"{name:<52}{count:>10,}")
    kills = sum(count for name, count in faults.counts.items() if name.startswith("kill -9"))
    print(f"{'kill -9 of daemons, all':<52}{kills:>10,}")
    for code, count in sorted(faults.exits.items()):
        print(f"{f'ended by itself with {code}':<52}{count:>10,}")
    print(f"{'state directories copied at a kill':<52}{scene.snapshots.count:>10,}")
    for context in CONTEXTS:
        peak = max(replica.memory for replica in scene.replicas if replica.context == context)
        print(f"{f'MiB in memory at most, of a daemon of {context}':<52}{peak:>10,.0f}")
    for name, count in sent.items():
        print(f"{'records ' + name:<52}{count:>10,}")
    for defect in defects:
        print(f"DEFECT {defect}")
    print()
