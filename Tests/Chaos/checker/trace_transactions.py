"""The transactions of a shard, one positions row each: which records they are of, and what was known before."""

import re
from bisect import bisect_left

from .positions import final_mark, is_positions, read_positions
from .values import Refusal


# For so long, in ms, a committed record may not be to be seen: no transaction stays open for longer, a daemon that
# sleeps in one and an outage in which it cannot be ended included.
UNSEEN = 120_000
# What a daemon says of a dead letter that Kafka did not give it in time, or not at all.
UNREAD = re.compile("cannot be read|may not be read")


class Lane:
    """One input's records; those before `head` are explained."""

    def __init__(self, topic, records):
        self.topic, self.records = topic, records
        self.head = 0
        # Behind the last record of the transaction that is looked at.
        self.bound = len(records)
        self.step = None
        # Records that would do nothing at the moment they were looked at: explained, unless one turns out to
        # explain a row.
        self.idle = []

    @property
    def is_left(self):
        return self.head < self.bound


class Transactions:
    """The part of a trace that goes from one positions row to the next."""

    def start_transactions(self, log):
        self.log = log
        self.mark = final_mark(log, self.context, self.partition)
        self.ends = [number for number, record in enumerate(self.changelog) if is_positions(record)]
        self.transaction = 0
        # Whether more is looked at than the positions row allows, since nothing else explained a row.
        self.is_beyond = False
        # In which transaction a dead letter was found explained: only those of earlier ones can be handled again.
        self.explained_in = {}

    def end_of_transaction(self):
        """Where its positions row lies among the changelog's records; rows behind the last of those are of none."""
        return self.ends[self.transaction] if self.transaction < len(self.ends) else len(self.changelog)

    def is_at_positions(self):
        return self.transaction < len(self.ends) and self.ends[self.transaction] == self.next

    def begin_transaction(self):
        """Nothing before this can have been otherwise."""
        self.settle()
        self.is_beyond = False
        row = read_positions(self.changelog[self.end_of_transaction()], self.context) if self.has_end() else None
        for lane in self.lanes:
            # What was looked at before may have rested on what was not known yet.
            lane.idle, lane.step = [], None
            lane.bound = len(lane.records)
            if row is not None:
                bound = bisect_left(lane.records, row.next[lane.topic], key=lambda record: record.offset)
                lane.bound = max(bound, lane.head)
        self.pass_idle()

    def has_end(self):
        return self.transaction < len(self.ends)

    def end_transaction(self):
        """At a positions row: all its records have had their effects."""
        where = self.changelog[self.next].source
        for lane in self.lanes:
            while lane.is_left and not self.is_beyond:
                record = lane.records[lane.head]
                if self.has_effects_later(lane):
                    self.report.differ("positions", where, f"a next of {record.offset} in {lane.topic}", "one behind it")
                    break
                self.differ_record(lane)
                self.pass_idle()
        self.next += 1
        self.transaction += 1
        self.begin_transaction()

    def has_effects_later(self, lane):
        """Whether the next record of a lane has its effects in a later transaction."""
        step = self.predict(lane.records[lane.head])
        if self.effects.messages.get(step.source) or self.next_letter(step.record.source) is not None:
            return True
        later = range(self.next + 1, min(self.next + 1000, len(self.changelog)))
        if step.probe is not None:
            return any(self.key(position) == step.probe for position in later)
        return bool(step.writes) and any((self.key(at), self.row_at(at)) == step.writes[0] for at in later)

    def row_at(self, position):
        try:
            return self.row(position)
        except Refusal:
            return None

    def explain_beyond(self):
        """Whether a record explains the next row that the positions row says was not handled yet."""
        if self.is_beyond or not self.has_end():
            return False
        bounds = [lane.bound for lane in self.lanes]
        self.open_bounds()
        if not self.explain_next():
            for lane, bound in zip(self.lanes, bounds, strict=True):
                lane.bound = bound
            return False
        self.is_beyond = True
        where = self.changelog[self.end_of_transaction()].source
        beyond = [f"{lane.topic}: {lane.records[bound - 1].offset + 1 if bound else 0}"
                  for lane, bound in zip(self.lanes, bounds, strict=True) if lane.head > bound]
        self.report.differ("positions", where, "a next behind what was handled", ", ".join(beyond) or "one before it")
        return True

    def open_bounds(self):
        for lane in self.lanes:
            lane.bound = len(lane.records)

    def letter_at(self, offset, replay):
        """A dead letter of this shard that was there before this transaction; None where there is none."""
        refused = self.next_letter(replay.source)
        if refused is not None and refused.header("deadletter.kind") == "refused" and UNREAD.search(
                refused.header("deadletter.reason") or ""):
            self.report.count("replays of dead letters that Kafka did not give")
            raise Refusal("refused", "the letter could not be read")
        letter = self.log.find(f"{self.context}.deadletters", self.partition, offset)
        if letter is None or not self.ends:
            return letter
        if letter.source not in self.used_letters or self.explained_in[letter.source] >= self.transaction:
            return None
        # Committed is not yet to be seen: the end of its transaction may come to this partition a little later, and
        # another daemon's open one may lie before it.
        if refused is None or refused.header("deadletter.kind") != "not-found" or refused.time > letter.time + UNSEEN:
            return letter
        self.report.count("replays of dead letters that were not to be seen yet")
        return None


def by_key(rows):
    found = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return found
