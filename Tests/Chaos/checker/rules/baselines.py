"""What a customer would have used in an order's quarter hours, by a method as a market or kepco's settings have it:
README.md's table of methods, of which a check goes by those that compare the same times of other days."""

from fractions import Fraction
from math import lcm

from ..values import whole
from .quarters import PER_DAY, day_name

# However many days are no references, no walk goes further.
FURTHEST = 1000
MINUTES = 15


def obstacle(method):
    """Whether checks cannot go by a method: they have quarter hours, and pay by the Wh what is known with the order."""
    interval = method.get("intervalMin") or 60
    if method.get("windows") or method.get("highest") is True or interval % MINUTES != 0:
        return True
    return "adjustment" in method and is_hindered(method["adjustment"])


def is_hindered(adjustment):
    """Whether an adjustment needs more than what is measured by the quarter hour until the order's end, or has no
    bounds."""
    if not is_adjustment(adjustment):
        return True
    windows = [(one.get("anchor") or "start", whole(one["fromMin"]), whole(one["toMin"])) for one in adjustment["windows"]]
    is_odd = any(anchor == "notice" or end > 0 or start % MINUTES or end % MINUTES for anchor, start, end in windows)
    is_long = sum(end - start for _, start, end in windows) > 1440
    is_endless = adjustment.get("kind") == "ratio" and (adjustment.get("most") is None or adjustment["most"] > 1000)
    return is_odd or is_long or is_endless


def is_adjustment(adjustment):
    if type(adjustment) is not dict or type(adjustment.get("windows")) is not list or not adjustment["windows"]:
        return False
    return all(
        type(one) is dict and whole(one.get("fromMin")) is not None and whole(one.get("toMin")) is not None
        for one in adjustment["windows"]
    )


def mean_of_weekdays(count):
    return {"days": count, "rank": "event", "gapOfOrder": "customer", "intervalMin": MINUTES}


class Part:
    """A part of the order with one choice of days."""

    def __init__(self, positions, days, sums, others, references=()):
        # Day numbers, newest first; the sums of each quarter hour over them; (day, why) of others, newest first.
        self.positions, self.days, self.sums, self.others = positions, days, sums, others
        # Of all references, how many days they are before the order.
        self.references = references


