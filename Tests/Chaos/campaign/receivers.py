"""The simulated receivers that notify tells customers over: one a channel, each with a file of what it was told."""
import json

from .outsider import Outsider

CHANNELS = ("push", "sms")
#: In how many of 1,000 cases: of calls, and of addresses.
FAULTS = {"slow": 15, "500": 15, "503": 15, "cut": 25, "lost": 25, "partly": 25, "refused": 60}
SLOW_MS = 1500
#: How long a notice may be on its way, in seconds.
PATIENCE = 15


class Receiver(Outsider):
    """`told` is a file that has a line for each notice that came, written before the answer. Receipts of what it takes
    go to Kafka."""

    def __init__(self, channel, directory, negawatt, seed, servers):
        self.channel, self.told = channel, directory / f"told-{channel}.jsonl"
        self.key_file = directory / f"{channel}.key"
        self.key_file.write_text(f"the campaign's key of {channel}\n")
        self.told.touch()
        faults = ",".join(f"{name}={count}" for name, count in FAULTS.items())
        super().__init__(f"the receiver of {channel}", directory / f"receiver-{channel}.log", negawatt, "webhook-receiver", [
            "--seed", seed, "--key-file", self.key_file, "--taken", self.told, "--receipts-to", servers, "--faults", faults,
            "--slow-ms", SLOW_MS])


class Receivers:
    """Of all channels. `options` are those with which notify tells over them."""

    def __init__(self, directory, negawatt, seed, servers):
        self.all = [Receiver(channel, directory, negawatt, seed, servers) for channel in CHANNELS]
        file = directory / "channels.json"
        file.write_text(json.dumps({"channels": [
            {"name": one.channel, "url": f"http://127.0.0.1:{one.port}/notices", "keyFile": str(one.key_file)}
            for one in self.all]}))
        # Whom a kill has not been told of is soon told.
        self.options = ["--channels", str(file), "--allow-private", "true", "--webhook-patience-s", str(PATIENCE)]
