"""The random campaign: replicas of all contexts under load, faults from a seed, and a check of everything at the end."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

from checker.log import CONTEXTS

from .cluster import Cluster, Proxies
from .daemons import Replica, Snapshots, await_all
from .faults import Faults, SmallDisk
from .settling import Progress

PARTITIONS, REPLICAS = 8, 3
#: How long an answer waits for its order and its customer, in seconds.
PATIENCE = 20
HERE = pathlib.Path(__file__).resolve().parent


class Scene:
    """A cluster, the daemons and the load, in a directory of their own."""

    def __init__(self, directory, negawatt, seed, nodes, partitions, with_proxies, say):
        self.directory, self.negawatt, self.seed, self.say = pathlib.Path(directory), negawatt, seed, say
        self.partitions, self.replicas, self.disks, self.load = partitions, [], [], None
        self.has_failed, self.cluster, self.nodes, self.with_proxies = False, None, nodes, with_proxies
        self.snapshots = Snapshots(self.directory / "snapshots")
        self.journal = self.directory / "sent.jsonl"

    def start_kafka(self):
        self.cluster = Cluster(self.directory / "kafka", self.nodes, self.with_proxies)
        self.cluster.create_topics(self.negawatt, self.partitions)
        self.progress = Progress(self.cluster, self.partitions)

    def replica(self, context, number, options, disk=None):
        directory = disk.directory / "state" if disk else self.directory / "state" / f"{context}-{number}"
        if context == "response":
            options = [*options, "--answer-patience-s", str(PATIENCE)]
        replica = Replica(
            self.negawatt, context, number, self.cluster.servers, directory,
            self.directory / f"{context}-{number}.log", options, self.snapshots)
        self.replicas.append(replica)
        return replica

    def start_load(self, rate, customers):
        self.load = subprocess.Popen(
            [sys.executable, "-m", "campaign.load", self.cluster.direct, str(self.seed), str(rate), str(customers),
             str(self.journal)],
            cwd=HERE.parent, stdout=subprocess.PIPE, stderr=open(self.directory / "load.log", "w"), text=True)
        await_all("the first records", lambda: self.journal.exists() or self.load.poll() is not None, 20)
        if self.load.poll() is not None:
            raise RuntimeError("the load does not start: " + (self.directory / "load.log").read_text()[-1000:])

    def end_load(self):
        self.load.send_signal(signal.SIGTERM)
        output, _ = self.load.communicate(timeout=240)
        if self.load.returncode != 0:
            raise RuntimeError("the load ended badly: " + (self.directory / "load.log").read_text()[-1000:])
        return json.loads(output)

    def stop_daemons(self):
        """In order, all at once. Returns what went wrong."""
        defects = []

        def stop(replica):
            if replica.is_alive:
                code = replica.stop()
                if code != 0:
                    defects.append(f"{replica.name}: the last SIGTERM ended with {code}")
        threads = [threading.Thread(target=stop, args=(replica,)) for replica in self.replicas]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return defects

    def come_to_an_end(self, defects):
        """Ends the load, waits until all is done, and stops the daemons. Adds what goes wrong to the defects; the check comes in
        any case. Returns what was sent."""
        sent = {}
        try:
            sent = self.end_load()
            # An answer to nothing is given up after its patience.
            self.progress.await_settled(180, quiet=PATIENCE + 4, say=self.say)
        except Exception as error:
            defects.append(f"{error or repr(error)}")
        defects += self.stop_daemons()
        return sent

    def verdict(self, defects):
        """The exit code of a run with these defects, after the check."""
        code = self._check()
        self.has_failed = bool(defects) or code != 0
        return 1 if defects else code

    def _check(self):
        """The checker's exit code; it prints its own table."""
        states = [str(replica.directory) for replica in self.replicas]
        command = [
            sys.executable, str(HERE.parent / "check.py"), "--bootstrap", self.cluster.direct, "--snapshots",
            str(self.snapshots.directory), "--sent", str(self.journal), "--answer-patience-s", str(PATIENCE)]
        for state in states:
            command += ["--state", state]
        sys.stdout.flush()
        return subprocess.run(command).returncode

    def _keep(self):
        """Kafka's data and small disks go with this process; whoever wants to know what went wrong has a copy."""
        for directory in (self.directory / "kafka", *(disk.directory for disk in self.disks)):
            if directory.exists():
                shutil.copytree(directory, f"{directory}-kept", ignore=shutil.ignore_patterns("filler"))

    def close(self):
        if self.load and self.load.poll() is None:
            self.load.kill()
        for replica in self.replicas:
            if replica.is_alive:
                replica.process.kill()
                replica.process.wait()
        if self.cluster:
            self.cluster.stop()
        if sys.exc_info()[0] or self.has_failed:
            self._keep()
        for disk in self.disks:
            disk.unmount()


def options(dice, context, number):
    """Half of the contexts have static members. Sessions are short, so that much happens."""
    common = {
        "session.timeout.ms": 6000, "heartbeat.interval.ms": 600, "max.poll.interval.ms": dice.choice((8000, 300_000)),
        "transaction.timeout.ms": 5000, "message.timeout.ms": 5000}
    words = ["--membership", "static" if context in ("dr", "kepco") else "dynamic"]
    for name, value in common.items():
        words += ["--kafka", f"{name}={value}"]
    return words


def run(directory, negawatt, seed, minutes, nodes, every, rate, customers, say):
    """Returns the exit code: 0 when nothing is wrong."""
    import random
    dice = random.Random(seed)
    with_proxies = Proxies.are_possible()
    if not with_proxies:
        say(f"*** connections are not cut: there is no {Proxies.PROGRAM} (set TOXIPROXY)")
    scene = Scene(directory, negawatt, seed, nodes, PARTITIONS, with_proxies, say)
    try:
        scene.start_kafka()
        return _run(scene, dice, minutes, every, rate, customers, say)
    finally:
        scene.close()


def _run(scene, dice, minutes, every, rate, customers, say):
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
    await_all("the daemons' start", lambda: all(replica.is_ready() for replica in scene.replicas), 90)
    scene.start_load(rate, customers)
    faults = Faults(dice.random(), scene.cluster, scene.replicas, say, full_disks)
    began, over = time.monotonic(), threading.Event()

    def report():
        while not over.wait(10):
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
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    defects = faults.defects
    try:
        sent = scene.come_to_an_end(defects)
    finally:
        stop_watching.set()
        watcher.join()
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
    for name, count in sent.items():
        print(f"{'records ' + name:<52}{count:>10,}")
    for defect in defects:
        print(f"DEFECT {defect}")
    print()
