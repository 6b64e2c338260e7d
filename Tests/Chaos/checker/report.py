"""What was compared, and what differs."""

import sys

SHOWN = 50


class Report:
    """Collects counts of what was compared and differences by kind."""

    def __init__(self):
        self.counts = {}
        self.differences = {}
        self.totals = {}
        self.notes = []

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def differ(self, kind, where, expected, found):
        """`where` is a topic-partition-offset, or a file."""
        self.totals[kind] = self.totals.get(kind, 0) + 1
        kept = self.differences.setdefault(kind, [])
        if len(kept) < SHOWN:
            kept.append((str(where), short(expected), short(found)))

    def note(self, text):
        self.notes.append(text)

    @property
    def agrees(self):
        return not self.totals

    def write(self, out=sys.stdout):
        width = max((len(what) for what in self.counts), default=0)
        for what, number in self.counts.items():
            print(f"{what:<{width}}  {number:>10,}", file=out)
        for text in self.notes:
            print(f"note: {text}", file=out)
        for kind in sorted(self.differences):
            for where, expected, found in self.differences[kind]:
                print(f"DIFFERENCE {kind}: {where}: expected {expected}; found {found}", file=out)
            hidden = self.totals[kind] - len(self.differences[kind])
            if hidden:
                print(f"DIFFERENCE {kind}: {hidden} more", file=out)
        total = sum(self.totals.values())
        print("all agrees" if self.agrees else f"{total} differences of {len(self.totals)} kinds", file=out)


def short(value, limit=600):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
