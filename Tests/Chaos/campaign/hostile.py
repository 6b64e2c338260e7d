"""Somebody who may write to the topics that outsiders write to, and means harm. A process of its own, beside the load:

    python3 -m campaign.hostile SERVERS SEED RATE PARTITIONS CUSTOMERS JOURNAL

It sends until SIGTERM: RATE kinds of malice a second. The journal has a line of JSON for each record that Kafka has acknowledged;
what Kafka refuses is no loss.
"""
import collections
import json
import random
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from checker.sent import digest_of

from .malice import CONTEXTS, Malice

#: So many bytes get in a second and in all, as the checker has everything in memory; and so many are sent, refused or
#: not.
TAKEN_A_SECOND, TAKEN, SENT_A_SECOND = 1_000_000, 300_000_000, 2_500_000


class Hostile:
    def __init__(self, servers, seed, partitions, customers, journal):
        self.journal = open(journal, "w", buffering=1 << 16)
        common = {
            "bootstrap.servers": servers, "acks": "all", "linger.ms": 50, "message.timeout.ms": 60_000, "log_level": 1,
            "message.max.bytes": 200_000_000, "batch.size": 100_000_000}
        self.producers = {
            codec: Producer({**common, "compression.type": codec}) for codec in ("none", "zstd", "gzip", "lz4", "snappy")}
        self.looker = Consumer({"bootstrap.servers": servers, "group.id": "hostile", "log_level": 1})
        self.ends = {}
        self.counts = collections.Counter()
        self.refusals = collections.Counter()
        self.bytes = self.taken = 0
        self.malice = Malice(random.Random(f"hostile {seed}"), seed, partitions, customers, self.letters)

    def letters(self, context, partition):
        """Behind the last dead letter; not asked for again each time."""
        place = f"{context}.deadletters", partition
        end, at = self.ends.get(place, (0, 0))
        if time.monotonic() - at > 3:
            try:
                end = self.looker.get_watermark_offsets(TopicPartition(*place), timeout=2)[1]
            except KafkaException:
                pass
            self.ends[place] = end, time.monotonic()
        return end

    def send(self, kind, item):
        def acknowledged(error, message):
            if error:
                self.refusals[error.name()] += 1
                return
            self.counts[kind] += 1
            self.taken += item.size
            self.journal.write(json.dumps({
                "topic": item.topic, "partition": message.partition(), "offset": message.offset(), "expect": item.expect,
                "kind": kind, "digest": digest_of(item.key, item.value)}) + "\n")
        self.bytes += item.size
        where = {} if item.partition is None else {"partition": item.partition}
        try:
            self.producers[item.codec].produce(
                item.topic, item.value, item.key, headers=item.headers or None, timestamp=item.timestamp,
                on_delivery=acknowledged, **where)
        except (KafkaException, BufferError) as error:
            self.refusals[type(error).__name__] += 1

    def serve(self, seconds):
        for producer in self.producers.values():
            producer.poll(seconds / len(self.producers))

    def run(self, rate, stop):
        began, done = time.monotonic(), 0
        while not stop:
            passed = time.monotonic() - began
            while done < passed * rate and not stop:
                kind, items = self.malice.some()
                done += 1
                if sum(item.size for item in items) > 10_000 and self.has_sent_enough(passed):
                    continue
                for item in items:
                    self.send(kind, item)
            self.serve(0.02)

    def has_sent_enough(self, seconds):
        return self.taken > min(TAKEN_A_SECOND * seconds, TAKEN) or self.bytes > SENT_A_SECOND * seconds

    def finish(self):
        for producer in self.producers.values():
            producer.flush(90)
        self.journal.close()
        self.looker.close()


def main():
    servers, seed, rate, partitions, customers, journal = sys.argv[1:]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hostile = Hostile(servers, int(seed), int(partitions), int(customers), journal)
    hostile.run(float(rate), stop)
    hostile.finish()
    print(json.dumps({
        **{f"of malice: {kind}": count for kind, count in sorted(hostile.counts.items())},
        **{f"of malice, not taken by Kafka: {name}": count for name, count in hostile.refusals.items()}}))


if __name__ == "__main__":
    main()
