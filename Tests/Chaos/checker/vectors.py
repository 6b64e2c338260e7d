"""Checks of random orders as the checker's rules have them, for the contexts' own tests: Tests/Vectors/reductions.tsv.

    python3 -m checker.vectors        prints them

The readings are drawn from the seed that begins a line, by draws that every language does alike, so that only what comes out is kept."""

from pathlib import Path

from .rules import Settings
from .rules.kepco import Kepco, reduction
from .rules.quarters import PER_DAY, QUARTER, Order

FILE = Path(__file__).resolve().parents[2] / "Vectors" / "reductions.tsv"
COUNT = 500
MASK = (1 << 64) - 1


class Draws:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        value = self.state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return (value ^ (value >> 31)) % count


class Readings:
    def __init__(self):
        self.by_quarter = {}

    def wh(self, quarter):
        return self.by_quarter.get(quarter)


def case(seed):
    draws = Draws(seed)
    settings = Settings()
    settings.days_kept = 1 + draws.below(30)
    settings.reference_days = (10, 10, 4, 1)[draws.below(4)]
    starts = 1_790_000_000_000 + draws.below(5_000_000_000)
    ends = starts + 1 + draws.below((60_000, 3_600_000, 7_200_000, 90_000_000)[draws.below(4)])
    gap = (0, 0, 1, 20)[draws.below(4)]
    most = (3, 1000, 1_000_000_000)[draws.below(3)]
    readings = Readings()
    for quarter in range(starts // QUARTER - (settings.days_kept + 2) * PER_DAY, -(-ends // QUARTER)):
        if draws.below(1000) >= gap:
            readings.by_quarter[quarter] = draws.below(most + 1)
    order = Order(starts, ends)
    used = [readings.wh(quarter) for quarter in order.quarters]
    days, sums, others = Kepco(settings).baseline(order, readings)
    return reduction(order, used, days, sums), [f"{other['day']} {other['why']}" for other in others]


def digest(milli):
    """One number of all quarter hours, in which each has a weight of its own."""
    return sum(place * (-1 if value is None else value) for place, value in enumerate(milli, 1))


def lines():
    for seed in range(COUNT):
        found, others = case(seed)
        figures = [found["baselineWh"], found["usedWh"], found["reducedWh"]]
        quarters = [digest(found["quarterBaselineMilliWh"]), digest(found["quarterUsedMilliWh"])]
        yield "\t".join(map(str, [seed, *figures, *quarters, ",".join(found["days"]), ",".join(others)]))


if __name__ == "__main__":
    print("\n".join(lines()))
