"""Customers and orders as a whole, from the records alone and without a look at the order in which things were done:
what an auditor would add up."""

from collections import defaultdict
from fractions import Fraction

from .files import Fold
from .handling import OFFSETS, record_of
from .partitioner import home
from .rules.resources import includes
from .rules.response_messages import read_choice
from .values import CONTEXTS as BOUNDS
from .values import Refusal, decode, from_iso, header_type, identifier, integer, parse

ANSWERS = ("Accept", "Deny")
QUARTER, DAY = 900_000, 96
# What two versions of a check differ in.
FIGURES = ("baselineWh", "usedWh", "reducedWh", "adjustPoint", "isReal")


def check_wholes(log, effects, outcomes, report):
    events = {
        kind: list(_events(log, topic, kind))
        for topic, kind in (
            ("dr.events", "DRstarted"),
            ("dr.events", "DrChanged"),
            ("dr.events", "DrEnded"),
            ("dr.events", "DrCancelled"),
            ("response.events", "Listsaved"),
            ("kepco.events", "ReductionCheck"),
            ("kepco.events", "ResourceReduction"),
        )
    }
    started = _once(events["DRstarted"], lambda value: value["id"], "DRstarted", report)
    ended = _once(events["DrEnded"], lambda value: value["id"], "DrEnded", report)
    cancelled = _once(events["DrCancelled"], lambda value: value["id"], "DrCancelled", report)
    _check_orders(started, events["DrChanged"], ended, cancelled, report)
    # Who was asked for what ended before it began is told as of what is withdrawn.
    cancelled |= {order: record for order, record in ended.items() if _has_no_length(decode(record))}
    ended = {order: record for order, record in ended.items() if order not in cancelled}
    saved = _once(events["Listsaved"], _of_list, "Listsaved", report)
    customers = list(_events(log, "user.events", "UserRegistered", "UserUpdated", "UserLeft"))
    made, told = _places(log, report)
    _check_lists(customers, started, events["DrChanged"], cancelled, made, saved, told, report)
    _check_cancelled(cancelled, made, saved, told, report)
    _check_saved(log, _answers(log, effects, outcomes), ended, made, saved, told, report)
    _check_checks(log, effects, saved, events["ReductionCheck"], report)
    _check_sums(log, events["ReductionCheck"], events["ResourceReduction"], report)
    _check_shared(log, events["ReductionCheck"], events["ResourceReduction"], report)
    _check_points(log, effects, events["ReductionCheck"], report)


def _events(log, topic, *kinds):
    for record in log.all(topic):
        if record.header("type") in kinds and record.is_from_daemon:
            yield record, decode(record)


def _has_no_length(order):
    return from_iso(order["endsAt"]) == from_iso(order["startsAt"])


def _of_list(value):
    return value["drId"], value["userId"]


def _once(events, key_of, kind, report):
    """The records by their keys, each of which is there once."""
    found = {}
    for record, value in events:
        key = key_of(value)
        report.count(f"{kind} once for each {'order' if isinstance(key, str) else 'customer and order'}")
        if key in found:
            report.differ("twice", record.source, f"one {kind} of {key}", f"another at {found[key].source}")
        found.setdefault(key, record)
    return found


def _check_orders(started, changes, ended, cancelled, report):
    """An order ends or is withdrawn, once; its changes are counted, and it ends no later than the last of them says."""
    for order in (ended.keys() | cancelled.keys()) - started.keys():
        source = (ended.get(order) or cancelled.get(order)).source
        report.differ("order", source, f"a DRstarted of {order}", "none")
    for order in ended.keys() & cancelled.keys():
        report.differ("order", cancelled[order].source, f"no DrEnded of {order}", ended[order].source)
    last = {}
    for record, value in changes:
        order = value["id"]
        report.count("changes of orders, in their order")
        if value["version"] != last.get(order, {"version": 0})["version"] + 1 or order not in started:
            report.differ("order", record.source, f"the next version of {order}, which has started", value["version"])
        last[order] = value
    for order in last.keys() & ended.keys():
        latest = last[order].get("endsAt")
        if latest is not None and from_iso(decode(ended[order])["endsAt"]) > from_iso(latest):
            report.differ("order", ended[order].source, f"an end up to {latest}", "a later one")


