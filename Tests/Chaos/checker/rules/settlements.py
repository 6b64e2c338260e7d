"""Points that a resource shares: at its home settlements begin, one at a time, and each has three steps that every
partition does over its own customers. All customers get what the resource as a whole has reduced, each by max(0, his
own reduction), in whole points by the largest remainder."""

from itertools import islice

from ..values import LATEST, POINTS, Refusal, field, from_iso, integer, malformed, order_id, resource_id, time, to_iso, whole

# Of a point; checks that are done in one step; what messages hold.
BUCKETS, PAYMENTS, MOST = 1024, 8, 2**53 - 1
STEPS, VERSION, PARTITIONS = ("freeze", "share", "pay"), (1, 10**12), (0, 2**31 - 1)
# So much overdue, a timer is gone, and a settlement.
GONE, LOST = 3_600_000, 24 * 3_600_000
# Rows of a step.
ROWS = 500
FROZEN = ("reducedWh", "positiveWh", "changes", "milliPointsPerWh")
NONE = {"replies": 0, **dict.fromkeys(FROZEN, 0), "points": 0, "wholePoints": 0}


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def time_of(step):
    return step.time if step.timer is not None else step.record.time


# At the resource's home.


def plan(rules, step, name, total):
    changes = total.get("shareChanges", 0)
    if changes <= 0:
        return
    key = f"waiting///settlement/{name}"
    before = step.get(key)
    row = dict(before or {"settlements": 0, "deadline": total["deadline"], **NONE})
    deadline = max(from_iso(row["deadline"]), from_iso(total["deadline"]))
    row["deadline"] = to_iso(deadline)
    now = time_of(step)
    begun = from_iso(row["begunAt"]) if "begunAt" in row else None
    is_under_way = "step" in row and begun is not None and now <= begun + LOST
    is_timed = "due" in row and now <= from_iso(row["due"]) + GONE
    if changes > row["changes"] and not is_under_way and not is_timed:
        ready = max(now, from_iso(total["deadline"]) + rules.settings.sums_period_ms)
        if begun is not None:
            ready = max(ready, begun + rules.settings.points_period_ms)
        row["due"] = to_iso(step.set_timer("settlement", name, ready + rules.settings.sums_period_ms))
    if row != before:
        step.put(key, row)


def begin(rules, step, name):
    total, row = step.get(f"waiting///total/{name}"), step.get(f"waiting///settlement/{name}")
    if total is None or row is None or "due" not in row:
        return
    ready = from_iso(total["deadline"]) + rules.settings.sums_period_ms
    if ready > step.time:
        due = step.set_timer("settlement", name, ready + rules.settings.sums_period_ms)
        row = {**row, "due": to_iso(due)}
    else:
        row = {**without(row, "due"), **NONE, "settlements": row["settlements"] + 1, "step": "freeze", "begunAt": to_iso(step.time)}
        for partition in range(step.partitions):
            ask(step, name, row, partition)
    step.put(f"waiting///settlement/{name}", row)


def ask(step, name, row, partition, bucket=BUCKETS, round_up=0):
    order, _, resource = name.partition("/")
    is_first = row["step"] == "freeze"
    step.say(
        "kepco.internal", "SettlePoints", resource,
        {
            "drId": order, "resource": resource, "version": row["settlements"], "step": row["step"],
            "deadline": row["deadline"], "points": 0 if is_first else row["points"],
            "ofWh": 0 if is_first else max(0, row["positiveWh"]), "bucket": bucket, "roundUp": round_up,
        }, partition)  # fmt: skip


def read_part(fields):
    remainders = field(fields, "remainders")
    if type(remainders) is not list or len(remainders) > BUCKETS:
        raise malformed("remainders")
    counts = [whole(one) for one in remainders]
    if any(one is None or not 0 <= one <= MOST for one in counts):
        raise malformed("remainders")
    return {
        **read(fields),
        "partition": integer(fields, "partition", PARTITIONS),
        "reducedWh": integer(fields, "reducedWh", (-MOST, MOST)),
        "positiveWh": integer(fields, "positiveWh", (0, MOST)),
        "changes": integer(fields, "changes", (0, MOST)),
        "milliPointsPerWh": integer(fields, "milliPointsPerWh", (0, POINTS[1])),
        "wholePoints": integer(fields, "wholePoints", (0, MOST)),
        "remainders": counts,
    }


def read(fields):
    found = {
        "drId": order_id(fields, "drId"),
        "resource": resource_id(fields, "resource"),
        "version": integer(fields, "version", VERSION),
        "step": field(fields, "step"),
        "deadline": time(fields, "deadline"),
    }
    if found["step"] not in STEPS:
        raise malformed("step")
    return found


