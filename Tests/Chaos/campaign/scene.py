"""What every campaign is played on."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

from .cluster import Cluster
from .daemons import Replica, Snapshots, await_all
from .settling import Progress

#: How long an answer waits for its order and its customer, in seconds.
PATIENCE = 20
HERE = pathlib.Path(__file__).resolve().parent


class Scene:
    """A cluster, the daemons and the load, in a directory of their own. It has failed unless its verdict says otherwise."""

    def __init__(self, directory, negawatt, seed, nodes, partitions, with_proxies, say):
        self.directory, self.negawatt, self.seed, self.say = pathlib.Path(directory), negawatt, seed, say
        self.partitions, self.replicas, self.disks, self.load = partitions, [], [], None
        self.has_failed, self.cluster, self.nodes, self.with_proxies = True, None, nodes, with_proxies
        self.snapshots = Snapshots(self.directory / "snapshots")
        self.journal = self.directory / "sent.jsonl"

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
            try:
                code = replica.stop() if replica.is_alive else 0
                if code != 0:
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
            self.progress.await_settled(180, quiet=PATIENCE + 4, say=self.say)
        except Exception as error:
            defects.append(f"{error or repr(error)}")
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

    def _close(self):
        if self.load and self.load.poll() is None:
            self.load.kill()
        for replica in self.replicas:
            if replica.is_alive:
                replica.process.kill()
                replica.process.wait()
        if self.cluster:
            self.cluster.stop()
        if self.has_failed:
            self._keep()
        for disk in self.disks:
            disk.unmount()