def _places(log, report):
    """Who was asked last, and who was told that he is on the list no more, by order and customer: by turns, for one who
    has left and come back."""
    made, told = {}, {}
    for record, value in _events(log, "response.events", "Listmade", "Listcancelled"):
        key, kind = _of_list(value), record.header("type")
        report.count("customers asked, and taken off lists, by turns")
        if (kind == "Listmade") != (key not in made or key in told):
            report.differ("list", record.source, f"{key} asked, or taken off, by turns", f"{kind} once more")
        if kind == "Listmade":
            made[key] = record
            told.pop(key, None)
        else:
            told[key] = record
    return made, told


def _check_cancelled(cancelled, made, saved, told, report):
    """Who was asked for what is withdrawn is told, and nothing follows from his answer."""
    for (order, user), record in made.items():
        if order in cancelled and (order, user) not in told:
            report.differ("list", record.source, f"a Listcancelled of {order} for {user}", "none")
    for (order, user), record in told.items():
        report.count("customers told that they are on a list no more")
        if (order, user) not in made or (order, user) in saved:
            report.differ("list", record.source, "one who was asked, and not saved", (order, user))


def _memberships(customers):
    """When somebody is a customer: by user, the moments from which on he is, or is none any more, in their order."""
    changes = defaultdict(list)
    for record, value in customers:
        known, kind = changes[value["id"]], record.header("type")
        is_customer = bool(known) and known[-1][1]
        if kind == "UserLeft":
            known.append((from_iso(value["leftAt"]), False))
        # What was heard of first counts, be it an update.
        elif not is_customer or kind == "UserRegistered":
            moment = _since(value)
            known.append((min(moment, known[-1][0]) if is_customer else moment, True))
    return changes


def _since(value):
    """From when on it holds."""
    return from_iso(value["updatedAt"]) if "updatedAt" in value else value["timestamp"]


def _resources(customers):
    """What user has said of which resource somebody belongs to: by user, the moments from which on it was so."""
    said = defaultdict(list)
    for record, value in customers:
        if record.header("type") != "UserLeft":
            said[value["id"]].append((_since(value), value.get("resource")))
    return {user: sorted(known, key=lambda one: one[0]) for user, known in said.items()}


def _targets(started, changes):
    """Whom each order asks in the end."""
    targets = {order: decode(record) for order, record in started.items()}
    for _, value in changes:
        if "resources" in value and value["id"] in targets:
            targets[value["id"]] = value
    return targets


def _check_lists(customers, started, changes, cancelled, made, saved, told, report):
    """Who was a customer of one of its resources when an order was announced is asked, and nobody else; of one that is
    withdrawn some may not be. Who had left, or belonged to another resource, may have been asked before that was known:
    then he is taken off, unless the list was saved before."""
    memberships, resources = _memberships(customers), _resources(customers)
    targets = _targets(started, changes)
    for order, record in started.items():
        announced = decode(record)["timestamp"]
        for user, changes in memberships.items():
            # Of one moment the last one.
            was_customer = next((state for moment, state in reversed(changes) if moment <= announced), False)
            had_left = any(moment <= announced and not state for moment, state in changes)
            known = resources.get(user, ())
            resource = next((one for moment, one in reversed(known) if moment <= announced), known[0][1] if known else None)
            if was_customer and not includes(targets[order], resource):
                was_customer, had_left = False, True
            report.count("customers asked, or rightly not asked")
            key = order, user
            is_on = key in made and key not in told
            if was_customer and not is_on and order not in cancelled:
                report.differ("list", record.source, f"a Listmade of {order} for {user}, a customer then", "none")
            elif not was_customer and not had_left and key in made:
                report.differ("list", made[key].source, f"nobody registered after {announced}", user)
            elif not was_customer and is_on and key not in saved:
                report.differ("list", made[key].source, f"nobody who had left by {announced}, or belongs elsewhere", user)
    for order, user in made:
        if order not in started or user not in memberships:
            report.differ("list", made[order, user].source, "an order and a customer that there are", (order, user))


