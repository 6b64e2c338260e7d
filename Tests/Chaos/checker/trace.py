"""Follows a shard along its changelog. Which of two topics was read first only the daemon decides; the changelog shows
it. At each of its rows some record or timer has to be next whose effects, worked out by the rules, are exactly the
rows, messages and dead letters that Kafka has. Records that write no row have to be explained at some moment in
between.

A positions row ends each transaction and says up to where its records go: those are what explains the rows before it, all of
them, and no others."""

from .answers import is_answer
from .handling import Around, fire, work_out
from .topics import INPUTS
from .step import Rows, timer_key
from .trace_choices import Choices
from .trace_faults import FAULTS, Faults
from .trace_transactions import Lane, Transactions, by_key
from .values import REQUEST, Refusal, decode, optional_time

# Rows of one step that the clock may have to be looked for in.
UPCOMING = 420
# Among so many of its first rows is the one that shows what the clock said.
NEAR = 16
# How much later than the row before it a record may have been worked on: only limits of days depend on it.
CLOCK = 600_000


class Trace(Faults, Choices, Transactions):
    """One shard. `effects` is what its context has said, `outcomes` is told what has become of each record."""

    def __init__(self, log, rules, partition, effects, report, outcomes):
        self.rules, self.partition, self.partitions = rules, partition, log.partitions
        self.effects, self.report, self.outcomes = effects, report, outcomes
        self.context = rules.context
        self.rows = Rows()
        # Answers to replays are looked at by themselves.
        changelog = log.records[f"{self.context}.changelog"][partition]
        self.changelog = [record for record in changelog if not is_answer(record)]
        self.keys = [record.key.decode("utf-8", "replace") for record in self.changelog]
        self.next = 0
        self.lanes = []
        for topic in INPUTS[self.context]:
            committed = log.committed[self.context].get((topic, partition)) or 0
            self.lanes.append(
                Lane(topic, [record for record in log.records[topic][partition] if record.offset < committed])
            )
        self.timer_step = None
        self.used_messages = set()
        # Dead letters by where they lie: several may be of one record, each time that it was handled.
        self.used_letters = set()
        # What is sent on: (home, key, value, time, headers) of each, with where it lay.
        self.forwards = []
        self.steps = self.faults = 0
        self.start_choices()
        self.start_transactions(log)
        self.around = Around(self.context, log.partitions, self.mark, self.letter_at)

    # The walk

    def run(self):
        self.begin_transaction()
        while self.next < len(self.changelog):
            if self.is_at_positions():
                if self.is_left() and self.go_back():
                    self.pass_idle()
                    continue
                self.end_transaction()
                continue
            if not self.explain_next() and not self.go_back() and not self.explain_beyond():
                self.settle()
                self.differ_next()
                if self.faults > FAULTS:
                    self.give_up()
                    return
            self.pass_idle()
            if self.next == len(self.changelog) and self.is_left():
                self.go_back()
                self.pass_idle()
        self.end()
        self.report.count(f"steps of {self.context} worked out anew: rows, messages, dead letters", self.steps)
        self.report.count(f"rows of {self.context} worked out anew", self.next)

    def is_left(self):
        return any(lane.is_left for lane in self.lanes)

    def pass_idle(self):
        """Passes what has no rows to write at this moment and whose messages and letters are as they should be."""
        for lane in self.lanes:
            while lane.is_left:
                step = self.step_of(lane)
                if not self.is_idle(step):
                    break
                self.finish(step, None)
                if step.is_nothing and not step.is_final:
                    lane.idle.append(step)
                lane.head += 1
                lane.step = None

    def step_of(self, lane):
        if lane.step is None:
            lane.step = self.predict(lane.records[lane.head])
        return lane.step

    def predict(self, record, now=None, slack=CLOCK):
        latest, said = self.clock_at(record, slack)
        if now is None and said is not None and record.time > latest:
            now = said
        return work_out(self.rules, self.rows, record, self.around, now, (min(record.time, latest), latest))

    def clock_at(self, record, slack=CLOCK):
        """What the clock said at the latest when a record was handled, by what has come of it; and what a message of it says, which
        is the clock's time if the record's lies in the future."""
        for _, message in self.effects.messages.get(record.source, ()):
            try:
                return message.time, optional_time(decode(message), "timestamp")
            except Refusal:
                break
        letters = self.effects.letters.get(record.source)
        return (letters[0].time if letters else self.written_at + slack), None

    @property
    def written_at(self):
        """When the next row was written."""
        return self.changelog[min(self.next, len(self.changelog) - 1)].time if self.changelog else 0

    def is_idle(self, step):
        if step.writes or step.probe is not None:
            return False
        if step.forward is not None:
            return not self.effects.messages.get(step.source) and not self.effects.letters.get(step.source)
        if step.refusal is not None:
            return self.letter_fits(step.record.source, step.refusal) and not self.effects.messages.get(step.source)
        return self.messages_fit(step) and step.source not in self.effects.letters

    def explain_next(self):
        first = self.key(self.next)
        fits = []
        for step, lane in self.candidates():
            if step.probe is not None:
                step = self.resolve_now(step)
                if step is None:
                    continue
            if first in step.pending and step.timer is None and not self.rows_fit(step):
                # When it was worked on is better known now that its rows are next.
                step = self.predict(step.origin, step.now_value, 0)
            if first in step.pending and self.rows_fit(step) and self.messages_fit(step) and self.letters_fit(step):
                fits.append((step, lane))
        if fits:
            self.choose(fits)
        return bool(fits)

    def candidates(self):
        if (key := self.rows.first("timers")) is not None:
            is_due = int(key.split("/", 2)[1]) <= self.written_at
            if self.timer_step is None or (self.timer_step[0], self.timer_step[2]) != (key, is_due):
                about = self.written_at, self.written_at
                self.timer_step = (
                    key, fire(self.rules, self.rows, key, self.partition, self.partitions, about), is_due
                )
            if is_due:
                yield self.timer_step[1], None
        for lane in self.lanes:
            for position, step in enumerate(lane.idle):
                if step.is_stale:
                    lane.idle[position] = step = self.predict(step.origin)
                if step.writes:
                    yield step, lane
            if lane.is_left:
                yield self.step_of(lane), lane
        # One that is not due explains its rows only where nothing else does: a record may cancel it and do the same.
        if key is not None and not is_due:
            yield self.timer_step[1], None

    def resolve_now(self, step):
        """The step with the clock as the rows to come show it; None if they show another step's."""
        near = range(self.next, min(self.next + NEAR, len(self.changelog)))
        if not any(self.key(position) == step.probe for position in near):
            return None
        upcoming = [
            (self.key(position), self.row(position))
            for position in range(self.next, min(self.next + UPCOMING, self.end_of_transaction()))
        ]
        for now in self.rules.nows(upcoming):
            resolved = self.again(step, min(now, self.written_at))
            if resolved.probe is None and self.rows_fit(resolved):
                return resolved
        return None

    def again(self, step, now):
        """The same record or timer, at another moment of the clock."""
        if step.timer is None:
            return self.predict(step.origin, now)
        about = self.written_at, self.written_at
        key = timer_key(step.timer[1], step.timer[2], step.timer[0])
        return fire(self.rules, self.rows, key, self.partition, self.partitions, about, now)

    # What fits

    def key(self, position):
        return self.keys[position]

    def row(self, position):
        record = self.changelog[position]
        return None if record.value is None else decode(record)

    def rows_fit(self, step):
        count = len(step.writes)
        if not count or self.next + count > self.end_of_transaction():
            return False
        found = [(self.key(position), self.row(position)) for position in range(self.next, self.next + count)]
        if all(one[0] == other[0] and one[1] == other[1] for one, other in zip(step.writes, found)):
            return True
        # The order of a step's rows is its own business, but for those of one key.
        return by_key(step.writes) == by_key(found)

    def messages_fit(self, step):
        found = self.effects.messages.get(step.source, ())
        return len(found) == len(step.messages) and all(
            self.is_same(expected, record) for expected, (_, record) in zip(step.messages, found)
        )

    @staticmethod
    def is_same(expected, record):
        topic, partition, key, kind, value, trace, asked = expected
        if (record.topic, record.partition) != (topic, partition) or record.key != key.encode():
            return False
        try:
            return (
                decode(record) == value
                and record.header("type") == kind
                and record.header("traceparent") == trace
                and {name: text for name in REQUEST if (text := record.header(name)) is not None} == asked
            )
        except Refusal:
            return False

    def letter_fits(self, source, kind):
        letter = self.next_letter(source)
        return letter is not None and letter.header("deadletter.kind") == kind

    def next_letter(self, source):
        """The first dead letter of a record that nothing explains yet."""
        letters = self.effects.letters.get(source, ())
        return next((letter for letter in letters if letter.source not in self.used_letters), None)

    def use_letter(self, source):
        if (letter := self.next_letter(source)) is not None:
            self.use(self.used_letters, letter.source)
            self.explained_in[letter.source] = self.transaction

    def letters_fit(self, step):
        return all(self.letter_fits(source, kind) for source, kind in step.letters)

    # Going on

    def carry_out(self, step, lane):
        """A step is next: its rows, as they were found, become true."""
        count = len(step.writes)
        if step.timer and step.timer[0] > self.changelog[self.next].time:
            self.report.differ(
                "timer",
                f"{self.context}: {step.source}",
                f"it not before {step.timer[0]}",
                f"its rows at {self.changelog[self.next].time}",
            )
        self.steps += 1
        for _ in range(count):
            self.apply_next()
        self.finish(step, lane)

    def apply_next(self):
        key = self.key(self.next)
        value = self.row(self.next)
        self.trail.append(("row", key, self.rows.values.get(key)))
        if value is None:
            self.rows.delete(key)
        else:
            self.rows.put(key, value)
        self.next += 1
        self.forget({key})

    def forget(self, keys):
        if self.timer_step and (self.timer_step[0] in keys or self.timer_step[1].depends_on(keys)):
            self.timer_step = None
        for lane in self.lanes:
            if lane.step is not None and lane.step.depends_on(keys):
                lane.step = None
            for step in lane.idle:
                step.is_stale = step.is_stale or step.depends_on(keys)

    def finish(self, step, lane):
        source = step.source
        for _, record in self.effects.messages.get(source, ()):
            self.use(self.used_messages, record.source)
        for letter, _ in step.letters:
            self.use_letter(letter)
            self.outcome_of(letter, "refused")
        for record in step.replayed:
            self.outcome_of(record, "refused")
        if step.refusal is not None:
            self.use_letter(step.record.source)
        if step.record is None:
            return
        record = step.origin
        if step.forward is not None:
            self.forwards.append((step.forward, step.record, record))
            self.trail.append(("forward", None, None))
            return
        found = "refused" if step.refusal else "ignored" if step.is_nothing else "effect"
        place = self.context, record.topic, record.partition, record.offset
        if place not in self.outcomes:
            self.report.count(f"records of {self.context} with the outcome that the rules say")
        self.outcomes[place] = found
        if lane is not None:
            self.move_behind(lane, record)

    def move_behind(self, lane, record):
        lane.idle = [step for step in lane.idle if step.origin.offset > record.offset]
        if lane.head < len(lane.records) and lane.records[lane.head] is record:
            lane.head += 1
            lane.step = None

    def outcome_of(self, source, outcome):
        topic, partition, offset = source.rsplit("-", 2)
        self.outcomes[self.context, topic, int(partition), int(offset)] = outcome
