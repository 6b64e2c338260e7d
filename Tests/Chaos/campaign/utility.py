"""The simulated utility that feed asks: whom it knows, its process, and what becomes of that.

Its customers are others than those whose meters the load plays: `f…` stay registered, `g…` come, change and go. Nobody
else sends readings of theirs, so that what is in kepco in the end can be held against what the utility's meters count.
"""
import datetime
import json
import signal
import socket
import subprocess

from .daemons import await_all

KST = datetime.timezone(datetime.timedelta(hours=9))
#: In how many of 1,000 cases: of answers, and of days.
FAULTS = {
    "slow": 15, "500": 15, "503": 10, "cut": 15, "html": 10, "wrong": 15, "duplicate": 15, "corrected": 150, "gaps": 150}
SLOW_MS, BASE = 1500, 1_000_000_000
#: How long an answer is waited for, in seconds.
PATIENCE = 15
#: Customers who stay registered, and the accounts of the others.
STEADY, FICKLE = 24, 60


def accounts(now):
    """Some of high voltage, some a day or two late; some with two meters; consents from some days ago on."""
    today = now.astimezone(KST).date()
    return [{
        "custNo": str(BASE + number), "consent": str(today - datetime.timedelta(days=4 + number % (9 if number <= STEADY else 2))),
        "daysLate": (0, 0, 1, 2)[number % 4], "meters": 1 + (number % 3 == 0),
    } for number in range(1, STEADY + FICKLE + 1)]


class Utility:
    """Its process over all its lives, at one address. `description` is a file that says what its meters count."""

    def __init__(self, directory, negawatt, seed):
        self.description, self.log = directory / "utility.json", directory / "utility.log"
        self.key_file = directory / "utility.key"
        self.key_file.write_text("campaign\n")
        known = accounts(datetime.datetime.now(KST))
        self.description.write_text(json.dumps({"seed": seed, "faults": FAULTS, "accounts": known}))
        file = directory / "utility-customers.jsonl"
        file.write_text("".join(json.dumps(account) + "\n" for account in known))
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self.command = [
            negawatt, "meter-simulator", "--port", str(self.port), "--seed", str(seed), "--customers-file", str(file),
            "--faults", ",".join(f"{name}={count}" for name, count in FAULTS.items()), "--slow-ms", str(SLOW_MS)]
        self.process = None

    @property
    def options(self):
        """With which feed asks it. A call that a kill has taken along is soon made again."""
        return [
            "--utility", f"http://127.0.0.1:{self.port}/OpenAPI/getDayLpData.do", "--utility-key-file",
            str(self.key_file), "--utility-patience-s", str(PATIENCE)]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        await_all("the utility answers", self._is_there, 30)

    def _is_there(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the utility ended with {self.process.returncode}: {self.log.read_text()[-500:]}")
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