def _check_saved(log, answers, ended, made, saved, told, report):
    """When an order is over everybody's last answer up to its end is stated."""
    for (order, user), record in made.items():
        if order in ended and (order, user) not in saved and (order, user) not in told:
            report.differ("list", record.source, f"a Listsaved of {order} for {user}", "none")
    for (order, user), record in saved.items():
        if order not in ended or (order, user) not in made:
            report.differ("list", record.source, "a list that was made and an order that has ended", (order, user))
            continue
        value = decode(record)
        end = from_iso(decode(ended[order])["endsAt"])
        given = [answer for answer in answers.get((order, user), ()) if answer[0] <= end]
        expected = _last_of(given)
        report.count("answers that count, from all that were given")
        if value["answer"] not in expected:
            report.differ("answer", record.source, f"{' or '.join(sorted(expected))} of {user} to {order}", value["answer"])


def _last_of(given):
    """Of two of one moment the later one counts; which was later of two that lie in different topics, nobody knows from here."""
    latest = max((time for time, _, _ in given), default=None)
    lasts = {}
    for time, (topic, offset), said in given:
        if time == latest and offset >= lasts.get(topic, (0, None))[0]:
            lasts[topic] = offset, said
    return {said for _, said in lasts.values()} or {"ignore"}


def _answers(log, effects, outcomes):
    """(order, user) → [(time, (topic, offset), answer)] of all that lie at home and were not refused."""
    answers = defaultdict(list)

    def add(record, origin):
        try:
            # What was not refused was not too large.
            value = parse(record.value, BOUNDS)
            stated = value.get("eventType") is not None
            kind = identifier(value, "eventType") if stated else header_type(record, ANSWERS)
            if kind not in ANSWERS:
                return
            order, user, _ = read_choice(value)
        except Refusal:
            return
        if record.partition == home(user, log.partitions):
            answers[order, user].append((record.time, (origin.topic, origin.offset), kind.lower()))

    for topic in ("response.commands", "response.internal"):
        for record in log.all(topic):
            if (letter := _letter_of(log, record)) is not None:
                if outcomes.get(("response", topic, record.partition, record.offset)) == "effect":
                    add(record_of(letter), record)
            elif record.source not in effects["response"].letters:
                add(record, record)
    return answers


def _letter_of(log, record):
    """The dead letter that a record asks to handle again."""
    try:
        value = decode(record)
        kind = header_type(record, ("Replay",)) if value.get("eventType") is None else value["eventType"]
        if kind != "Replay" or value.get("partition") != record.partition:
            return None
        return log.find("response.deadletters", record.partition, integer(value, "offset", OFFSETS))
    except Refusal:
        return None


def _check_checks(log, effects, saved, checks, report):
    """Who accepted is checked once, or waits for readings, or was refused. Corrections are counted, and differ."""
    firsts = [(record, value) for record, value in checks if "version" not in value]
    found = _once(firsts, _of_list, "ReductionCheck", report)
    last = {}
    for record, value in checks:
        key, version = _of_list(value), value.get("version", 1)
        before = last.get(key)
        if version > 1:
            report.count("corrections of checks: the next version, with other figures")
            if before is None or version != before.get("version", 1) + 1:
                report.differ("check", record.source, f"the version behind that of {before}", value)
            elif all(value[name] == before[name] for name in FIGURES):
                report.differ("check", record.source, f"other figures than version {version - 1} of {key}", value)
        if value.get("market", 1) > 1:
            report.count("checks by a market that was set")
            if not value["method"].startswith("mean of"):
                report.count("checks by a method of that market")
        last[key] = value
    waiting = {key for key in _rows(log, "kepco") if key.startswith("waiting/")}
    for (order, user), record in saved.items():
        if decode(record)["answer"] != "accept":
            continue
        report.count("accepts that are checked or wait for readings")
        if (order, user) in found or f"waiting/{user}/{order}" in waiting or record.source in effects["kepco"].letters:
            continue
        report.differ("check", record.source, f"a ReductionCheck of {user} and {order}", "none, nor does it wait")
    for key, record in found.items():
        if key not in saved or decode(saved[key])["answer"] != "accept":
            report.differ("check", record.source, f"a Listsaved of {key} with accept", "none")