def take_part(rules, say_again, step, part):
    """A partition has done its step; when all have, the next one begins."""
    if part["partition"] >= step.partitions:
        raise Refusal("refused", "no such partition")
    name = f"{part['drId']}/{part['resource']}"
    key = f"waiting///settlement/{name}"
    row, place = step.get(key), f"{key}/{part['partition']}"
    if row is None or (row["settlements"], row.get("step")) != (part["version"], part["step"]):
        raise Refusal("conflict", "it is not waited for")
    before = step.get(place)
    if before is not None and (before["version"], before["step"]) == (part["version"], part["step"]):
        raise Refusal("conflict", "it has been done")
    added = {one: row[one] + part[one] for one in ("reducedWh", "positiveWh", "changes", "wholePoints")}
    row = {**row, **added, "replies": row["replies"] + 1}
    row["milliPointsPerWh"] = max(row["milliPointsPerWh"], part["milliPointsPerWh"])
    remainders = {name: part[name] for name in ("remainders", "version", "step")}
    step.put(place, {**remainders, "deadline": to_iso(part["deadline"])})
    if row["replies"] < step.partitions:
        step.put(key, row)
        return
    row["replies"] = 0
    partitions = range(step.partitions)
    if row["step"] == "freeze":
        row |= {"step": "share", "reducedWh": min(row["reducedWh"], MOST), "positiveWh": min(row["positiveWh"], MOST)}
        row["points"] = min((max(0, row["reducedWh"]) * row["milliPointsPerWh"] + 500) // 1000, MOST)
        for partition in partitions:
            ask(step, name, row, partition)
    elif row["step"] == "share":
        remainders = [step.get(f"{key}/{partition}")["remainders"] for partition in partitions]
        row["step"] = "pay"
        bucket, counts = rounded_up(row["points"] - row["wholePoints"], remainders)
        for partition in partitions:
            ask(step, name, row, partition, bucket, counts[partition])
    else:
        row = without(row, "step") | {
            "settlement": row["settlements"], "settledWh": max(row["reducedWh"], -MOST),
            "settledOfWh": max(row["positiveWh"], 0), "settledPoints": row["points"]}  # fmt: skip
        for partition in partitions:
            step.delete(f"{key}/{partition}")
    step.put(key, row)
    if "step" not in row:
        plan(rules, step, name, say_again(step, name, from_iso(row["deadline"])))


def rounded_up(left, remainders):
    """The largest remainders are, and of those in the last bucket the first partitions' first ones."""
    counts = [0] * len(remainders)
    if left <= 0:
        return BUCKETS, counts
    for bucket in reversed(range(BUCKETS)):
        inside = [one[bucket] if bucket < len(one) else 0 for one in remainders]
        if sum(inside) < left and bucket > 0:
            left -= sum(inside)
            continue
        for place, count in enumerate(inside):
            counts[place] = min(count, left)
            left -= counts[place]
        return bucket, counts


def finished(step, name):
    """What is said of the resource."""
    row = step.get(f"waiting///settlement/{name}") or {}
    return {name: row[name] for name in ("settlement", "settledWh", "settledOfWh", "settledPoints") if name in row}


# In the partition of the customers.


def share(step, identity, check):
    """By what a check comes to now its customer shares, but in a settlement that is under way."""
    if "pointsBy" not in check or "resource" not in check:
        return
    user, _, order = identity.partition("/")
    name = f"{order}/{check['resource']}"
    key = f"waiting///share/{name}/{user}"
    wh = max(0, check["reducedWh"]) if check.get("inSum") == "counted" else 0
    before = step.get(key)
    row = before or {"shareWh": 0, "deadline": check["deadline"], "milliPointsPerWh": check["milliPointsPerWh"]}
    if row["shareWh"] == wh:
        return
    version = (step.get(f"waiting///settling/{name}") or {"version": 0})["version"]
    if version > 0 and row.get("frozenFor") != version:
        row = {**row, "frozenWh": row["shareWh"], "frozenFor": version}
    step.put(key, {**row, "shareWh": wh})


def read_step(fields):
    return {
        **read(fields),
        "points": integer(fields, "points", (0, MOST)),
        "ofWh": integer(fields, "ofWh", (0, MOST)),
        "bucket": integer(fields, "bucket", (0, BUCKETS)),
        "roundUp": integer(fields, "roundUp", (0, MOST)),
    }


def follows(row, asked):
    if row is None or asked["step"] == "freeze":
        return asked["step"] == "freeze" and (row is None or asked["version"] > row["version"])
    before = STEPS[STEPS.index(asked["step"]) - 1]
    return "isDone" in row and (row["version"], row["settling"]) == (asked["version"], before)


def take_step(rules, step, asked):
    rules.sweep.check_age(step, asked["deadline"])
    name = f"{asked['drId']}/{asked['resource']}"
    key = f"waiting///settling/{name}"
    if not follows(step.get(key), asked):
        raise Refusal("conflict", "another step comes first")
    kept = {name: asked[name] for name in ("version", "points", "ofWh", "bucket", "roundUp")}
    row = {"settling": asked["step"], **kept, "deadline": to_iso(asked["deadline"]), "wholePoints": 0}
    if asked["step"] == "freeze":
        row["isDone"] = True
        own = step.get(f"waiting///sum/{name}") or {}
        first = next(step.scan("waiting", f"//share/{name}/"), None)
        rate = 0 if first is None else step.get(f"waiting/{first}")["milliPointsPerWh"]
        reply(step, name, row, {
            "reducedWh": min(max(own.get("sharedWh", 0), -MOST), MOST),
            "positiveWh": min(max(0, own.get("sharedPositiveWh", 0)), MOST),
            "changes": min(max(0, own.get("shareChanges", 0)), MOST), "milliPointsPerWh": max(0, rate),
        })  # fmt: skip
    else:
        if asked["step"] == "share":
            step.put(f"waiting///remainders/{name}", remainders_of(row))
        step.set_timer("settling", f"{name}/{row['version']}/{row['settling']}", time_of(step))
    step.put(key, row)


def remainders_of(row):
    return {"remainders": [], "version": row["version"], "step": row["settling"], "deadline": row["deadline"]}


def reply(step, name, row, figures):
    order, _, resource = name.partition("/")
    step.say(
        "kepco.internal", "SettledPart", resource,
        {
            "drId": order, "resource": resource, "partition": step.partition, "version": row["version"],
            "step": row["settling"], "deadline": row["deadline"], **dict.fromkeys(FROZEN, 0), "wholePoints": 0,
            "remainders": [], **figures,
        })  # fmt: skip


def quota(wh, row):
    """Whole points, and the bucket of what is left over."""
    if min(wh, row["ofWh"], row["points"]) <= 0:
        return 0, None
    points, left = divmod(wh * row["points"], row["ofWh"])
    return min(points, POINTS[1]), left * BUCKETS // row["ofWh"] if left else None


def settle_some(rules, step, identity):
    """Some of the partition's customers, in their order; few of those whose points are others now."""
    parts = identity.split("/")
    if len(parts) != 4:
        return
    name = "/".join(parts[:2])
    key = f"waiting///settling/{name}"
    row = step.get(key)
    if row is None or f"{name}/{row['version']}/{row['settling']}" != identity or "isDone" in row:
        return
    prefix, row = f"//share/{name}/", dict(row)
    found = list(islice(step.scan("waiting", prefix, prefix + row.get("cursor", "")), ROWS))
    users = [one[len(prefix) :] for one in found]
    shares = [shared_by(step.get(f"waiting/{one}"), row["version"]) for one in found]
    is_pay = row["settling"] == "pay"
    done = pay(rules, step, name, row, users, shares) if is_pay else count(step, name, row, shares)
    if done:
        row["cursor"] = users[done - 1]
    if done == len(users) and done < ROWS:
        row["isDone"] = True
    step.put(key, row)
    if "isDone" not in row:
        step.set_timer("settling", identity, step.time)
        return
    remainders = []
    if not is_pay:
        place = f"waiting///remainders/{name}"
        remainders = step.get(place)["remainders"]
        step.delete(place)
    reply(step, name, row, {"wholePoints": row["wholePoints"], "remainders": remainders})


def shared_by(row, version):
    return row["frozenWh"] if row.get("frozenFor") == version else row["shareWh"]


def count(step, name, row, shares):
    place = f"waiting///remainders/{name}"
    kept = dict(step.get(place) or remainders_of(row))
    counts = list(kept["remainders"])
    for wh in shares:
        points, bucket = quota(wh, row)
        row["wholePoints"] = min(row["wholePoints"] + points, MOST)
        if bucket is not None and bucket < BUCKETS:
            counts += [0] * (bucket + 1 - len(counts))
            counts[bucket] += 1
    step.put(place, {**kept, "remainders": counts})
    return len(shares)


def pay(rules, step, name, row, users, shares):
    paid, order = 0, name.partition("/")[0]
    for place, (user, wh) in enumerate(zip(users, shares)):
        if paid == PAYMENTS:
            return place
        points, bucket = quota(wh, row)
        if bucket is not None and (bucket > row["bucket"] or bucket == row["bucket"] and row["roundUp"] > 0):
            row["roundUp"] -= bucket == row["bucket"]
            points = min(points + 1, POINTS[1])
        sharing = {"settlement": row["version"], "shareWh": wh, "ofWh": row["ofWh"], "resourcePoints": row["points"]}
        paid += rules.pay(step, f"{user}/{order}", points, sharing)
    return len(users)
