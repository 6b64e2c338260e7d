"""Points that have expired and whose check is corrected: they are not taken off once more. The balance is as if the order
had had its points from the beginning: what is taken back of a day's points had then not expired, nor had, in their
place, points of a later day."""

# Of so many days an order's points are told apart, and so many are noted that were not taken off, or have expired.
PAID, NOTED = 16, 100


def lots_of(row, days, points):
    return dict(zip(row.get(days, ()), row.get(points, ())))


def add_expired(account, lots, first):
    """Notes what has expired, by the days on which it was earned."""
    expired = {day: points for day, points in lots_of(account, "expiredOf", "expired").items() if day >= first}
    for day, points in sorted(lots.items()):
        put(expired, day, points)
    return with_expired(account, expired)


def put(expired, day, points):
    expired[day] = expired.get(day, 0) + points
    if len(expired) > NOTED:
        oldest, second = sorted(expired)[:2]
        expired[second] += expired.pop(oldest)


def with_expired(account, expired):
    rest = {name: value for name, value in account.items() if name not in ("expiredOf", "expired")}
    days = sorted(expired)
    return rest | ({"expiredOf": days, "expired": [expired[day] for day in days]} if days else {})


class Paid:
    """Of which days an order's points are, and what of them was not taken off again: from the customer's row and that
    of the corrected order."""

    def __init__(self, account, corrected, points, day):
        self.expired = lots_of(account, "expiredOf", "expired")
        known = "paidOn" in (corrected or {})
        self.lots = lots_of(corrected, "paidOn", "paid") if known else {day: points} if points else {}
        # Of which days the points were that have been taken off.
        self.taken = lots_of(corrected, "takenOn", "taken") if known else {}
        names = ("sparedOn", "expiredOf", "spared")
        self.spared = [list(one) for one in zip(*(corrected.get(name, ()) for name in names))] if known else []

    def follow(self, change, day):
        """What the balance changes by."""
        return self.add(change, day) if change >= 0 else -self.take(-change)

    def take(self, points):
        owed = 0
        for paid_on in sorted(self.lots, reverse=True):
            part = min(points, self.lots[paid_on])
            points -= part
            self.lots[paid_on] -= part
            for day in sorted(day for day in self.expired if day >= paid_on):
                saved = min(part, self.expired[day])
                if saved:
                    part -= saved
                    self.expired[day] -= saved
                    self.spare(paid_on, day, saved)
            owed += part
            if part:
                self.earn(self.taken, paid_on, part)
        self.clean()
        return owed

    def spare(self, paid_on, day, points):
        if self.spared and self.spared[-1][:2] == [paid_on, day]:
            self.spared[-1][2] += points
        else:
            self.spared.append([paid_on, day, points])
        if len(self.spared) > NOTED:
            self.spared[1][2] += self.spared.pop(0)[2]

    def add(self, points, today):
        """What was undone last comes first, the points of the oldest day: of them what was taken off is given back, then
        what was spared has expired after all. What is left is new."""
        left, lapsed = points, 0
        while left and (undone := [*self.taken, *(one[0] for one in self.spared)]):
            paid_on = min(undone)
            if paid_on in self.taken:
                part = min(left, self.taken[paid_on])
                self.taken[paid_on] -= part
                if not self.taken[paid_on]:
                    del self.taken[paid_on]
            else:
                one = [one for one in self.spared if one[0] == paid_on][-1]
                part = min(left, one[2])
                one[2] -= part
                if not one[2]:
                    self.spared = [other for other in self.spared if other is not one]
                put(self.expired, one[1], part)
                lapsed += part
            self.earn(self.lots, paid_on, part)
            left -= part
        if left:
            self.earn(self.lots, today, left)
        return points - lapsed

    @staticmethod
    def earn(lots, day, points):
        lots[day] = lots.get(day, 0) + points
        if len(lots) > PAID:
            oldest, second = sorted(lots)[:2]
            lots[oldest] += lots.pop(second)

    def clean(self):
        self.lots = {day: points for day, points in self.lots.items() if points}
        self.expired = {day: points for day, points in self.expired.items() if points}

    def row(self):
        days = sorted(self.lots)
        row = {"paidOn": days, "paid": [self.lots[day] for day in days]}
        if self.taken:
            row |= {"takenOn": sorted(self.taken), "taken": [self.taken[day] for day in sorted(self.taken)]}
        if self.spared:
            for place, name in enumerate(("sparedOn", "expiredOf", "spared")):
                row[name] = [one[place] for one in self.spared]
        return row
