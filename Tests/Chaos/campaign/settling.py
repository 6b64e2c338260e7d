"""Whether everything that was sent has been worked on."""
import datetime
import json
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from checker.topics import CONTEXTS, INPUTS


#: Whose call has failed and who is asked again within so many seconds is waited for.
SOON = 100


def moment(text):
    """Of a row, in seconds."""
    return datetime.datetime.fromisoformat(text).timestamp()


class Progress:
    """Offsets and ends. One thread at a time asks."""

    def __init__(self, cluster, partitions):
        self.partitions, self._lock, self.trouble = partitions, threading.Lock(), ""
        common = {
            "bootstrap.servers": cluster.direct, "enable.auto.commit": False, "log_level": 2,
            "auto.offset.reset": "earliest", "enable.partition.eof": True}
        # Each asks in a group's name without being a member. Whoever reads committed offsets waits while a transaction
        # is in the way, which among so many kills one nearly always is.
        def groups(isolation):
            return {
                context: Consumer({**common, "group.id": context, "isolation.level": isolation}) for context in CONTEXTS}
        self._common, self._followed = common, {}
        self._stable, self._unstable = groups("read_committed"), groups("read_uncommitted")
        self._ends = Consumer({**common, "group.id": "settling", "isolation.level": "read_uncommitted"})
        self._reader = Consumer({**common, "group.id": "settling", "isolation.level": "read_committed"})

    def _places(self, topics):
        return [TopicPartition(topic, partition) for topic in topics for partition in range(self.partitions)]

    def committed(self, context, is_stable=True):
        """The group's offsets by topic and partition; None while nobody can say."""
        try:
            with self._lock:
                groups = self._stable if is_stable else self._unstable
                found = groups[context].committed(self._places(INPUTS[context]), timeout=3)
        except KafkaException as error:
            self.trouble = f"{context}: {error.args[0]}"
            return None
        return {(item.topic, item.partition): max(item.offset, 0) for item in found}

    def ends(self, topics):
        try:
            with self._lock:
                return {
                    (place.topic, place.partition): self._ends.get_watermark_offsets(place, timeout=2)[1]
                    for place in self._places(topics)}
        except KafkaException as error:
            self.trouble = f"ends: {error.args[0]}"
            self._ask_for_leaders()
            return None

    def last_offsets(self, topic, partition, count=3):
        """Of the last places of a partition, some of which are marks of transactions."""
        place = TopicPartition(topic, partition)
        with self._lock:
            end = self._ends.get_watermark_offsets(place, timeout=5)[1]
        return range(max(0, end - count), end)

    def _ask_for_leaders(self):
        """A client that only asks for ends does not notice by itself that a partition has another leader."""
        try:
            with self._lock:
                self._ends.list_topics(timeout=2)
        except KafkaException:
            pass

    def lag(self, context):
        """Records (and marks of transactions) that are not worked on; None while nobody can say."""
        committed = self.committed(context, is_stable=False)
        ends = None if committed is None else self.ends(INPUTS[context])
        return None if ends is None else sum(max(0, end - committed[place]) for place, end in ends.items())

    def has_asked(self):
        """Whether feed waits for nothing but times to come: no call is on its way or waits for its turn, and nobody is due, or
        soon to be asked again since a call has failed. Who is asked about hours later is left to that."""
        now = time.time() + 1
        for key, row in self._rows("feed", ("calls/", "meters/")).items():
            if key.startswith("calls/"):
                return False
            due = moment(row["askAt"]) if "askAt" in row else now
            if due <= (now + SOON if row.get("failures") else now):
                return False
        return True

    def has_told(self):
        """Whether notify waits for nothing but times to come: no notice is on its way, and none is due, or soon to be told."""
        now = time.time() + SOON
        rows = self._rows("notify", ("notices/",)).values()
        return all(row["state"] != "sent" and (row["state"] != "waiting" or moment(row["due"]) > now) for row in rows)

    def _rows(self, context, prefixes):
        """A context's rows with such keys, as far as its changelog has them."""
        if context not in self._followed:
            reader = Consumer({**self._common, "group.id": "settling", "isolation.level": "read_committed"})
            reader.assign([TopicPartition(f"{context}.changelog", partition, 0) for partition in range(self.partitions)])
            self._followed[context] = reader, {}
        reader, rows = self._followed[context]
        left, deadline = set(range(self.partitions)), time.monotonic() + 10
        while left and time.monotonic() < deadline:
            message = reader.poll(0.2)
            if message is None:
                continue
            if message.error():
                if message.error().code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                continue
            key = (message.key() or b"").decode()
            if message.value() is None:
                rows.pop(key, None)
            elif key.startswith(prefixes):
                rows[key] = json.loads(message.value())
        return rows

    def await_settled(self, seconds, quiet=6, say=lambda text: None):
        """Until nothing moves any more: offsets and ends stay for some seconds, and what lies between is only marks. Somebody is stuck
        when nothing moves for so many seconds though there is something left; five times as long is too long in any case."""
        began = time.monotonic()
        since, last, said = began, None, 0
        topics = sorted({topic for context in CONTEXTS for topic in INPUTS[context]})
        # What a timer does is to be seen there only.
        outputs = [f"{context}.{name}" for context in CONTEXTS for name in ("changelog", "deadletters")]
        while True:
            state = ([self.committed(context) for context in CONTEXTS], self.ends(topics + outputs))
            now = time.monotonic()
            is_known = state[1] is not None and None not in state[0]
            if is_known and state != last:
                since, last = now, state
            elif is_known and now - since >= quiet and all(self._is_at_end(context, state) for context in CONTEXTS):
                return
            if now - since > seconds or now - began > 5 * seconds:
                lags = {context: self.lag(context) for context in CONTEXTS}
                raise TimeoutError(f"the daemons do not come to an end within {now - began:.0f} s: behind by {lags}; {self.trouble}")
            if now - said > 10:
                said = now
                say(
                    "settling: behind by " + " ".join(f"{context} {self.lag(context)}" for context in CONTEXTS)
                    + ("" if is_known else f"; {self.trouble}"))
            time.sleep(0.5)

    def _is_at_end(self, context, state):
        """Offsets at the end, or nothing but marks of transactions behind them."""
        committed, ends = state[0][CONTEXTS.index(context)], state[1]
        places = [
            TopicPartition(place.topic, place.partition, committed[(place.topic, place.partition)])
            for place in self._places(INPUTS[context])
            if committed[(place.topic, place.partition)] < ends[(place.topic, place.partition)]]
        with self._lock:
            self._reader.assign(places)
            left, deadline = len(places), time.monotonic() + 5
            while left and time.monotonic() < deadline:
                message = self._reader.poll(0.2)
                if message is None:
                    continue
                if not message.error():
                    return False
                if message.error().code() == KafkaError._PARTITION_EOF:
                    left -= 1
            return left == 0
