"""Readings behind the checks of customers who accepted: others than before, and those that were missing. A process of its own:

    python3 -m campaign.late SERVERS SEED SENT JOURNAL

SENT is the journal of the load. It sends until SIGTERM, and notes in its own journal what Kafka has acknowledged.
"""
import json
import signal
import sys
import time

from .load import Load, Senders

RATE = 40


def accepted(journal):
    with open(journal) as lines:
        for line in lines:
            item = json.loads(line)
            if item["topic"] == "response.commands" and '"eventType":"Accept"' in (item["value"] or "") and item["home"]:
                # Nobody but the utility says what the others' meters count.
                if not item["home"].startswith("f"):
                    yield item["home"]


def main():
    servers, seed, sent, journal = sys.argv[1:]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    senders = Senders(servers, journal)
    load = Load(senders, int(seed) + 1, 0)
    load.accepted = sorted(set(accepted(sent)))
    began, done = time.monotonic(), 0
    while not stop:
        while done < (time.monotonic() - began) * RATE and not stop:
            load.correct()
            done += 1
        senders.serve(0.01)
    senders.finish()
    print(json.dumps({"sent": senders.sent, "acknowledged": senders.acknowledged, "not acknowledged": senders.lost}))


if __name__ == "__main__":
    main()
