"""Somebody whom daemons call over HTTP: a process over all its lives, at one address."""
import signal
import socket
import subprocess
import threading

from .daemons import await_all


class Outsider:
    """`options` are its own, behind the port."""

    def __init__(self, name, log, negawatt, command, options):
        self.name, self.log = name, log
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self.command = [negawatt, command, "--port", str(self.port), *map(str, options)]
        self.process = None
        #: Held by whoever does something to it.
        self.lock = threading.Lock()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        await_all(f"{self.name} answers", self._is_there, 30)

    def _is_there(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-500:]}")
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
