"""Housekeeping: once a day each shard goes through its rows, some at a time, and deletes what has been over for long
enough. What a shard does is a timer whose id says how far it has come; what adds rows sets the first one."""

from datetime import date

from ..step import WORDS, timer_key
from ..values import LATEST, Refusal, from_iso, to_iso
from .accepted_orders import day_of, end_of
from .course import is_ended, state_of
from .expired import add_expired

DAY = 86_400_000
# It begins so long before midnight UTC; between two steps.
LEAD, PAUSE = 6 * 3_600_000, 20
# Rows of a step.
STEP = 500
# So long a reading may lie unread, and an entry stays longer than checks are taken.
UNREAD, CORRECTABLE = 30 * DAY, 410 * DAY
# A day's orders are counted at least so many days.
COUNTED = 374
# Of Korea's clock; of how many days points are told apart.
KOREA, LOTS = 9 * 3_600_000, 100


def next_sweep(time):
    return ((time + LEAD) // DAY + 1) * DAY - LEAD


def arm(step):
    due = next_sweep(max(step.time, step.latest))
    key = timer_key("sweep", "", due)
    if due < LATEST and step.get(key) is None:
        step.put(key, {"due": to_iso(due)})


class Sweep:
    """What a context's parts have in common; `parts` are its functions."""

    def __init__(self, settings, parts):
        days = 400 if settings is None else settings.retention_days
        self.retention, self.parts = days * DAY, parts
        # Points can be used on so many days behind the one on which they were earned; 0: for ever.
        self.point_days = 0 if settings is None else settings.points_expire_days

    def check_age(self, step, time):
        """Nothing is taken that is older than what is kept."""
        if time + self.retention < step.until_now(LATEST):
            raise Refusal("late", "nothing is known of that time")

    def is_over(self, step, time):
        return time + self.retention < step.time

    def fire(self, step, identity):
        if step.latest < step.time:
            # It is not due yet.
            return
        part, deleted, cursor = 0, [0] * len(self.parts), ""
        if identity == "":
            arm(step)
        else:
            part, counts, cursor = identity.split("/", 2)
            part, deleted = int(part), [int(count) for count in counts.split(".")]
        cursor, count = self.parts[part](self, step, cursor)
        deleted[part] += count
        if cursor is None:
            part, cursor = part + 1, ""
        if part < len(self.parts):
            counts = ".".join(map(str, deleted))
            step.set_timer("sweep", f"{part}/{counts}/{cursor}", step.time + PAUSE)

    def delete_some(self, step, table, prefix, cursor, is_old):
        """One step that looks at each row by itself."""
        keys, cursor = some(step, table, prefix, cursor)
        old = [key for key in keys if is_old(key, step.get(f"{table}/{key}"))]
        for key in old:
            step.delete(f"{table}/{key}")
        return cursor, len(old)


def some(step, table, prefix, cursor, limit=STEP):
    """Keys from behind a cursor on, and the last of them where there may be more."""
    keys = []
    for key in step.scan(table, prefix, cursor) if limit else ():
        keys.append(key)
        if len(keys) == limit:
            return keys, key
    return keys, None


# dr


def sweep_orders(sweep, step, cursor):
    def is_closed(order):
        """As long as the ledger knows of it."""
        if order["status"] != "ended":
            return False
        return sweep.is_over(step, from_iso(order.get("cancelledAt", order.get("endsAt"))) + CORRECTABLE)

    def is_old(key, row):
        if key.startswith("/kpx/"):
            order = step.get(f"orders/{key.split('/')[2]}")
            return order is None or is_closed(order)
        if key.startswith("/reservation/"):
            days = step.time // DAY - (date.fromisoformat(key[-10:]) - date(1970, 1, 1)).days
            return days > max(sweep.retention // DAY, COUNTED)
        if key.startswith("/start/"):
            return sweep.is_over(step, min(from_iso(row["requestedAt"]) + DAY, LATEST))
        return not key.startswith("/") and is_closed(row)

    return sweep.delete_some(step, "orders", "", cursor, is_old)


# response


def sweep_lists(sweep, step, cursor):
    places, following = some(step, "orders_by_time", "", cursor)
    count, done = 0, cursor
    for place in places:
        if not sweep.is_over(step, int(place[:13])):
            return None, count
        name = step.get(f"orders_by_time/{place}")["drId"]
        order = step.get(f"orders/{name}")
        if order is not None:
            closed = {"saved": "endedAt", "cancelled": "cancelledAt"}.get(state_of(order)[0])
            if closed is None or not sweep.is_over(step, from_iso(order[closed])):
                done = place
                continue
            most = STEP - count
            answers, _ = some(step, "responses", f"{name}/", "", most)
            for answer in answers:
                step.delete(f"responses/{answer}")
            count += len(answers)
            if len(answers) == most:
                return done, count
            step.delete(f"orders/{name}")
            count += 1
        step.delete(f"orders_by_time/{place}")
        done = place
    return following, count


def sweep_endings(sweep, step, cursor):
    def is_old(_, row):
        names = ["changedEnd", "cancelledAt", "heardAt", *(["endedAt"] if is_ended(row) else [])]
        return sweep.is_over(step, max((from_iso(row[name]) for name in names if name in row), default=LATEST))

    return sweep.delete_some(step, "early_endings", "", cursor, is_old)


def sweep_members(sweep, step, cursor):
    def is_old(_, customer):
        return "leftAt" in customer and sweep.is_over(step, from_iso(customer["leftAt"]))

    return sweep.delete_some(step, "customers", "", cursor, is_old)


# kepco


def is_past(rules, step, check):
    """Whether no reading can correct it any more."""
    return from_iso(check["deadline"]) + rules.settings.corrections_days * DAY + UNREAD < step.time


def kepco_parts(rules):
    def checks(sweep, step, cursor):
        def is_old(_, check):
            return sweep.is_over(step, from_iso(check["deadline"])) and is_past(rules, step, check)

        return sweep.delete_some(step, "checks", "", cursor, is_old)

    def corrections(sweep, step, cursor):
        def is_old(key, row):
            if key.startswith("//own/"):
                ends = [from_iso(one["endsAt"]) + rules.settings.days_kept * DAY for one in row["orders"]]
                return all(sweep.is_over(step, end) and is_past(rules, step, {"deadline": to_iso(end)}) for end in ends)
            if "orders" in row:
                end = end_of(day_of(key), rules.settings.days_kept)
                return sweep.is_over(step, end) and end + rules.settings.corrections_days * DAY + UNREAD < step.time
            if key.startswith(("//sum/", "//total/", "//share/", "//settling/", "//remainders/", "//settlement/")):
                return sweep.is_over(step, from_iso(row["deadline"])) and is_past(rules, step, row)
            if key.startswith("//live/"):
                return all(is_past(rules, step, {"deadline": one["endsAt"]}) for one in row["live"])
            # What is noted of markets stands beside it.
            return "checks" in row and all(
                is_past(rules, step, check)
                and ("markedAt" not in check or from_iso(check["markedAt"]) + UNREAD < step.time)
                for check in row["checks"]
            )

        return sweep.delete_some(step, "waiting", "/", cursor, is_old)

    return [checks, corrections, lambda sweep, step, cursor: sweep_days(rules, step, cursor)]


def sweep_days(rules, step, cursor):
    """From customer to customer, of whom the oldest days are looked at."""
    count = 0
    for _ in range(STEP):
        first = next(iter(step.scan("days", "", cursor)), None)
        if first is None:
            return None, count
        user = first.rpartition("/")[0]
        most = STEP - count
        days = rules.old_days(step, user, first, most)
        for day in days:
            step.delete(f"days/{day}")
        count += len(days)
        if len(days) == most:
            return cursor, count
        cursor = f"{user}/~"
    return cursor, count


# user


def is_old_entry(sweep, step, row):
    return sweep.is_over(step, from_iso(row["time"]) + CORRECTABLE)


def sweep_reductions(sweep, step, cursor):
    """An order whose first entry is young is passed over as a whole."""
    count = 0
    for _ in range(STEP):
        key = next(iter(step.scan("ledger", "dr/", cursor)), None)
        if key is None:
            return None, count
        entry, cursor = step.get(f"ledger/{key}"), key
        if is_old_entry(sweep, step, entry):
            step.delete(f"ledger/{key}")
            count += 1
        elif "version" not in entry:
            cursor = f"dr/{entry['drId']}0"
    return cursor, count


def sweep_withdrawals(sweep, step, cursor):
    """One that nobody has answered stays; the others count from their answer, or were made without a state."""

    def is_old(_, row):
        if "withdrawalId" not in row or "status" not in row:
            return is_old_entry(sweep, step, row)
        return "answeredAt" in row and sweep.is_over(step, from_iso(row["answeredAt"]) + CORRECTABLE)

    return sweep.delete_some(step, "ledger", "withdrawal/", cursor, is_old)


def sweep_adjustments(sweep, step, cursor):
    return sweep.delete_some(step, "ledger", "adjustment/", cursor, lambda _, row: is_old_entry(sweep, step, row))


def sweep_expiries(sweep, step, cursor):
    return sweep.delete_some(step, "ledger", "expiry/", cursor, lambda _, row: is_old_entry(sweep, step, row))


def day_in_korea(time):
    return (time + KOREA) // DAY


def follow_age(account, before, after, day):
    """Of which days the points of a balance are, when it goes from one number to another on a day: what is added is of
    that day, and what is taken off is the oldest. What nothing is known of is of the day, too."""
    lots = dict(zip(account.get("earnedOn", ()), account.get("earned", ())))
    for points in (max(0, before), max(0, after)):
        missing = points - sum(lots.values())
        if missing > 0:
            lots[day] = lots.get(day, 0) + missing
            if len(lots) > LOTS:
                first, second = sorted(lots)[:2]
                lots[second] += lots.pop(first)
        for old in sorted(lots):
            used = min(lots[old], max(0, -missing))
            missing += used
            lots[old] -= used
            if not lots[old]:
                del lots[old]
    rest = {name: value for name, value in account.items() if name not in ("earnedOn", "earned")}
    return rest | ({"earnedOn": sorted(lots), "earned": [lots[day] for day in sorted(lots)]} if lots else {})


def expire(sweep, step, account):
    """What was earned too many days ago goes, as an entry of its own and an event."""
    if not sweep.point_days:
        return account, None
    today, point = day_in_korea(step.time), account["point"]
    account = follow_age(account, point, point, today)
    last = today - sweep.point_days
    lots = {day: points for day, points in zip(account.get("earnedOn", ()), account.get("earned", ())) if day < last}
    gone = sum(lots.values())
    if not gone:
        return account, None
    account = add_expired(account, lots, day_in_korea(step.time - sweep.retention - CORRECTABLE))
    account = follow_age(account, point, point - gone, today)
    account |= {"point": point - gone, "entries": account["entries"] + 1}
    account.pop("quietSince", None)
    before = {"earnedBefore": to_iso(last * DAY - KOREA)}
    entry = {"sequence": account["entries"], "change": -gone, "point": account["point"], "reason": WORDS, **before}
    key = f"ledger/expiry/{account['id']}/{last * DAY - KOREA}"
    step.put(key, entry | {"time": to_iso(step.time), "source": "sweep"})
    if account["entries"] % 16 == 1:
        arm(step)
    said = {"id": account["id"], "change": -gone, "point": account["point"], "reason": WORDS}
    return account, said | before


def sweep_corrected(sweep, step, cursor):
    keys, cursor = some(step, "ledger", "/", cursor)
    count = 0
    for key in keys:
        row = step.get(f"ledger/{key}")
        if "time" not in row:
            step.put(f"ledger/{key}", row | {"time": to_iso(step.time)})
        elif is_old_entry(sweep, step, row):
            step.delete(f"ledger/{key}")
            count += 1
    return cursor, count


def sweep_accounts(sweep, step, cursor):
    """What has been there for too long expires. Of those who left long ago nothing stays but what is owed."""
    keys, cursor = some(step, "users", "", cursor)
    count = 0
    for key in keys:
        found = step.get(f"users/{key}")
        account, said = expire(sweep, step, found)
        if "leftAt" in account and sweep.is_over(step, from_iso(account["leftAt"])):
            if "quietSince" in account and sweep.is_over(step, from_iso(account["quietSince"]) + CORRECTABLE):
                step.delete(f"users/{key}")
                count += 1
                continue
            count += (account["name"], account["capacity"]) != (key, 0)
            account = {name: value for name, value in account.items() if name != "resource"}
            account |= {"name": key, "capacity": 0}
            if account["point"] == 0 and "openWithdrawals" not in account and "quietSince" not in account:
                account["quietSince"] = to_iso(step.time)
        if account != found:
            step.put(f"users/{key}", account)
        if said is not None:
            step.say("user.events", "PointChanged", key, said | {"name": account["name"]})
    return cursor, count