def _check_sums(log, checks, reductions, report):
    """What was said of a resource last is what its customers' last checks come to."""
    last, said = {}, {}
    loads = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for _, value in checks:
        if "resource" in value:
            last[_of_list(value)] = value
            # Corrections leave the load as it is.
            if "version" not in value:
                _add_load(value, loads[value["drId"], value["resource"]])
    for record, value in reductions:
        pair = value["drId"], value["resource"]
        report.count("sums of resources: the next version")
        if value["version"] != said.get(pair, {"version": 0})["version"] + 1:
            report.differ("sum", record.source, f"the version behind that of {said.get(pair)}", value)
        said[pair] = value
    if log.is_upgraded:
        # What a released version has checked is in no sum.
        return
    rows = {key: parse(text.encode()) for key, text in _rows(log, "kepco").items() if key.startswith(("checks/", "waiting///"))}
    unsaid = {tuple(key.split("/")[4:6]) for key, row in rows.items() if "isChanged" in row}
    wanted = defaultdict(lambda: dict.fromkeys(("accepted", "checked", "reducedWh", "positiveWh", "points"), 0))
    for (order, _), value in last.items():
        sums = wanted[order, value["resource"]]
        sums["accepted"] += 1
        sums["checked"] += 1
        sums["reducedWh"] += value["reducedWh"]
        sums["positiveWh"] += max(0, value["reducedWh"])
        sums["points"] += value["adjustPoint"]
    for key, row in rows.items():
        if key.startswith("checks/") and "isReal" not in row and "resource" in row:
            wanted[key.split("/")[2], row["resource"]]["accepted"] += 1
    followed = {(one["drId"], one["resource"]) for row in rows.values() for one in row.get("live", ())}
    for pair in wanted.keys() | said.keys():
        if pair in unsaid:
            report.count("sums of resources that have yet to be said")
            continue
        report.count("sums of resources: what their customers' last checks come to")
        if said.get(pair) is None or any(said[pair][name] != value for name, value in wanted[pair].items()):
            report.differ("sum", f"resource {pair[1]} in order {pair[0]}", dict(wanted[pair]), said.get(pair))
        elif pair not in followed:
            report.count("loads of resources: those of their customers' first checks")
            names = ("quarterCustomers", "quarterBaselineMilliWh", "quarterUsedMilliWh")
            found = zip(*(said[pair].get(name, ()) for name in names))
            if {place: list(three) for place, three in enumerate(found) if any(three)} != dict(loads[pair]):
                report.differ("load", f"resource {pair[1]} in order {pair[0]}", dict(loads[pair]), said[pair])


def _check_shared(log, checks, reductions, report):
    """Where nothing is under way, the customers of a resource have together what its last settlement came to, and each of
    them by his part, in whole points: those whose parts leave more over are rounded up."""
    last, said = defaultdict(dict), {}
    for record, value in checks:
        if "pointsBy" in value:
            last[value["drId"], value["resource"]][value["userId"]] = record, value
    for _, value in reductions:
        said[value["drId"], value["resource"]] = value
    rows = {key: parse(text.encode()) for key, text in _rows(log, "kepco").items() if key.startswith("waiting///")}
    for pair, found in last.items():
        for record, value in found.values():
            report.count("points that resources share: a part of them")
            points, of = value.get("resourcePoints", 0), value.get("ofWh", 0)
            exact = Fraction(points * value["shareWh"], of) if of > 0 else Fraction(0)
            if value["adjustPoint"] and abs(value["adjustPoint"] - exact) >= 1:
                report.differ("points", record.source, f"about {float(exact)} points of {value['userId']}", value["adjustPoint"])
        name = "/".join(pair)
        state = rows.get(f"waiting///settlement/{name}", {})
        is_open = "step" in state or "due" in state or "settlement" not in state
        own = [row for key, row in rows.items() if key == f"waiting///sum/{name}"]
        if is_open or any("isChanged" in row for row in [*own, rows.get(f"waiting///total/{name}", {})]):
            report.count("points that resources share: yet to be settled")
            continue
        report.count("points that resources share: what the last settlement came to")
        _check_settled(pair, [value for _, value in found.values()], said.get(pair, {}), report)


