"""What a trace does where nothing fits: it says what differs, takes what was found for true, and goes on."""

from .report import short
from .values import REQUEST

# How far behind the next record to look for one that fits.
LOOKAHEAD = 300
# After so many rows that nothing explains, a shard has nothing more to tell.
FAULTS = 100


class Faults:
    """The half of a trace that tells differences."""

    def differ_next(self):
        """No step explains the next row exactly: tell what comes closest."""
        self.faults += 1
        near = []
        first = self.key(self.next)
        for step, lane in self.candidates():
            if step.probe is not None:
                resolved = self.resolve_now(step)
                if resolved is None:
                    continue
                step = resolved
            if first in step.pending:
                near.append((step, lane))
        for step, lane in near:
            if self.rows_fit(step):
                self.differ_messages(step)
                self.carry_out(step, lane)
                return
        if self.skip_to_fit(first):
            return
        for step, lane in near:
            if self.keys_fit(step):
                self.differ_rows(step)
                if not self.messages_fit(step) or not self.letters_fit(step):
                    self.differ_messages(step)
                self.carry_out(step, lane)
                return
        self.report.differ(
            "row without a cause",
            self.changelog[self.next].source,
            "a row that a record or timer explains",
            f"{first} {self.row(self.next)}",
        )
        self.apply_next()

    def keys_fit(self, step):
        found = [
            self.key(position) for position in range(self.next, min(self.next + len(step.writes), self.end_of_transaction()))
        ]
        return sorted(found) == sorted(key for key, _ in step.writes)

    def skip_to_fit(self, first):
        """Looks for a record behind the next ones that explains the row: those before it have not had their effects."""
        for lane in self.lanes:
            end = min(lane.head + LOOKAHEAD, lane.bound)
            for position in range(lane.head + 1, end):
                step = self.predict(lane.records[position])
                if step.probe is not None:
                    step = self.resolve_now(step)
                if step is None or first not in step.pending or not self.rows_fit(step):
                    continue
                if not self.messages_fit(step) or not self.letters_fit(step):
                    continue
                while lane.head < position:
                    self.differ_record(lane)
                    self.pass_idle()
                return lane.head == position
        return False

    def differ_record(self, lane):
        """The next record of a lane has not come out as the rules say."""
        record = lane.records[lane.head]
        step = self.predict(record)
        expected = step.describe()
        found = self.found(step.source)
        if step.record is not record:
            found = f"{found}; of what is handled again: {self.found(step.record.source)}"
        self.report.differ("outcome", f"{self.context}: {record.source}", f"{expected} for {short(record.value)}", found)
        for _, message in self.effects.messages.get(step.source, ()):
            self.use(self.used_messages, message.source)
        if step.record.source in self.effects.letters:
            self.use_letter(step.record.source)
        lane.head += 1
        lane.step = None

    def differ_messages(self, step):
        where = f"{self.context}: {step.source}"
        found = [record for _, record in self.effects.messages.get(step.source, ())]
        for number in range(max(len(found), len(step.messages))):
            expected = step.messages[number] if number < len(step.messages) else None
            record = found[number] if number < len(found) else None
            if expected is None:
                self.report.differ("message too much", where, "no such message", text_of(record))
            elif record is None:
                self.report.differ("message lost", where, f"{expected[0]}-{expected[1]} {expected[4]}", "none")
            elif not self.is_same(expected, record):
                topic, partition, _, _, value, trace, asked = expected
                words = " ".join([trace or "", *asked.values()])
                self.report.differ("message", where, f"{topic}-{partition} {value} {words}", text_of(record))
        for source, kind in step.letters:
            if not self.letter_fits(source, kind):
                self.report.differ("dead letter", where, f"a dead letter of {source} ({kind})", self.found(source))

    def differ_rows(self, step):
        found = {
            self.key(position): self.row(position)
            for position in range(self.next, min(self.next + len(step.writes), self.end_of_transaction()))
        }
        for key, row in step.writes:
            if found.get(key) != row:
                self.report.differ("row", f"{self.context}: {step.source}", f"{key} {row}", f"{key} {found.get(key)}")

    def found(self, source):
        """What Kafka has of a source, in words."""
        parts = [text_of(record) for _, record in self.effects.messages.get(source, ())]
        parts += [
            f"a dead letter ({letter.header('deadletter.kind')}: {letter.header('deadletter.reason')})"
            for letter in self.effects.letters.get(source, ())
        ]
        return "; ".join(parts) or "nothing"

    def give_up(self):
        where = self.changelog[min(self.next, len(self.changelog) - 1)].source
        self.report.differ(
            "shard given up", where, "rows that records or timers explain", f"more than {FAULTS} that differ"
        )

    def end(self):
        """All rows are explained: nothing may be left."""
        self.open_bounds()
        self.pass_idle()
        for lane in self.lanes:
            while lane.is_left:
                self.differ_record(lane)
                self.pass_idle()


def text_of(record):
    words = " ".join(record.header(name) or "" for name in ("traceparent", *REQUEST))
    return f"{record.source} {words} {(record.value or b'').decode('utf-8', 'replace')}"
