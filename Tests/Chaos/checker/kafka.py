"""Reads everything from Kafka with confluent-kafka."""

import time

from .log import Log, Record
from .topics import CONTEXTS, INPUTS, TOPICS
from .markers import find_commits
from .positions import odd_gaps


class CannotCheck(Exception):
    """There is nothing to check, or not all of it can be seen."""


# Only whole segments are compacted, and a changelog's are of 64 MiB.
SEGMENT = 60 << 20


def _refuse_compacted(log):
    """A changelog that may have been compacted does not show all that was done."""
    for context in CONTEXTS:
        for partition, records in enumerate(log.records[f"{context}.changelog"]):
            size = sum(len(record.key) + len(record.value or b"") + 20 for record in records)
            if records and size / len(records) * log.end(f"{context}.changelog", partition) > SEGMENT:
                raise CannotCheck(f"{context}.changelog-{partition} may have been compacted: run for a shorter time")


def _find_commits(log, looker):
    """Whether a gap behind what is no positions row is the end of a transaction, of which the row is missing then."""
    metadata = looker.list_topics(timeout=30)
    log.commits = {}
    for topic, partition, gaps in odd_gaps(log):
        leader = metadata.brokers[metadata.topics[topic].partitions[partition].leader]
        log.commits[topic, partition] = find_commits((leader.host, leader.port), topic, partition, gaps)


def read(bootstrap, patience=60):
    """All topics, read_committed, from their beginnings to their ends."""
    from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

    def consumer(group, isolation, **more):
        return Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "isolation.level": isolation,
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "fetch.message.max.bytes": 4 << 20,
                "queued.max.messages.kbytes": 65536,
                "fetch.wait.max.ms": 20,
                **more,
            }
        )

    reader = consumer("checker", "read_committed")
    looker = consumer("checker", "read_uncommitted")
    try:
        topics = looker.list_topics(timeout=30)
        missing = [topic for topic in TOPICS if topic not in topics.topics]
        if missing:
            raise CannotCheck(f"topics are missing: {', '.join(missing)}")
        counts = {len(topics.topics[topic].partitions) for topic in TOPICS}
        if len(counts) != 1:
            raise CannotCheck(f"the topics have different numbers of partitions: {sorted(counts)}")
        log = Log(counts.pop())
        log.cluster = topics.cluster_id
        wanted = [(topic, partition) for topic in TOPICS for partition in range(log.partitions)]
        for topic, partition in wanted:
            place = TopicPartition(topic, partition)
            low, log.ends[topic, partition] = looker.get_watermark_offsets(place, timeout=30)
            if low:
                raise CannotCheck(f"{topic}-{partition} begins at {low}: its first records are gone")
            log.stable[topic, partition] = reader.get_watermark_offsets(place, timeout=30)[1]
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic, partition in wanted])
        # Where a transaction is open there is nothing to wait for behind the last stable offset.
        targets = {place: min(log.ends[place], log.stable[place]) for place in wanted}
        left = {place for place in wanted if targets[place] > 0}
        heard = time.monotonic()
        while left:
            messages = reader.consume(10_000, 0.2)
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > patience:
                raise CannotCheck(f"nothing has come for {patience} s, of {len(left)} partitions: {sorted(left)[:3]}")
            for message in messages:
                place = message.topic(), message.partition()
                error = message.error()
                if error is None:
                    offset = message.offset()
                    if offset < log.ends[place]:
                        log.records[place[0]][place[1]].append(
                            Record(
                                *place,
                                offset,
                                message.timestamp()[1],
                                message.key(),
                                message.value(),
                                tuple(message.headers() or ()),
                            )
                        )
                    if offset + 1 >= targets[place]:
                        left.discard(place)
                elif error.code() == KafkaError._PARTITION_EOF:
                    if message.offset() >= targets[place]:
                        left.discard(place)
                elif error.fatal() or not error.retriable():
                    if error.code() not in (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT):
                        raise CannotCheck(f"{place[0]}-{place[1]}: {error}")
        for context in CONTEXTS:
            member = consumer(context, "read_uncommitted")
            try:
                places = [
                    TopicPartition(topic, partition) for topic in INPUTS[context] for partition in range(log.partitions)
                ]
                for place in member.committed(places, timeout=30):
                    log.committed[context][place.topic, place.partition] = place.offset if place.offset >= 0 else None
            finally:
                member.close()
        _refuse_compacted(log)
        _find_commits(log, looker)
        return log
    except KafkaException as error:
        raise CannotCheck(f"Kafka does not answer: {error}") from error
    finally:
        reader.close()
        looker.close()
