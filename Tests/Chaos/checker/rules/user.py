"""Customers and their points: the balance is the sum of the ledger, a cause is entered once. What an order has brought
is always what the last version of its check says: corrections are entered by their differences. A withdrawal is answered
once: it was paid, or its points come back by an entry of their own."""

from ..step import WORDS
from ..values import (
    CAPACITY,
    POINTS,
    WITHDRAWAL,
    Refusal,
    answer,
    boolean,
    clean,
    field,
    from_iso,
    integer,
    malformed,
    optional_text,
    order_id,
    refuse_lookalikes,
    text,
    to_iso,
    user_id,
    visible,
)
from .contradictions import check_outcome
from .expired import Paid, with_expired
from .resources import read_assignment
from .sweep import (
    Sweep,
    arm,
    day_in_korea,
    follow_age,
    sweep_accounts,
    sweep_adjustments,
    sweep_corrected,
    sweep_expiries,
    sweep_reductions,
    sweep_withdrawals,
)


# What an event says of a customer.
STATE = ("id", "name", "capacity", "point", "resource")
# Names that mean the customer's resource.
RESOURCE = ("resources", "resourceId")
# Energy of a whole order.
WH = (-(10**12), 10**12)
# Of a customer's withdrawals, that wait for an answer.
OPEN = 100
# Of a check.
VERSION = (1, 10**12)


def read_outcome(fields):
    """What others need of a ReductionCheck."""
    return {
        "drId": order_id(fields, "drId"),
        "userId": user_id(fields, "userId"),
        "answer": answer(fields, "responseAnswer"),
        "reducedWh": integer(fields, "reducedWh", WH),
        "adjustPoint": integer(fields, "adjustPoint", POINTS),
        "isReal": boolean(fields, "isReal"),
        "version": 1 if field(fields, "version") is None else integer(fields, "version", VERSION),
    }


