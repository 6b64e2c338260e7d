"""What is done to daemons, brokers, connections and disks, at random from a seed. Several things go on at a time."""
import collections
import os
import random
import subprocess
import threading
import time


class Faults:
    """One thread for each fault under way; `run` chooses the next one."""

    SESSION = 6.0
    #: So long a start may take, at most, until the next kill.
    START = 30.0

    def __init__(self, seed, cluster, replicas, say, full_disks=(), outsiders=()):
        self.random, self.cluster, self.replicas, self.say = random.Random(seed), cluster, replicas, say
        self.full_disks = dict(full_disks)  # replica: the directory of its tmpfs
        self.outsiders = outsiders
        self.counts, self.exits, self.defects = collections.Counter(), collections.Counter(), []
        self.stop = threading.Event()
        self._threads, self._lock, self._broker_busy = [], threading.Lock(), threading.Lock()
        self._network_busy = threading.Lock()

    def run(self, seconds, every):
        """Until the time is up; every so many seconds on average something happens."""
        actions = {
            self.kill: 60, self.kill_and_wipe: 18, self.kill_and_wait: 8, self.freeze: 30, self.freeze_briefly: 4,
            self.restart: 10, self.double: 3}
        if self.cluster.nodes > 1:
            actions[self.kill_broker] = 5
        if self.cluster.proxies:
            actions |= {self.cut: 5, self.cut_all: 2, self.slow: 4}
        if self.full_disks:
            actions[self.fill_disk] = 3
        if self.outsiders:
            actions |= {self.end_outsider: 10, self.hang_outsider: 10}
        self.stop.clear()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look_after()
            action = self.random.choices(list(actions), actions.values())[0]
            # Drawn here, in one order: a seed gives the same course as far as timing allows.
            dice = random.Random(self.random.random())
            thread = threading.Thread(target=self._guarded, args=(action, dice), name=action.__name__)
            thread.start()
            self._threads.append(thread)
            time.sleep(self.random.expovariate(1 / every))
        self.stop.set()
        for thread in self._threads:
            thread.join()
        self.look_after()

    def _guarded(self, action, dice):
        try:
            action(dice)
        except Exception as error:
            with self._lock:
                self.defects.append(f"{getattr(action, '__name__', action)}: {error!r}")

    def look_after(self):
        """Starts again what has ended by itself, as a supervisor would, and notes how it ended."""
        for replica in self.replicas:
            if replica.lock.acquire(blocking=False):
                try:
                    if replica.process is not None and not replica.is_alive:
                        code = replica.exit_code
                        with self._lock:
                            self.exits[code] += 1
                            # 70 is the watchdog: librdkafka hung. Anything else a daemon should get over by itself.
                            if code != 70:
                                last = replica.log_of_this_life().strip().splitlines()[-1:]
                                self.defects.append(f"{replica.name} ended by itself with {code}: {last}")
                        replica.keep_files(f"ended-{code}")
                        replica.start()
                finally:
                    replica.lock.release()

    def count(self, name, number=1):
        with self._lock:
            self.counts[name] += number

    def sleep(self, seconds):
        """Less when it is over. Returns whether it was all of it."""
        return not self.stop.wait(seconds)

    def _replica(self, dice, among=None):
        """One that nobody else is at work on, locked; None if there is none."""
        candidates = list(among or self.replicas)
        dice.shuffle(candidates)
        for replica in candidates:
            if replica.lock.acquire(blocking=False):
                if replica.is_alive:
                    return replica
                replica.lock.release()
        return None

    def _with_replica(self, dice, body, among=None):
        replica = self._replica(dice, among)
        if replica is None:
            return
        try:
            body(replica)
        finally:
            replica.lock.release()

    # Daemons.

    def kill(self, dice):
        def body(replica):
            replica.kill("kill")
            self.count("kill -9, own directory")
            self._start(replica, dice)
        self._with_replica(dice, body)

    def kill_and_wipe(self, dice):
        def body(replica):
            replica.kill("wipe")
            self.count("kill -9, empty directory")
            replica.wipe()
            self._start(replica, dice)
        self._with_replica(dice, body)

    def _start(self, replica, dice):
        """After a kill. Most are left alone until they work again, however long a busy machine takes: or else it would kill faster
        than they start, and nothing but starts would be tried. Some are killed meanwhile."""
        replica.start()
        if dice.random() < 0.2:
            return
        began = time.monotonic()
        while not replica.is_ready() and replica.is_alive and time.monotonic() - began < self.START:
            if not self.sleep(0.2):
                return
        if not replica.is_ready():
            self.count("started, and not ready for long")

    def kill_and_wait(self, dice):
        """Others take over."""
        def body(replica):
            replica.kill("absent")
            lasted = self.sleep(self.SESSION + dice.uniform(1, 6))
            self.count("kill -9, taken over" if lasted else "kill -9, own directory")
            self._start(replica, dice)
        self._with_replica(dice, body)

    def freeze(self, dice):
        """A zombie: longer than its session, its transaction or its poll interval. It wakes, or is killed as it lies."""
        def body(replica):
            replica.freeze()
            lasted = self.sleep(self.SESSION + dice.choice((0.5, 2, 6, 12)))
            self.count("SIGSTOP beyond the session: a zombie" if lasted else "SIGSTOP within the session")
            if dice.random() < 0.8:
                replica.thaw()
                # Left alone for a moment: what it does when it wakes is what matters.
                self.sleep(dice.uniform(0.5, 4))
            else:
                replica.kill("frozen")
                self.count("kill -9, frozen")
                self._start(replica, dice)
        self._with_replica(dice, body)

    def freeze_briefly(self, dice):
        def body(replica):
            replica.freeze()
            self.sleep(dice.uniform(0.2, 4))
            self.count("SIGSTOP within the session")
            replica.thaw()
        self._with_replica(dice, body)

    def restart(self, dice):
        """All replicas of a context, one after the other, as an upgrade does."""
        context = dice.choice(sorted({replica.context for replica in self.replicas}))
        for replica in [replica for replica in self.replicas if replica.context == context]:
            def body(replica):
                code = replica.stop()
                self.count("SIGTERM and start, in a rolling restart")
                # Before it has said a word it takes no signals yet.
                if code != 0 and replica.log_of_this_life():
                    with self._lock:
                        self.defects.append(f"{replica.name}: SIGTERM ended with {code}")
                replica.start()
            self._with_replica(dice, body, among=[replica])

    def double(self, dice):
        """A second daemon of the same name, with files of its own: the two take Kafka from each other until one goes."""
        def body(replica):
            twin = replica.twin()
            twin.start()
            self.sleep(dice.uniform(2, 8))
            self.count("a second daemon of one name")
            twin.kill("twin")
        self._with_replica(dice, body)

    # Brokers and connections.

    def kill_broker(self, dice):
        if not self._broker_busy.acquire(blocking=False):
            return
        try:
            if not self.cluster.is_whole():
                return
            node = dice.randrange(1, self.cluster.nodes + 1)
            self.cluster.kill(node)
            self.count("broker kill -9")
            self.sleep(dice.uniform(1, 10))
            self.cluster.restart(node)
            self.cluster.await_whole()
        finally:
            self._broker_busy.release()

    def _network(self, dice, nodes, do, undo, seconds, name):
        if not self._network_busy.acquire(blocking=False):
            return
        try:
            for node in nodes:
                do(node)
            self.count(name)
            self.sleep(seconds)
        finally:
            # Each of them, whatever becomes of the others: a network that stays bad is no fault of the daemons'.
            try:
                for node in nodes:
                    self._guarded(lambda _, node=node: undo(node), None)
            finally:
                self._network_busy.release()

    def cut(self, dice):
        node, proxies = dice.randrange(1, self.cluster.nodes + 1), self.cluster.proxies
        self._network(dice, [node], proxies.cut, proxies.mend, dice.uniform(0.5, 12), "connections to a broker cut")

    def cut_all(self, dice):
        nodes, proxies = range(1, self.cluster.nodes + 1), self.cluster.proxies
        self._network(dice, nodes, proxies.cut, proxies.mend, dice.uniform(0.5, 14), "connections to all brokers cut")

    def slow(self, dice):
        nodes, proxies = range(1, self.cluster.nodes + 1), self.cluster.proxies
        latency, rate = dice.choice(((50, 2000), (300, 300), (1200, 100)))
        self._network(
            dice, nodes, lambda node: proxies.slow(node, latency, rate), proxies.hasten, dice.uniform(3, 12),
            "connections slowed")

    # The utility and the receivers.

    def end_outsider(self, dice):
        one = dice.choice(self.outsiders)
        self._without(one, one.kill, one.start, dice.uniform(0.5, 8), f"{one.name} ended")

    def hang_outsider(self, dice):
        """It takes connections and says nothing."""
        one = dice.choice(self.outsiders)
        self._without(one, one.freeze, one.thaw, dice.uniform(0.5, 8), f"{one.name} hangs")

    def _without(self, outsider, do, undo, seconds, name):
        if not outsider.lock.acquire(blocking=False):
            return
        try:
            do()
            self.count(name)
            self.sleep(seconds)
            undo()
        finally:
            outsider.lock.release()

    # Disks.

    def fill_disk(self, dice):
        def body(replica):
            filler = self.full_disks[replica] / "filler"
            try:
                with open(filler, "wb") as file:
                    while True:
                        file.write(bytes(1 << 20))
                        file.flush()
            except OSError:
                pass
            self.count("disk full")
            self.sleep(dice.uniform(2, 8))
            filler.unlink()
        self._with_replica(dice, body, among=list(self.full_disks))


class SmallDisk:
    """A tmpfs of its own, where that may be mounted."""

    def __init__(self, directory, megabytes):
        self.directory = directory
        directory.mkdir(parents=True)
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(directory)]
        self.is_mounted = os.geteuid() == 0 and subprocess.run(["mount", *options], capture_output=True).returncode == 0

    def unmount(self):
        if self.is_mounted:
            subprocess.run(["umount", "-l", str(self.directory)], capture_output=True)
