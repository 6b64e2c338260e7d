"""KPX's baselines (별표28), calculated once more, without anything of the program: fractions, dictionaries and lists.

A customer is what a line of `negawatt baseline` holds. Readings are kept by (date, quarter hour of the day)."""

from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

KOREA = timezone(timedelta(hours=9))
# Wanted, averaged, highest that may be dropped, look-back.
METHODS = {"Max(4/5)": (5, 4, 0, 10), "Mid(4/6)": (6, 4, 1, 12), "Mid(6/10)": (10, 6, 2, 20), "Mid(8/10)": (10, 8, 1, 20)}


def moment(value):
    """(date, minute of the day) in Korea of a text or of ms since 1970."""
    if isinstance(value, (int, float)):
        when = datetime.fromtimestamp(value / 1000, KOREA)
    else:
        when = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(KOREA)
    return when.date(), when.hour * 60 + when.minute


def rounded(value):
    """Halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def take(readings, store):
    for batch in readings:
        day, minute = moment(batch["startsAt"])
        quarter = minute // 15
        for wh in batch["wh"]:
            if wh is not None:
                store[day, quarter] = Fraction(str(wh))
            quarter += 1
            if quarter == 96:
                day, quarter = day + timedelta(days=1), 0


class Order:
    def __init__(self, order):
        self.day, self.start = moment(order["startsAt"])
        end_day, end = moment(order["endsAt"])
        end += (end_day - self.day).days * 1440
        self.quarters = list(range(self.start // 15, end // 15))
        self.hours = {}
        for quarter in self.quarters:
            self.hours.setdefault(quarter // 4, []).append(quarter)
        # From 4 h to 1 h before the start.
        self.window = list(range(self.start // 15 - 16, self.start // 15 - 4))


class Customer:
    def __init__(self, question, store):
        self.store = store
        self.wanted, self.kept, self.high, self.look = METHODS[question["method"]]
        self.national = question["kind"] == "national"
        self.judges = question["abnormalDays"] and not self.national
        self.industrial = question["industrial"]
        self.adjusts = question["saa"] and not self.national
        self.holidays = {date.fromisoformat(day) for day in question["holidays"]}
        self.excluded = {date.fromisoformat(entry["day"]) for entry in question["excludedDays"]}

    def use(self, day, quarters):
        """None where one is missing."""
        values = [self.store.get((day + timedelta(days=q // 96), q % 96)) for q in quarters]
        return None if None in values else sum(values)

    def reference_use(self, day, quarters):
        if not self.national:
            return self.use(day, quarters)
        return sum(self.store.get((day + timedelta(days=q // 96), q % 96), 0) for q in quarters)

    def candidates(self, order):
        days, day = [], order.day
        while len(days) < self.look:
            day -= timedelta(days=1)
            if day.weekday() < 5 and day not in self.holidays and day not in self.excluded:
                days.append(day)
        return days

    def dropped(self, order):
        """Abnormal days and production adjust days: day to why."""
        if not self.judges:
            return {}
        uses = {day: self.use(day, order.quarters) for day in self.candidates(order)}
        uses = {day: use for day, use in uses.items() if use is not None}
        out = {}

        def drop(why, above):
            left = {day: use for day, use in uses.items() if day not in out}
            if not left:
                return
            mean = Fraction(sum(left.values()), len(left))
            for day, use in left.items():
                if use < mean * Fraction(3, 4) or above and use > mean * Fraction(5, 4):
                    out[day] = why

        drop("abnormal", False)
        if self.industrial:
            drop("adjust", True)
        return out

    def selection(self, order, quarters):
        """References, those averaged, those not used and those that came back."""
        dropped = self.dropped(order)
        uses = {day: self.reference_use(day, quarters) for day in self.candidates(order)}
        good = [day for day in uses if uses[day] is not None and day not in dropped]
        back = []
        for why in ("adjust", "abnormal"):
            for day in uses:
                if len(good) + len(back) < self.wanted and dropped.get(day) == why and uses[day] is not None:
                    back.append(day)
        references = sorted(good[: self.wanted] + back, reverse=True)
        ranked = sorted(references, key=lambda day: (uses[day], day))
        surplus = max(0, len(references) - self.kept)
        # The lowest, the highest, the lowest ... as long as more are there than are averaged.
        high = min(surplus // 2, self.high)
        low = surplus - high
        averaged = sorted(ranked[low : len(ranked) - high], reverse=True)
        unused = [
            (day, "gap" if uses[day] is None else dropped[day])
            for day in uses
            if (uses[day] is None or day in dropped) and day not in back
        ]
        return references, averaged, unused, back, uses

    def saa(self, order):
        if not self.adjusts:
            return None
        first = next(iter(order.hours.values()))
        _, similar, _, _, _ = self.selection(order, first)
        today = self.use(order.day, order.window)
        before = [self.use(day, order.window) for day in similar]
        if today is None or None in before or not before:
            return None
        return (today - Fraction(sum(before), len(before))) / 3

    def check(self, order, first):
        saa = self.saa(first or order)
        is_left_out = self.national and self.use(order.day, order.quarters) is None
        hours = []
        for hour, quarters in order.hours.items():
            references, similar, unused, back, uses = self.selection(order, quarters)
            cbl = Fraction(sum(uses[day] for day in similar), len(similar)) if similar else None
            minutes = 15 * len(quarters)
            baseline = cbl if cbl is None or saa is None else cbl + saa * Fraction(minutes, 60)
            used = self.use(order.day, quarters)
            reason = None
            if is_left_out:
                reason = "left out"
            elif used is None:
                reason = "gap in the order"
            elif cbl is None:
                reason = "no reference day"
            hours.append({
                "hour": hour, "minutes": minutes, "cblWh": cbl, "baselineWh": baseline, "usedWh": used,
                "reductionWh": Fraction(0) if reason else baseline - used, "reason": reason,
                "referenceDays": references, "similarDays": similar, "notUsed": unused, "cameBack": back,
            })
        return saa, hours


def totals(saa, hours):
    counted = [hour for hour in hours if not hour["reason"]]
    baseline = sum((hour["baselineWh"] for hour in counted), Fraction(0))
    used = sum((hour["usedWh"] for hour in counted), Fraction(0))
    kwh = [
        0 if hour["reason"] else rounded(hour["baselineWh"] / 1000) - rounded(Fraction(hour["usedWh"], 1000))
        for hour in hours
    ]
    return {
        "saaWh": saa, "hours": hours, "baselineWh": baseline, "usedWh": used, "reductionWh": baseline - used,
        "rounded": {"baselineWh": rounded(baseline), "usedWh": rounded(used), "reducedWh": rounded(baseline - used)},
        "kpxKWh": kwh,
    }


def expected(question, store):
    order = Order(question["order"])
    first = question["firstOrder"] and Order(question["firstOrder"])
    return totals(*Customer(question, store).check(order, first))


def phases(question):
    """(phase, result) of a customer's line, `late` only where late readings are given."""
    store = {}
    take(question["readings"], store)
    yield "expected", expected(question, store)
    if question.get("late"):
        take(question["late"], store)
        yield "expectedLate", expected(question, store)


def resource(question):
    """국민DR: of the sum of those who took part and have no gap in the order; each one's own beside it."""
    order = Order(question["order"])
    stores, own = {}, {}
    for name in question["participants"]:
        stores[name] = {}
        take(question["customers"][name], stores[name])
        own[name] = expected(question, stores[name])
    counted = [name for name in stores if Customer(question, stores[name]).use(order.day, order.quarters) is not None]
    total = {}
    for name in counted:
        for key, wh in stores[name].items():
            total[key] = total.get(key, 0) + wh
    return {
        "counted": counted,
        "leftOut": [name for name in stores if name not in counted],
        "resource": expected(question, total) if counted else None,
        "customers": {name: own[name]["reductionWh"] for name in stores},
    }
