"""Where two records would explain the next row, one is tried; when nothing fits later on, the other."""

# Choices are forgotten when so many rows have been explained since.
WINDOW = 2000
# How many rows of a shard may be gone through again in all.
BUDGET = 100_000


class Choice:
    """What a trace was when it had a choice, and what else it could have done."""

    def __init__(self, trace, others):
        self.others = others
        self.next, self.steps, self.trail = trace.next, trace.steps, len(trace.trail)
        self.lanes = [(lane.head, list(lane.idle)) for lane in trace.lanes]


class Choices:
    """The part of a trace that can go back. Whatever it changes leaves a trail."""

    def start_choices(self):
        self.choices = []
        self.trail = []
        self.budget = BUDGET

    def choose(self, fits):
        """Takes the first of what fits, and remembers the others."""
        while self.choices and self.choices[0].next < self.next - WINDOW:
            self.choices.pop(0)
        if not self.choices:
            self.trail.clear()
        if len(fits) > 1:
            self.choices.append(Choice(self, fits[1:]))
        self.carry_out(*fits[0])

    def go_back(self):
        """To the last choice, and on with the next of what it could have been; False if there is none."""
        while self.choices and self.budget > 0:
            choice = self.choices[-1]
            self.budget -= self.next - choice.next + 1
            self.undo(choice)
            step, lane = choice.others.pop(0)
            if not choice.others:
                self.choices.pop()
            self.carry_out(step, lane)
            return True
        return False

    def settle(self):
        """Nothing before this can have been otherwise."""
        self.choices.clear()
        self.trail.clear()

    def undo(self, choice):
        while len(self.trail) > choice.trail:
            kind, what, old = self.trail.pop()
            if kind == "row":
                if old is None:
                    self.rows.delete(what)
                else:
                    self.rows.put(what, old)
            elif kind == "used":
                old.discard(what)
            else:
                self.forwards.pop()
        self.next, self.steps = choice.next, choice.steps
        for lane, (head, idle) in zip(self.lanes, choice.lanes, strict=True):
            lane.head, lane.idle, lane.step = head, list(idle), None
            for step in lane.idle:
                step.is_stale = True
        self.timer_step = None

    def use(self, used, source):
        if source not in used:
            used.add(source)
            self.trail.append(("used", source, used))