def _check_settled(pair, checks, said, report):
    place = f"resource {pair[1]} in order {pair[0]}"
    reduced = sum(value["reducedWh"] for value in checks)
    of = sum(max(0, value["reducedWh"]) for value in checks)
    points = said.get("settledPoints")
    if (said.get("settledWh"), said.get("settledOfWh")) != (reduced, of):
        report.differ("points", place, f"{reduced} of {of} Wh", said)
    if points != sum(value["adjustPoint"] for value in checks):
        report.differ("points", place, f"{points} points in all", sorted((one["userId"], one["adjustPoint"]) for one in checks))
        return
    least_up, most_down = Fraction(1), Fraction(0)
    for value in checks:
        exact = Fraction(points * max(0, value["reducedWh"]), of or 1)
        left = exact - int(exact)
        if abs(value["adjustPoint"] - exact) >= 1:
            report.differ("points", place, f"about {float(exact)} points of {value['userId']}", value["adjustPoint"])
        elif value["adjustPoint"] > int(exact):
            least_up = min(least_up, left)
        else:
            most_down = max(most_down, left)
    # Within one 1024th of a point it is the customers' order that decides.
    if most_down - least_up >= Fraction(1, 1024):
        report.differ("points", place, "the largest remainders rounded up", (float(least_up), float(most_down)))


