"""A real Kafka of one node or three, with a proxy in front of each node where toxiproxy is at hand."""
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

from confluent_kafka.admin import AdminClient

ROOT = pathlib.Path(__file__).resolve().parents[3]

class Cluster:
    """Daemons reach it through the proxies (`servers`), tests and checks directly (`direct`)."""

    def __init__(self, directory, nodes, with_proxies):
        self.directory, self.nodes = pathlib.Path(directory), nodes
        options = ["--brokers", str(nodes), "--owner", str(os.getpid())]
        self.direct = self._broker("start", *options, *(["--proxied"] if with_proxies else []))
        self.servers, self.proxies = self.direct, None
        if with_proxies:
            self.servers = (self.directory / "proxied").read_text().strip()
            self.proxies = Proxies(self.directory, nodes)
        self.admin = AdminClient({"bootstrap.servers": self.direct, "log_level": 2, "socket.timeout.ms": 5000})

    def _broker(self, verb, *options):
        command = [str(ROOT / "scripts/broker"), verb, str(self.directory), *options]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"scripts/broker {verb} {' '.join(options)}: {done.stderr[-500:]}")
        return done.stdout.strip()

    def create_topics(self, negawatt, partitions):
        # A node can serve before the others know of it; then there are too few for three replicas.
        self.await_whole()
        command = [
            negawatt, "topics", "create", "--bootstrap-servers", self.direct, "--partitions", str(partitions),
            "--replication", str(min(self.nodes, 3))]
        deadline = time.monotonic() + 300
        while (done := subprocess.run(command, capture_output=True, text=True)).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the topics cannot be made: {done.stdout[-500:]}{done.stderr[-500:]}")
            time.sleep(1)
        self.await_whole()

    def kill(self, node):
        self._broker("kill", str(node))

    def restart(self, node):
        self._broker("restart", str(node))

    def is_whole(self):
        """Whether every partition has all its replicas: only then may another node go."""
        try:
            metadata = self.admin.list_topics(timeout=3)
        except Exception:
            return False
        if len(metadata.brokers) < self.nodes:
            return False
        return all(
            len(partition.isrs) == len(partition.replicas) and partition.leader >= 0
            for topic in metadata.topics.values() for partition in topic.partitions.values())

    def await_whole(self, seconds=300):
        deadline = time.monotonic() + seconds
        while not self.is_whole():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the brokers do not catch up within {seconds} s")
            time.sleep(0.2)

    def stop(self):
        if self.proxies:
            self.proxies.stop()
        subprocess.run([str(ROOT / "scripts/broker"), "kill", str(self.directory)], capture_output=True)


class Proxies:
    """toxiproxy in front of the nodes: connections can be cut and slowed."""

    PROGRAM = pathlib.Path(os.environ.get("TOXIPROXY", ROOT / "../shared/tools/toxiproxy-server"))

    @classmethod
    def are_possible(cls):
        return os.access(cls.PROGRAM, os.X_OK)

    def __init__(self, directory, nodes):
        self.address = f"127.0.0.1:{_free_port()}"
        log = open(directory / "toxiproxy.log", "wb")
        host, port = self.address.split(":")
        self.process = subprocess.Popen([self.PROGRAM, "-host", host, "-port", port], stdout=log, stderr=log)
        for _ in range(100):
            try:
                self._call("GET", "/version")
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise RuntimeError(f"{self.PROGRAM} does not answer on {self.address}")
        for node in range(1, nodes + 1):
            listen, upstream = (directory / f"node-{node}" / "proxy").read_text().split()
            self._call("POST", "/proxies", {"name": str(node), "listen": listen, "upstream": upstream, "enabled": True})

    def cut(self, node):
        self._call("POST", f"/proxies/{node}", {"enabled": False})

    def mend(self, node):
        self._call("POST", f"/proxies/{node}", {"enabled": True})

    def slow(self, node, latency_ms, rate_kb):
        """In both directions; undone by `hasten`."""
        for stream in ("upstream", "downstream"):
            self.poison(node, f"late-{stream}", "latency", stream, latency=latency_ms, jitter=latency_ms // 2)
            self.poison(node, f"narrow-{stream}", "bandwidth", stream, rate=rate_kb)

    def poison(self, node, name, kind, stream, **attributes):
        """Any of toxiproxy's toxics; undone by `hasten`."""
        try:
            self._call("POST", f"/proxies/{node}/toxics", {
                "name": name, "type": kind, "stream": stream, "attributes": attributes})
        except urllib.error.HTTPError as error:
            # One that toxiproxy was too busy to take away is there still.
            if error.code != 409:
                raise

    def hasten(self, node):
        """To take a toxic away waits for what is on its way through it, which may be much: then the connections go, and all of it."""
        try:
            self._remove_toxics(node, 15)
        except OSError:
            self.cut(node)
            self._remove_toxics(node, 90)
            self.mend(node)

    def _remove_toxics(self, node, seconds):
        for toxic in self._call("GET", f"/proxies/{node}/toxics"):
            self._call("DELETE", f"/proxies/{node}/toxics/{toxic['name']}", seconds=seconds)

    def _call(self, method, path, body=None, seconds=120):
        request = urllib.request.Request(
            f"http://{self.address}{path}", method=method, headers={"User-Agent": "negawatt"},
            data=None if body is None else json.dumps(body).encode())
        # It is busy while a toxic is taken away elsewhere.
        deadline = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(request, timeout=seconds) as response:
                    text = response.read()
                break
            except urllib.error.HTTPError as error:
                if error.code != 503 or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        return json.loads(text) if text.startswith((b"{", b"[")) else None

    def stop(self):
        self.process.kill()
        self.process.wait()


def _free_port():
    import socket
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]
