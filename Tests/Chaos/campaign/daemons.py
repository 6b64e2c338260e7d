"""Daemons as processes: started, killed, frozen, stopped; their files copied at the instant of each kill."""
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request


#: For what only has to come, in seconds: only runs that fail take it.
LONGEST = 300


class Replica:
    """One of a context's daemons over all its lives, with its directory."""

    def __init__(self, negawatt, context, number, servers, directory, log, options=(), snapshots=None):
        self.context, self.number, self.name = context, number, f"{context}-{number}"
        self.directory, self.log_path, self.snapshots = pathlib.Path(directory), pathlib.Path(log), snapshots
        self.command = [
            negawatt, context, "--bootstrap-servers", servers, "--state-directory", str(directory), "--instance",
            str(number), "--http-port", "0", "--http-address", "127.0.0.1", "--cache-mib", "8", *options]
        self.process = None
        self.is_frozen = False
        self.memory = 0.0
        #: Held by whoever does something to it.
        self.lock = threading.Lock()

    def twin(self):
        """Another one of the same name, in a directory of its own."""
        twin = Replica.__new__(Replica)
        twin.__dict__.update(self.__dict__, process=None, lock=threading.Lock())
        twin.directory = self.directory.with_name(self.directory.name + "-twin")
        twin.log_path = self.log_path.with_name(self.log_path.stem + "-twin.log")
        twin.command = [str(twin.directory) if word == str(self.directory) else word for word in self.command]
        return twin

    def start(self, environment=None):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.start_of_log = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self):
        return None if self.process is None else self.process.poll()

    def kill(self, how):
        """kill -9, and a copy of its files before anybody starts it again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.is_frozen = False
        self.keep_files(how)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self):
        self.is_frozen = False
        self.process.send_signal(signal.SIGCONT)

    def stop(self, seconds=60):
        """SIGTERM. Returns the exit code; None when it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill("stuck")
            return None

    def wipe(self):
        shutil.rmtree(self.directory / self.context, ignore_errors=True)

    def keep_files(self, how):
        if self.snapshots is not None:
            self.snapshots.take(self, how)

    # What it says of itself.

    def log_of_this_life(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.start_of_log)
            return log.read().decode(errors="replace")

    def marked(self):
        """Of which partitions it has said, in any of its lives, that their commands take what the contract lists and nothing else."""
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        found = re.findall(r'"from this offset on the commands topic takes [^"]*".* partitions=([0-9,]+)', text)
        return {int(number) for numbers in found for number in numbers.split(",")}

    def ask(self, path):
        """The answer's text, or None while there is none."""
        text = self.log_of_this_life()
        mark = text.find(" http=")
        if mark < 0:
            return None
        port = "".join(itertools.takewhile(str.isdigit, text[mark + 6:]))
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
                return response.read().decode()
        except OSError:
            return None

    def is_ready(self):
        return self.is_alive and self.ask("/readyz") is not None

    def note_memory(self):
        """Keeps the most that any of its lives has had in memory, in MiB, as far as it was looked at."""
        try:
            with open(f"/proc/{self.process.pid}/status") as file:
                peak = next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0)
        except (OSError, AttributeError):
            return
        self.memory = max(self.memory, peak / 1024)

    def metric(self, name):
        for line in (self.ask("/metrics") or "").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        return None


class Snapshots:
    """Copies of state files, taken between a kill and the next start. What has not changed since is not copied again."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.count, self.files = 0, 0
        self._seen, self._lock = {}, threading.Lock()

    def take(self, replica, how):
        source = replica.directory / replica.context
        with self._lock:
            self.count += 1
            target = self.directory / f"{self.count:05}-{replica.context}-{replica.number}-{how}"
        target.mkdir()
        for file in sorted(source.glob("*.sqlite")):
            wal = file.with_name(file.name + "-wal")
            state = tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in (file, wal) if path.exists())
            if self._seen.get(file) == state:
                continue
            self._seen[file] = state
            for path in (file, wal):
                if path.exists():
                    shutil.copyfile(path, target / path.name)
            self.files += 1


def await_all(what, condition, seconds=LONGEST):
    """Waits until it is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.1)