def _add_load(check, load):
    """Of the order's first day, and of the quarter hours that are no other order's."""
    if "startsAt" not in check:
        return
    first, taken = from_iso(check["startsAt"]) // QUARTER, set()
    for one in check.get("countedFor", ()):
        taken.update(range(from_iso(one["startsAt"]) // QUARTER, from_iso(one["endsAt"]) // QUARTER))
    pairs = list(zip(check["quarterBaselineWh"], check["quarterUsedWh"]))[:DAY]
    for place, (baseline, used) in enumerate(pairs):
        if baseline is not None and used is not None and first + place not in taken:
            for position, value in enumerate((1, baseline * 1000, used * 1000)):
                load[place][position] += int(value)


def _check_points(log, effects, checks, report):
    """The balance in the rows = the sum of the ledger = what the events say = what was checked and paid out."""
    rows = _rows(log, "user")
    ledger, of_order, said, last = defaultdict(int), defaultdict(int), defaultdict(int), {}
    paid, corrected = defaultdict(int), set()
    for key, text in rows.items():
        # Behind two slashes stands what corrected orders have come to.
        if key.startswith("ledger/") and not key.startswith("ledger//"):
            first, second = key.split("/")[2:4]
            user = second if key.startswith("ledger/dr/") else first
            change = parse(text.encode())["change"]
            ledger[user] += change
            if key.startswith("ledger/dr/"):
                of_order[first, second] += change
    for record in log.all("user.events"):
        if not record.is_from_daemon:
            continue
        value, kind = decode(record), record.header("type")
        user = value["id"]
        if kind in ("UserLeft", "WithdrawalPaid"):
            continue
        change = -value["amount"] if kind == "PointWithdrawn" else value.get("change", 0)
        said[user] += change
        last[user] = value["point"]
        if kind == "PointChanged" and "drId" in value:
            paid[value["drId"], user] += change
        if "version" in value or "adjustment" in value:
            corrected.add(user)
        report.count("balances in events against the sum of the changes so far")
        # Only a correction, or a change by hand, takes back what has been withdrawn.
        if value["point"] != said[user] or value["point"] < 0 and user not in corrected:
            report.differ("balance", record.source, f"{said[user]} of {user}", value["point"])
    for key, text in rows.items():
        if key.startswith("users/"):
            user, point = key[6:], parse(text.encode())["point"]
            report.count("balances: row = ledger = events")
            if not point == ledger.get(user, 0) == said.get(user, 0) == last.get(user):
                report.differ(
                    "balance",
                    f"user.changelog, row {key}",
                    f"ledger {ledger.get(user, 0)}, events {said.get(user, 0)}, last event {last.get(user)}",
                    point,
                )
    _check_paid(effects, checks, paid, of_order, _spared(rows, report), report)
    _check_withdrawals(log, rows, report)


def _spared(rows, report):
    """What corrections have not taken off since it had expired. All of that had expired, of each customer."""
    spared, left = {}, defaultdict(int)
    for key, text in rows.items():
        row = parse(text.encode()) if key.startswith(("ledger//", "ledger/expiry/", "users/")) else {}
        if key.startswith("ledger//"):
            order, user = key.split("/")[2:4]
            spared[order, user] = sum(row.get("spared", ()))
            left[user] -= spared[order, user]
        elif key.startswith("ledger/expiry/"):
            left[key.split("/")[2]] -= row["change"]
        elif key.startswith("users/"):
            left[key[6:]] -= sum(row.get("expired", ()))
    for user, points in sorted(left.items()):
        report.count("points that have expired: of each customer no more are spared")
        if points:
            report.differ("balance", f"user.changelog, expired points of {user}", "all noted or spared once", points)
    return spared


def _check_withdrawals(log, rows, report):
    """A withdrawal is answered once: it is paid, or gives back what it had taken off. Rows say what the events say."""
    states, amounts = {}, {}
    for record in log.all("user.events"):
        kind = record.header("type")
        if not record.is_from_daemon or kind not in ("PointWithdrawn", "WithdrawalPaid", "WithdrawalFailed"):
            continue
        value = decode(record)
        key = value["id"], value["withdrawalId"]
        report.count("withdrawals and what became of them, by turns")
        if (kind == "PointWithdrawn") == (states.get(key) == "requested"):
            report.differ("withdrawal", record.source, f"another turn of {key}, {states.get(key)}", kind)
        amount = value["change"] if kind == "WithdrawalFailed" else value["amount"]
        if amounts.setdefault(key, amount) != amount and kind != "PointWithdrawn":
            report.differ("withdrawal", record.source, f"{amounts[key]} points of {key}", amount)
        amounts[key] = amount
        states[key] = {"WithdrawalPaid": "paid", "WithdrawalFailed": "failed"}.get(kind, "requested")
    waiting, backs = defaultdict(int), set()
    for key, text in rows.items():
        if not key.startswith("ledger/withdrawal/"):
            continue
        row, parts = parse(text.encode()), key.split("/")[2:]
        if len(parts) == 3:
            backs.add((parts[0], parts[1]))
            continue
        waiting[parts[0]] += row.get("status") == "requested"
        if row.get("status", "requested") != states.pop(tuple(parts), None):
            report.differ("withdrawal", f"user.changelog, row {key}", "what the events say", row)
        elif row.get("status") == "failed":
            states[tuple(parts)] = "failed"
    for key, state in states.items():
        # What has been over for long has gone, and never what is open.
        if state == "requested" or state == "failed" and key not in backs and f"ledger/withdrawal/{'/'.join(key)}" in rows:
            report.differ("withdrawal", f"user.changelog, {key}", f"rows of one that is {state}", "none")
    for key, text in rows.items():
        if key.startswith("users/"):
            report.count("customers: as many open withdrawals as their rows say")
            counted = parse(text.encode()).get("openWithdrawals", 0)
            if counted != waiting[key[6:]] and not log.is_upgraded:
                report.differ("withdrawal", f"user.changelog, row {key}", f"{waiting[key[6:]]} open", counted)


def _check_paid(effects, checks, paid, of_order, spared, report):
    """What an order has brought a customer, all entries together, is what the last version of the check says, and what
    of it was not taken off since it had expired."""
    finals, refused = {}, set()
    for record, value in checks:
        finals[_of_list(value)] = record, value
        if record.source in effects["user"].letters:
            refused.add(_of_list(value))
    for key, (record, value) in finals.items():
        points = value["adjustPoint"] if value["isReal"] else 0
        if points > 0:
            report.count("real reductions that are paid")
        if "version" in value:
            report.count("corrected orders of customers: paid what the last version says")
        wanted = points + spared.get(key, 0)
        if key not in refused and not paid.get(key, 0) == of_order.get(key, 0) == wanted:
            found = f"events {paid.get(key, 0)}, ledger {of_order.get(key, 0)}"
            report.differ("balance", record.source, f"{wanted} points for {key} in all", found)


def _rows(log, context):
    rows = {}
    for records in log.records[f"{context}.changelog"]:
        rows |= Fold(records).advance(None)
    return rows