class Comparison:
    """One order of a customer, compared with other days."""

    def __init__(self, method, order, wh, *, offset, days_kept, holidays=(), excluded=()):
        """`wh` gives a quarter hour's use, None without a reading; `offset` of the market's clock is in quarter hours."""
        self.method, self.wh, self.offset, self.holidays = method, wh, offset, holidays
        # Numbers of days that are no references, but for want of others.
        self.excluded = excluded
        self.days_kept = days_kept
        self.first, self.count = order.first + offset, len(order.shares)
        self.today = self.first // PER_DAY
        self.newest = method.get("newestDaysBefore") or 1
        self.intervals = self._intervals((method.get("intervalMin") or 60) // MINUTES)

    def _intervals(self, length):
        found = []
        for position in range(self.count):
            number = (self.first + position) // length
            if not found or found[-1][0] != number:
                found.append((number, []))
            found[-1][1].append(position)
        return [positions for _, positions in found]

    def parts(self):
        if not self.count:
            return []
        by_hour = (self.method.get("rank") or "hour") == "hour"
        choices = [[one] for one in range(len(self.intervals))] if by_hour else [list(range(len(self.intervals)))]
        candidates = self.candidates(choices)
        dropped = self._dropped(candidates)
        return [self._part(columns, candidates, dropped) for columns in choices]

    # Which days there are

    def _why_not(self, before):
        why = self._of_other_type(before)
        if why is None and self.today - before in self.excluded:
            return "order day"
        return why or ("reaches into the order" if self.count > before * PER_DAY else None)

    def _of_other_type(self, before):
        day = self.today - before
        # 1970-01-01 was a Thursday.
        is_weekday, is_holiday = (day + 3) % 7 < 5, day_name(day) in self.holidays
        kind = self.method.get("dayType") or "weekdays"
        if kind == "weekdays" and not is_weekday:
            return "weekend"
        if kind == "weekdays" and is_holiday:
            return "holiday"
        if kind == "holidays" and is_weekday and not is_holiday:
            return "working day"
        return None

    def candidates(self, choices):
        """(days before, the use in each interval), as far back as the method looks."""
        eligible, calendar = self.method.get("eligibleDays"), self.method.get("calendarDays")
        most = furthest = FURTHEST
        is_lazy = not self.method.get("useRules")
        if calendar is not None:
            furthest = min(calendar, self.days_kept)
        elif eligible is not None:
            most, is_lazy = eligible, False
        else:
            furthest = self.days_kept
        found, enough = [], [0] * len(choices)
        before = self.newest
        while before <= furthest and len(found) < most:
            if self._why_not(before) is None:
                uses = self._uses(before)
                found.append((before, uses))
                for place, columns in enumerate(choices):
                    enough[place] += total(uses, columns) is not None
                if is_lazy and min(enough) >= self.method["days"]:
                    break
            before += 1
        return found

    def _excluded(self):
        """Days with orders, the highest use first, of equal ones the newest."""
        calendar = self.method.get("calendarDays")
        furthest = self.days_kept if calendar is None else min(calendar, self.days_kept)
        found = []
        for before in range(self.newest, furthest + 1):
            is_meant = self.today - before in self.excluded and self._of_other_type(before) is None
            if is_meant and self.count <= before * PER_DAY:
                use = total(self._uses(before), range(len(self.intervals)))
                if use is not None:
                    found.append((-use, before))
        return [before for _, before in sorted(found)]

    def _uses(self, before):
        return [self._use(positions, before) for positions in self.intervals]

    def _values(self, positions, before):
        zero = self.method.get("gapOfReference") == "zero"
        quarters = (self.first - self.offset + position - before * PER_DAY for position in positions)
        return [0 if value is None and zero else value for value in map(self.wh, quarters)]

    def _use(self, positions, before):
        values = self._values(positions, before)
        return None if None in values else sum(values)

    # Which of them are averaged

    def _dropped(self, candidates):
        dropped = {}
        columns = range(len(self.intervals))
        for number, rule in enumerate(self.method.get("useRules") or ()):
            judged = [
                (before, use, uses)
                for before, uses in candidates
                if before not in dropped and (use := total(uses, columns)) is not None
            ]
            if not judged:
                continue
            if rule.get("comparison") == "highestInterval":
                level, weight = max(max(uses) for _, _, uses in judged) * len(columns), 1
            else:
                level, weight = sum(use for _, use, _ in judged), len(judged)
            for before, use, _ in judged:
                scaled = use * 100 * weight
                above = rule.get("above")
                if scaled < level * (rule.get("below") or 0) or above is not None and scaled > level * above:
                    dropped[before] = number
        return dropped

    def _part(self, columns, candidates, dropped):
        method = self.method
        uses = {before: total(use, columns) for before, use in candidates}
        good = [before for before, use in uses.items() if use is not None and before not in dropped][: method["days"]]
        back = []
        if method.get("bringBack") and method.get("leastDays") is None:
            for number in reversed(range(len(method.get("useRules") or ()))):
                back += [before for before, use in uses.items() if use is not None and dropped.get(before) == number]
            back = back[: method["days"] - len(good)]
        elif (least := method.get("leastDays")) is not None and len(good) < least:
            back = self._excluded()[: least - len(good)]
            uses |= {before: total(self._uses(before), columns) for before in back}
        references = sorted(good + back)
        out = {
            before: "gap" if use is None else method["useRules"][dropped[before]]["name"]
            for before, use in uses.items()
            if use is None or before in dropped and before not in back
        }
        averaged, outranked = self._keep(references, uses)
        out |= outranked
        positions = [position for column in columns for position in self.intervals[column]]
        sums = [0] * len(positions)
        for before in averaged:
            sums = [one + (other or 0) for one, other in zip(sums, self._values(positions, before))]
        for before in range(self.newest, max([*references, *out], default=0) + 1):
            if before not in references and (why := self._why_not(before)):
                out.setdefault(before, why)
        others = [(self.today - before, why) for before, why in sorted(out.items())]
        return Part(positions, [self.today - before for before in averaged], sums, others, references)

    def amount(self):
        """What the method's adjustment adds to an hour, or multiplies by; None where it has none, or no data for it."""
        adjustment = self.method.get("adjustment")
        parts = self.parts() if adjustment else None
        if not parts:
            return None
        days = parts[0].references
        if (adjustment.get("basis") or "averaged") == "averaged":
            days = [self.today - day for day in parts[0].days]
        windows = []
        for one in adjustment["windows"]:
            anchor = self.count if one.get("anchor") == "end" else 0
            windows.append(range(anchor + one["fromMin"] // MINUTES, anchor + one["toMin"] // MINUTES))
        sums = [self._window_use(windows, before) for before in (0, *days)]
        if not days or None in sums:
            return None
        now, then, length = sums[0] * len(days), sum(sums[1:]), sum(map(len, windows)) * MINUTES
        if adjustment.get("kind") == "ratio":
            return Fraction(now, then) if then > 0 else None
        return Fraction((now - then) * 60, len(days) * length)

    def _window_use(self, windows, before):
        values = [self.wh(self.first - self.offset + one - before * PER_DAY) for window in windows for one in window]
        return None if None in values else sum(values)

    def _keep(self, references, uses):
        keep = (self.method.get("keep") or "all").split()
        if keep[0] == "all" or len(references) <= int(keep[1]):
            return references, {}
        surplus = len(references) - int(keep[1])
        high = min(surplus, self.method["days"] - int(keep[1])) // 2 if keep[0] == "middle" else 0
        low = surplus - high
        if self.method.get("rank") == "day":
            start = self.today * PER_DAY - self.offset
            uses = {
                before: sum(self.wh(start + quarter - before * PER_DAY) or 0 for quarter in range(PER_DAY)) for before in references
            }
        # Of equal days the newer one ranks higher.
        ranked = sorted(references, key=lambda before: (uses[before], -before))
        outranked = {before: "lowest use" for before in ranked[:low]}
        outranked |= {before: "highest use" for before in ranked[len(ranked) - high :]}
        return sorted(ranked[low : len(ranked) - high]), outranked


def adjusted(values, intervals, adjustment, amount):
    """Each quarter hour's baseline at the level of the order's day; the caps are those of its interval."""
    if amount is None:
        return values
    least, most = adjustment.get("least"), adjustment.get("most")
    found = list(values)
    for positions in intervals:
        if any(values[position] is None for position in positions):
            continue
        before = sum(values[position] for position in positions)
        if adjustment.get("kind") == "ratio":
            new = [values[position] * amount for position in positions]
        else:
            new = [values[position] + amount * MINUTES / 60 for position in positions]
        if least is not None or most is not None:
            low, high = before * (least or 0) / 100, before * (1_000_000 if most is None else most) / 100
            if max(sum(new), low) > high:
                new = [values[position] * (1_000_000 if most is None else most) / 100 for position in positions]
            elif sum(new) < low:
                new = [values[position] * (least or 0) / 100 for position in positions]
        for position, value in zip(positions, new):
            found[position] = value
    return found


def total(uses, columns):
    values = [uses[column] for column in columns]
    return None if None in values else sum(values)


def joined(parts):
    """Of all parts: their days, newest first, each quarter hour's sum over a common number of days (None where there is
    none), that number, and the days that are in none."""
    count = lcm(*[len(part.days) for part in parts if part.days])
    days = sorted({day for part in parts for day in part.days}, reverse=True)
    sums = [value * (count // len(part.days)) if part.days else None for part in parts for value in part.sums]
    others = {}
    for part in parts:
        for day, why in part.others:
            if day not in days:
                others.setdefault(day, why)
    named = [{"day": day_name(day), "why": why} for day, why in sorted(others.items(), reverse=True)]
    return [day_name(day) for day in days], sums, count, named