class User:
    context = "user"
    tables = {"users", "ledger"}
    own_topics = ("user.commands",)
    commands = ("RegisterUser", "UpdateUser", "LeaveUser", "DeleteUser", "WithdrawPoint", "ConfirmWithdrawal",
                "FailWithdrawal", "AdjustPoint")

    def __init__(self, settings=None):
        parts = [sweep_reductions, sweep_withdrawals, sweep_corrected, sweep_adjustments, sweep_expiries, sweep_accounts]
        self.sweep = Sweep(settings, parts)
        self.handlers = {
            "ReductionCheck": (read_outcome, lambda check: check["userId"], self.pay),
            "RegisterUser": (self.read_register, lambda user: user["id"], self.register),
            "UpdateUser": (self.read_update, lambda user: user["id"], self.update),
            "LeaveUser": (self.read_leave, lambda user: user["id"], self.leave),
            "DeleteUser": (self.read_leave, lambda user: user["id"], self.leave),
            "WithdrawPoint": (self.read_withdraw, lambda withdraw: withdraw["userId"], self.withdraw),
            "ConfirmWithdrawal": (self.read_confirm, lambda said: said["userId"], self.confirm),
            "FailWithdrawal": (self.read_fail, lambda said: said["userId"], self.fail),
            "AdjustPoint": (self.read_adjust, lambda adjust: adjust["userId"], self.adjust),
        }

    @staticmethod
    def nows(upcoming):
        return ()

    def fire(self, step, kind, identity):
        if kind == "sweep":
            self.sweep.fire(step, identity)

    @staticmethod
    def read_register(fields):
        refuse_lookalikes(fields, *RESOURCE)
        resource = read_assignment(fields)
        return {
            "id": clean(user_id(fields, "id")),
            "name": visible(fields, "name"),
            "capacity": integer(fields, "capacity", CAPACITY),
            **({"resource": resource} if resource else {}),
        }

    @staticmethod
    def read_update(fields):
        refuse_lookalikes(fields, *RESOURCE)
        capacity = None if field(fields, "capacity") is None else integer(fields, "capacity", CAPACITY)
        name = None if field(fields, "name") is None else visible(fields, "name")
        return {"id": user_id(fields, "id"), "name": name, "capacity": capacity, "resource": read_assignment(fields)}

    @staticmethod
    def read_leave(fields):
        return {"id": user_id(fields, "id"), "reason": optional_text(fields, "reason")}

    @staticmethod
    def read_withdraw(fields):
        return {
            "id": clean(user_id(fields, "id")),
            "userId": user_id(fields, "userId"),
            "amount": integer(fields, "amount", WITHDRAWAL),
        }

    @staticmethod
    def read_confirm(fields):
        return {
            "userId": user_id(fields, "userId"),
            "id": user_id(fields, "id"),
            "reference": optional_text(fields, "reference"),
        }

    @staticmethod
    def read_fail(fields):
        return {"userId": user_id(fields, "userId"), "id": user_id(fields, "id"), "reason": text(fields, "reason")}

    @staticmethod
    def read_adjust(fields):
        amount = integer(fields, "amount", POINTS)
        if amount == 0:
            raise malformed("amount is no change")
        return {
            "id": clean(user_id(fields, "id")),
            "userId": user_id(fields, "userId"),
            "amount": amount,
            "reason": text(fields, "reason"),
            "force": field(fields, "force") is not None and boolean(fields, "force"),
        }

    def register(self, step, user):
        """Also of one who has left: his points and his ledger are still there."""
        account = step.get(f"users/{user['id']}")
        if account is not None:
            if "leftAt" not in account:
                raise Refusal("conflict")
            if step.time < from_iso(account["leftAt"]):
                raise Refusal("late", "left since")
        self.sweep.check_age(step, step.time)
        old = account or {"point": 0, "entries": 0, "orderBits": 0}
        body = {**user, "point": old["point"]}
        names = ("entries", "orderBits", "openWithdrawals", "earnedOn", "earned", "expiredOf", "expired")
        kept = {name: old[name] for name in names if name in old}
        step.put(f"users/{user['id']}", {**body, **kept, "registeredAt": to_iso(step.time)})
        step.say("user.events", "UserRegistered", user["id"], body)

    def update(self, step, update):
        account = self.account(step, update["id"])
        if "leftAt" in account:
            raise Refusal("refused", "has left")
        changed = {**account, **{name: value for name, value in update.items() if value is not None}}
        if changed.get("resource") == "":
            del changed["resource"]
        if changed == account:
            raise Refusal("refused", "nothing changes")
        latest = self.latest(account)
        # What was sent earlier and read later holds from the newest on.
        is_late = latest is not None and step.time < latest
        if latest is None or step.time > latest:
            changed["updatedAt"] = to_iso(step.time)
        step.put(f"users/{update['id']}", changed)
        since = {"updatedAt": to_iso(latest)} if is_late else {}
        step.say("user.events", "UserUpdated", update["id"], {name: changed[name] for name in STATE if name in changed} | since)

    def leave(self, step, leave):
        """Behind all that was said of him by then; not if he was registered only afterwards."""
        account = self.account(step, leave["id"])
        self.sweep.check_age(step, step.time)
        if "leftAt" in account:
            raise Refusal("conflict")
        if "registeredAt" in account and step.time < from_iso(account["registeredAt"]):
            raise Refusal("late", "registered since")
        left = {"leftAt": to_iso(max(step.time, self.latest(account) or step.time))}
        step.put(f"users/{leave['id']}", account | left)
        arm(step)
        reason = {} if leave["reason"] is None else {"reason": leave["reason"]}
        step.say("user.events", "UserLeft", leave["id"], {"id": leave["id"], **left, **reason})

    @staticmethod
    def latest(account):
        """When something was said of him last, as far as the row knows."""
        moment = account.get("updatedAt", account.get("registeredAt"))
        return None if moment is None else from_iso(moment)

    def withdraw(self, step, withdraw):
        user = withdraw["userId"]
        account = self.account(step, user)
        key = f"ledger/withdrawal/{user}/{withdraw['id']}"
        if step.get(key) is not None:
            raise Refusal("conflict")
        self.sweep.check_age(step, step.time)
        if withdraw["amount"] > account["point"]:
            raise Refusal("refused", "beyond the balance")
        waiting = account.get("openWithdrawals", 0)
        if waiting >= OPEN:
            raise Refusal("refused", "too many wait for an answer")
        account = {**account, "openWithdrawals": waiting + 1}
        cause = {"withdrawalId": withdraw["id"], "status": "requested"}
        point = self.enter(step, account, key, -withdraw["amount"], cause)
        step.say(
            "user.events",
            "PointWithdrawn",
            user,
            {
                "id": user,
                "name": account["name"],
                "amount": withdraw["amount"],
                "point": point,
                **cause,
            },
        )

    def answered(self, step, user, withdrawal, said):
        """The customer and the withdrawal that an answer is for; the withdrawal's row says the answer from now on."""
        account = self.account(step, user)
        key = f"ledger/withdrawal/{user}/{withdrawal}"
        row = step.get(key)
        if row is None:
            raise Refusal("not-found")
        if row.get("status", "requested") != "requested":
            raise Refusal("conflict", f"is {row['status']}")
        self.sweep.check_age(step, step.time)
        # What was requested of a version without states is not counted.
        if "status" in row:
            waiting = max(0, account.get("openWithdrawals", 0) - 1)
            account = {name: value for name, value in account.items() if name != "openWithdrawals"}
            if waiting:
                account["openWithdrawals"] = waiting
        step.put(key, {**row, **said, "answeredAt": to_iso(step.time), "answeredBy": step.source})
        return account, row

    def confirm(self, step, said):
        user = said["userId"]
        reference = {} if said["reference"] is None else {"reference": said["reference"]}
        account, row = self.answered(step, user, said["id"], {"status": "paid", **reference})
        step.put(f"users/{user}", account)
        body = {"id": user, "amount": -row["change"], "withdrawalId": said["id"]}
        step.say("user.events", "WithdrawalPaid", user, body | reference)

    def fail(self, step, said):
        user, reason = said["userId"], said["reason"]
        account, row = self.answered(step, user, said["id"], {"status": "failed", "failure": reason})
        change = -row["change"]
        if account["point"] + change > POINTS[1]:
            raise Refusal("refused", "beyond what a balance holds")
        key = f"ledger/withdrawal/{user}/{said['id']}/back"
        point = self.enter(step, account, key, change, {"failedWithdrawal": said["id"]}, reason)
        body = {"id": user, "change": change, "point": point, "withdrawalId": said["id"]}
        step.say("user.events", "WithdrawalFailed", user, body | {"reason": reason})

    def adjust(self, step, adjust):
        user, amount, reason = adjust["userId"], adjust["amount"], adjust["reason"]
        account = self.account(step, user)
        key = f"ledger/adjustment/{user}/{adjust['id']}"
        if step.get(key) is not None:
            raise Refusal("conflict")
        self.sweep.check_age(step, step.time)
        point = account["point"] + amount
        if not POINTS[0] <= point <= POINTS[1]:
            raise Refusal("refused", "beyond what a balance holds")
        if amount < 0 and point < 0 and not adjust["force"]:
            raise Refusal("refused", "beyond the balance")
        cause = {"adjustment": adjust["id"]}
        self.enter(step, account, key, amount, cause, reason)
        body = {"id": user, "name": account["name"], "change": amount, "point": point, "reason": reason}
        step.say("user.events", "PointChanged", user, body | cause)

    def pay(self, step, check):
        check_outcome(check)
        user, order, version = check["userId"], check["drId"], check["version"]
        points = check["adjustPoint"] if check["isReal"] else 0
        if step.get(f"users/{user}") is None and not (version == 1 and not points):
            raise Refusal("not-found")
        corrected = step.get(f"ledger//{order}/{user}")
        if corrected is not None and step.get(f"users/{user}") is not None and corrected["version"] >= version:
            raise Refusal("conflict", "not a newer version")
        if version == 1 and not points:
            step.is_final = True
            return
        account = self.account(step, user)
        key, cause = f"ledger/dr/{order}/{user}", {"drId": order}
        first = step.get(key)
        paid = corrected["points"] if corrected else first["change"] if first else 0
        change, noted = points - paid, self.note(account, order)
        if version > 1:
            change, noted, days = self.spare_expired(step, noted, corrected, first, paid, change)
            body = {"version": version, "points": points, "time": to_iso(step.time), **days}
            step.put(f"ledger//{order}/{user}", body)
            key, cause = f"{key}/{version}", {"drId": order, "version": version}
        elif first is not None:
            raise Refusal("conflict")
        self.sweep.check_age(step, step.time)
        if not change:
            if noted != account:
                step.put(f"users/{user}", noted)
            return
        if not POINTS[0] <= account["point"] + change <= POINTS[1]:
            raise Refusal("refused", "beyond what a balance holds")
        point = self.enter(step, noted, key, change, cause)
        step.say(
            "user.events",
            "PointChanged",
            user,
            {"id": user, "name": account["name"], "change": change, "point": point, "reason": WORDS, **cause},
        )

    def spare_expired(self, step, account, corrected, first, paid, change):
        """What a correction changes the balance by: what has expired already is not taken off. And the rows of that."""
        is_known = corrected is not None and "paidOn" in corrected
        if not (is_known or self.sweep.point_days or "expired" in account):
            return change, account, {}
        times = [row["time"] for row in (first, corrected) if row is not None and "time" in row]
        course = Paid(account, corrected, paid, day_in_korea(from_iso(times[0]) if times else step.time))
        change = course.follow(change, day_in_korea(step.time))
        return change, with_expired(account, course.expired), course.row()

    @staticmethod
    def note(account, order):
        """The order's bit, where a row has bits: whose bit is not set is not looked for in the ledger."""
        if "orderBits" not in account:
            return account
        digest = 0xCBF29CE484222325
        for byte in order.encode():
            digest = (digest ^ byte) * 0x100000001B3 % 2**64
        return {**account, "orderBits": account["orderBits"] | 1 << digest % 63}

    @staticmethod
    def account(step, user):
        account = step.get(f"users/{user}")
        if account is None:
            raise Refusal("not-found")
        return account

    def enter(self, step, account, key, change, cause, reason=WORDS):
        point, entries = account["point"] + change, account["entries"] + 1
        if self.sweep.point_days:
            account = follow_age(account, account["point"], point, day_in_korea(step.time))
        else:
            account = {name: value for name, value in account.items() if name not in ("earnedOn", "earned")}
        account = {name: value for name, value in account.items() if name != "quietSince"}
        step.put(f"users/{account['id']}", {**account, "point": point, "entries": entries})
        step.put(
            key,
            {
                "sequence": entries,
                "change": change,
                "point": point,
                "reason": reason,
                **cause,
                "time": to_iso(step.time),
                "source": step.source,
            },
        )
        # Not with each: to look costs as much.
        if entries % 16 == 1:
            arm(step)
        return point
