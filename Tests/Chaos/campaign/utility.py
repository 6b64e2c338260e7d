"""The simulated utility that feed asks: whom it knows, its process, and what becomes of that.

Its customers are others than those whose meters the load plays: `f…` stay registered, `g…` come, change and go. Nobody
else sends readings of theirs, so that what is in kepco in the end can be held against what the utility's meters count.
"""
import datetime
import json

from .outsider import Outsider

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


class Utility(Outsider):
    """`description` is a file that says what its meters count."""

    def __init__(self, directory, negawatt, seed):
        self.description, self.key_file = directory / "utility.json", directory / "utility.key"
        self.key_file.write_text("campaign\n")
        known = accounts(datetime.datetime.now(KST))
        self.description.write_text(json.dumps({"seed": seed, "faults": FAULTS, "accounts": known}))
        file = directory / "utility-customers.jsonl"
        file.write_text("".join(json.dumps(account) + "\n" for account in known))
        faults = ",".join(f"{name}={count}" for name, count in FAULTS.items())
        super().__init__("the utility", directory / "utility.log", negawatt, "meter-simulator", [
            "--seed", seed, "--customers-file", file, "--faults", faults, "--slow-ms", SLOW_MS])

    @property
    def options(self):
        """With which feed asks it. A call that a kill has taken along is soon made again."""
        return [
            "--utility", f"http://127.0.0.1:{self.port}/OpenAPI/getDayLpData.do", "--utility-key-file",
            str(self.key_file), "--utility-patience-s", str(PATIENCE)]
