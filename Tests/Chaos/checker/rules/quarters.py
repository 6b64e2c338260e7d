"""Quarter hours, days and rounding."""

from datetime import date, timedelta
from functools import cache

from ..values import Refusal

QUARTER = 900_000
PER_DAY = 96
WEEK = 672
_first_day = date(1970, 1, 1)


@cache
def day_name(number):
    return (_first_day + timedelta(days=number)).isoformat()


def rounded(numerator, denominator):
    """To the nearest whole number, halves away from zero; the denominator is positive."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


class Order:
    """The quarter hours that an order touches, and how many ms of each it covers."""

    def __init__(self, starts, ends):
        self.first = starts // QUARTER
        self.shares = []
        if ends > starts:
            last = (ends - 1) // QUARTER
            if last - self.first >= WEEK:
                raise Refusal("refused", "longer than a week")
            self.shares = [
                min(ends, (number + 1) * QUARTER) - max(starts, number * QUARTER)
                for number in range(self.first, last + 1)
            ]

    @property
    def end(self):
        return self.first + len(self.shares)

    @property
    def quarters(self):
        return range(self.first, self.first + len(self.shares))
