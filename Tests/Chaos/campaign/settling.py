"""Whether everything that was sent has been worked on."""
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from .cluster import CONTEXTS, INPUTS


class Progress:
    def __init__(self, cluster, partitions):
        self.cluster, self.partitions = cluster, partitions
        self.admin = cluster.admin

    def committed(self, context):
        """The group's offsets by topic and partition; None while a transaction is in the way."""
        wanted = [TopicPartition(topic, partition) for topic in INPUTS[context] for partition in range(self.partitions)]
        request = ConsumerGroupTopicPartitions(context, wanted)
        try:
            future = self.admin.list_consumer_group_offsets([request], require_stable=True, request_timeout=5)
            answer = future[context].result()
        except (KafkaException, ValueError):
            return None
        return {(item.topic, item.partition): max(item.offset, 0) for item in answer.topic_partitions if not item.error}

    def ends(self, topics):
        wanted = {
            TopicPartition(topic, partition): OffsetSpec.latest() for topic in topics
            for partition in range(self.partitions)}
        try:
            found = self.admin.list_offsets(wanted, request_timeout=5)
            return {(item.topic, item.partition): future.result().offset for item, future in found.items()}
        except KafkaException:
            return None

    def lag(self, context):
        """Records (and marks of transactions) that are not worked on; None while nobody can say."""
        committed, ends = self.committed(context), self.ends(INPUTS[context])
        if committed is None or ends is None:
            return None
        return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items())

    def await_settled(self, seconds, quiet=6, say=lambda text: None):
        """Until nothing moves any more: offsets and ends stay for some seconds, and what lies between is only marks."""
        deadline, since, last, said = time.monotonic() + seconds, None, None, 0
        topics = sorted({topic for context in CONTEXTS for topic in INPUTS[context]})
        while True:
            state = ([self.committed(context) for context in CONTEXTS], self.ends(topics))
            now = time.monotonic()
            if state[1] is None or None in state[0] or state != last:
                since, last = now, state
            elif now - since >= quiet and all(self._is_at_end(context, state) for context in CONTEXTS):
                return
            if now > deadline:
                lags = {context: self.lag(context) for context in CONTEXTS}
                raise TimeoutError(f"the daemons do not come to an end within {seconds} s: lag {lags}")
            if now - said > 10:
                said = now
                say(f"settling: lag {[self.lag(context) for context in CONTEXTS]}")
            time.sleep(0.5)

    def _is_at_end(self, context, state):
        """Offsets at the end, or nothing but marks of transactions behind them."""
        committed, ends = state[0][CONTEXTS.index(context)], state[1]
        places = [
            TopicPartition(topic, partition, committed.get((topic, partition), 0)) for topic in INPUTS[context]
            for partition in range(self.partitions)
            if committed.get((topic, partition), 0) < ends[(topic, partition)]]
        if not places:
            return True
        reader = Consumer({
            "bootstrap.servers": self.cluster.direct, "group.id": "settling", "enable.auto.commit": False,
            "isolation.level": "read_committed", "enable.partition.eof": True, "auto.offset.reset": "earliest",
            "log_level": 2})
        try:
            reader.assign(places)
            open_places, deadline = len(places), time.monotonic() + 5
            while open_places and time.monotonic() < deadline:
                message = reader.poll(0.2)
                if message is None:
                    continue
                if not message.error():
                    return False
                open_places -= 1
            return open_places == 0
        finally:
            reader.close()
