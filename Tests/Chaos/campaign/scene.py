"""What every campaign is played on."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

from checker.topics import CONTEXTS

from .cluster import Cluster
from .daemons import Replica, Snapshots, await_all
from .receivers import PATIENCE as PATIENCE_OF_NOTICES
from .receivers import Receivers
from .settling import Progress
from .utility import PATIENCE as PATIENCE_OF_CALLS
from .utility import Utility

#: How long an answer waits for its order and its customer, in seconds.
PATIENCE = 20
# Minutes that checks wait for readings: some are done without, and corrected by what comes then.
DEADLINE = 1
#: On how many days points can be used: none of them expire, but rows note their age.
POINT_DAYS = 365
HERE = pathlib.Path(__file__).resolve().parent


class Scene:
    """A cluster, the daemons and the load, in a directory of their own. It has failed unless its verdict says otherwise."""

    def __init__(self, directory, negawatt, seed, nodes, partitions, with_proxies, say):
        self.directory, self.negawatt, self.seed, self.say = pathlib.Path(directory), negawatt, seed, say
        self.partitions, self.replicas, self.disks, self.load, self.hostile = partitions, [], [], None, None
        self.has_failed, self.cluster, self.nodes, self.with_proxies = True, None, nodes, with_proxies
        self.snapshots = Snapshots(self.directory / "snapshots")
        self.journal, self.hostile_journal = self.directory / "sent.jsonl", self.directory / "hostile.jsonl"
        self.late, self.late_journal, self.utility = None, self.directory / "late.jsonl", None
        self.receivers = None

    def __enter__(self):
        try:
            self.cluster = Cluster(self.directory / "kafka", self.nodes, self.with_proxies)
            self.cluster.create_topics(self.negawatt, self.partitions)
            self.progress = Progress(self.cluster, self.partitions)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *error):
        self._close()

    def start_outsiders(self):
        """The utility that feed asks, and the receivers that notify tells; before their replicas are made. Without them
        nobody is asked or told."""
        self.utility = Utility(self.directory, self.negawatt, self.seed)
        self.receivers = Receivers(self.directory, self.negawatt, self.seed, self.cluster.direct)
        for outsider in self.outsiders:
            outsider.start()

    @property
    def outsiders(self):
        return [self.utility, *self.receivers.all] if self.utility else []

    def replica(self, context, number, options, disk=None):
        directory = disk.directory / "state" if disk else self.directory / "state" / f"{context}-{number}"
        if context == "response":
            options = [*options, "--answer-patience-s", str(PATIENCE)]
        if context == "user":
            options = [*options, "--points-expire-days", str(POINT_DAYS)]
        if context == "kepco":
            options = [*options, "--readings-deadline-min", str(DEADLINE)]
        if context == "feed" and self.utility:
            options = [*options, *self.utility.options]
        if context == "notify" and self.receivers:
            options = [*options, *self.receivers.options]
        replica = Replica(
            self.negawatt, context, number, self.cluster.servers, directory,
            self.directory / f"{context}-{number}.log", options, self.snapshots)
        self.replicas.append(replica)
        return replica

    def start_load(self, rate, customers, malice):
        """What customers and meters send; and, so many times a second, what somebody sends who means harm."""
        utility = self.utility.description if self.utility else "none"
        told = ",".join(str(one.told) for one in self.receivers.all) if self.receivers else "none"
        self.load = self._start_sender("load", self.seed, rate, customers, utility, told, self.journal)
        if malice > 0:
            # Until then an earlier version's words are taken from whoever says them.
            await_all("the commands to take what the contract lists", self._are_marked)
            self.hostile = self._start_sender(
                "hostile", self.seed, malice, self.partitions, customers, self.hostile_journal)

    def _are_marked(self):
        """Whether some daemon has said so of every partition of each context."""
        for context in CONTEXTS:
            said = [replica.marked() for replica in self.replicas if replica.context == context and replica.process]
            if set().union(*said) != set(range(self.partitions)):
                return False
        return True

    def _start_sender(self, name, *words):
        """Its last word is the journal."""
        sender = subprocess.Popen(
            [sys.executable, "-m", f"campaign.{name}", self.cluster.direct, *map(str, words)],
            cwd=HERE.parent, stdout=subprocess.PIPE, stderr=open(self.directory / f"{name}.log", "w"), text=True)
        await_all(f"the first records of {name}", lambda: words[-1].exists() or sender.poll() is not None)
        if sender.poll() is not None:
            raise RuntimeError(f"{name} does not start: " + (self.directory / f"{name}.log").read_text()[-1000:])
        return sender

    def end_load(self):
        """Returns what was sent. Whoever means harm does so until the load has ended what it began."""
        sent = self._end_sender("load", self.load)
        return sent | (self._end_sender("hostile", self.hostile) if self.hostile else {})

    def _end_sender(self, name, sender):
        sender.send_signal(signal.SIGTERM)
        output, _ = sender.communicate(timeout=600)
        if sender.returncode != 0:
            raise RuntimeError(f"{name} ended badly: " + (self.directory / f"{name}.log").read_text()[-1000:])
        return json.loads(output)

    def stop_daemons(self):
        """In order, all at once. Returns what went wrong."""
        defects = []

        def stop(replica):
            try:
                code = replica.stop() if replica.is_alive else 0
                # One that had just been started again and had not begun.
                if code != 0 and (code is None or replica.log_of_this_life()):
                    defects.append(f"{replica.name}: the last SIGTERM ended with {code}")
            except Exception as error:
                defects.append(f"{replica.name}: the last SIGTERM: {error!r}")
        threads = [threading.Thread(target=stop, args=(replica,)) for replica in self.replicas]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return defects

    def settle(self, defects):
        """Ends the load, and waits until all is done. Adds what goes wrong to the defects; the check comes in any case. Returns what
        was sent."""
        sent = {}
        try:
            sent = self.end_load()
            if not sent.get("acknowledged"):
                defects.append(f"nothing that was sent has arrived: {sent}")
            # An answer to nothing is given up after its patience.
            self._await_done(PATIENCE + 25)
            lags = {context: self.progress.lag(context) for context in CONTEXTS}
            self.say(f"all that are left are ready; behind the ends, marks of transactions counted: {lags}")
        except Exception as error:
            defects.append(f"{error or repr(error)}")
        return sent

    def correct(self, defects, meanwhile):
        """Has readings sent behind the checks while something happens, and waits until all is done again. Returns what was sent."""
        sent = {}
        try:
            self.late = self._start_sender("late", self.seed, self.journal, self.late_journal)
            try:
                meanwhile()
            finally:
                sent = self._end_sender("late", self.late)
            # Where nobody has accepted there is nothing to correct.
            if sent["sent"] and not sent["acknowledged"]:
                defects.append(f"no reading has come behind a check: {sent}")
            self._await_done(15)
        except Exception as error:
            defects.append(f"{error or repr(error)}")
        return {f"{name} behind the checks": count for name, count in sent.items()}

    def _await_done(self, quiet):
        self.progress.await_settled(180, quiet=quiet, say=self.say)
        if self.utility:
            await_all("feed has asked for all that is due", self.progress.has_asked, 180)
            await_all("notify has told all that is due", self.progress.has_told, 180)
            # What they brought in the meantime is worked on, too.
            self.progress.await_settled(180, quiet=5, say=self.say)
        for replica in self.replicas:
            if replica.is_alive:
                await_all(f"{replica.name} is ready, with nothing left to do", replica.is_ready)

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
            str(self.snapshots.directory), "--sent", str(self.journal), "--answer-patience-s", str(PATIENCE),
            "--readings-deadline-min", str(DEADLINE), "--points-expire-days", str(POINT_DAYS)]
        if self.utility:
            command += ["--utility", str(self.utility.description), "--utility-patience-s", str(PATIENCE_OF_CALLS)]
        if self.receivers:
            command += ["--notices-patience-s", str(PATIENCE_OF_NOTICES)]
            for one in self.receivers.all:
                command += ["--receiver", f"{one.channel}={one.told}"]
        if self.late_journal.exists():
            command += ["--sent", str(self.late_journal)]
        if self.hostile:
            command += ["--sent", str(self.hostile_journal)]
        for state in states:
            command += ["--state", state]
        sys.stdout.flush()
        return subprocess.run(command).returncode

    def _keep(self):
        """Kafka's data and small disks go with this process; whoever wants to know what went wrong has a copy."""
        for directory in (self.directory / "kafka", *(disk.directory for disk in self.disks)):
            if directory.exists():
                shutil.copytree(directory, f"{directory}-kept", ignore=shutil.ignore_patterns("filler"))

    def _close(self):
        for sender in (self.load, self.hostile, self.late):
            if sender and sender.poll() is None:
                sender.kill()
        for replica in self.replicas:
            if replica.is_alive:
                replica.process.kill()
                replica.process.wait()
        for outsider in self.outsiders:
            outsider.kill()
        if self.cluster:
            self.cluster.stop()
        if self.has_failed:
            self._keep()
        for disk in self.disks:
            disk.unmount()
