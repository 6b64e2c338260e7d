"""What the simulated utility's meters have counted, held against what kepco has in the end: of each registered customer
every day that could be had is there, with the utility's own values. Calculated from the seed, as `SimulatedMeters` and
`MeterService` say how."""

import json
from datetime import date
from functools import cache

from .files import Fold
from .log import parse_source
from .rules.feed import DAY, day_of, due_of, start_of
from .rules.kepco import tenths_of
from .rules.quarters import day_name
from .values import Refusal, decode, from_iso, parse

MASK = 2**64 - 1
QUARTER = 900_000
HOURS = (
    600, 480, 430, 410, 430, 560, 980, 1340, 1180, 820, 720, 740, 860, 790, 720, 760, 930, 1270, 1690, 1880, 1790, 1560,
    1250, 880,
)
# A value that a fault has made unreadable.
WRONG = 40
# So long an answer may take to become a reading in Kafka, in ms: daemons are killed in between.
UNDERWAY = 20 * 60_000


def draws(*words):
    """SplitMix64 of several words, number by number."""
    state = 0

    def following():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & MASK
        value = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
        return value ^ value >> 31

    for word in words:
        state ^= word & MASK
        state = following()
    while True:
        yield following()


class Utility:
    """By its description: the seed, the faults in thousandths, and the accounts."""

    def __init__(self, description):
        self.seed, self.faults = description["seed"], description["faults"]
        self.accounts = {account["custNo"]: account for account in description["accounts"]}
        self.tenths, self.odd = cache(self.tenths), cache(self.odd)

    def tenths(self, number, day, quarter):
        """What each meter of an account counts in a quarter hour."""
        found, account = [], int(number)
        for meter in range(self.accounts[number]["meters"]):
            mean = 500 + next(draws(self.seed, account, meter)) % 4000
            noise = next(draws(self.seed, account, day * 96 + quarter, meter)) % (mean // 4)
            found.append(mean * HOURS[quarter // 4] // 1000 + noise)
        return found

    def odd(self, number, day, word):
        """Which quarter hours of a day are said otherwise at first; none where that is not drawn."""
        random = draws(self.seed, int(number), day, word)
        draw, first = next(random) % 1000, next(random) % 96
        name = {1: "gaps", 2: "corrected"}[word]
        return range(first, min(first + 4, 96)) if draw < self.faults.get(name, 0) else range(0)

    def value(self, number, day, quarter, time):
        """As it is said at a time; None for what is not there yet."""
        account = self.accounts[number]
        if day < (date.fromisoformat(account["consent"]) - date(1970, 1, 1)).days:
            return None
        begin, late = start_of(day), account["daysLate"]
        if time < begin + ((quarter + 1) * QUARTER if late == 0 else (late + 1) * DAY):
            return None
        tenths = self.tenths(number, day, quarter)
        if time < begin + (late + 2) * DAY:
            if quarter in self.odd(number, day, 1):
                return None
            if quarter in self.odd(number, day, 2):
                return sum(one * 3 // 2 for one in tenths)
        return sum(tenths)

    def values(self, number, day, quarter, time):
        """What it may have said in the time that an answer takes to get to Kafka."""
        return {self.value(number, day, quarter, moment) for moment in (time - UNDERWAY, time)} - {None}


class Registration:
    def __init__(self, number, consent, meters, time):
        self.number, self.consent, self.meters, self.time = number, consent, meters, time


def check_utility(log, path, settings, report):
    with open(path, encoding="utf-8") as file:
        utility = Utility(json.load(file))
    registered, numbers = _registered(log, utility)
    delivered = _delivered(log)
    rows, meters = _rows(log, "kepco"), _rows(log, "feed")
    for user, records in delivered.items():
        for record, day, values in records:
            report.count("days that feed has brought, each value as the utility has it")
            for quarter, value in values:
                said = {one for number in numbers.get(user, ()) for one in utility.values(number, day, quarter, record.time)}
                if value not in said:
                    report.differ("utility", record.source, f"of {user}, {day_name(day)}, {quarter}: one of {said}", value)
    strangers = _strangers(log)
    for user, registration in registered.items():
        if user in strangers or registration.number not in utility.accounts:
            continue
        if registration.meters:
            report.count("customers of meters that the utility does not have: there is nothing of them")
            continue
        row = parse(meters.get(f"meters/{user}", "{}").encode())
        if row.get("failures"):
            report.count("customers of the utility whose calls have failed: they are asked again")
            continue
        report.count("customers of the utility, all of whose days are in kepco")
        _check_customer(utility, user, registration, numbers[user], row, rows, settings, report)
    if not registered:
        report.differ("utility", path, "customers whose meters are read", "none")


def _check_customer(utility, user, registration, numbers, row, rows, settings, report):
    again = {owed["day"] for owed in row.get("owed", ())}
    for day in _days(user, registration, settings):
        report.count("days of theirs that the utility had when they were registered")
        found = rows.get(f"days/{user}/{day_name(day)}")
        found = tenths_of(parse(found.encode())) if found else [None] * 96
        for quarter in range(96):
            known = utility.value(registration.number, day, quarter, registration.time)
            if known is None:
                continue
            said = {known, utility.value(registration.number, day, quarter, 2**62)}
            # A value that is none is asked for again on a later day; until then there may be that of an earlier number.
            if quarter == WRONG and "wrong" in utility.faults and day in again and found[quarter] not in said:
                if found[quarter] in {None, *(utility.value(number, day, quarter, 2**62) for number in numbers)}:
                    report.count("values of theirs that were unreadable, and are asked for again")
                    continue
            if found[quarter] not in said:
                report.differ("utility", f"days/{user}/{day_name(day)}", f"quarter {quarter}: {said}", found[quarter])


def _days(user, registration, settings):
    """Those that a customer is asked about at once: what is over, but for yesterday before his own time."""
    consent, today = day_of(registration.consent), day_of(registration.time)
    first = consent if start_of(consent) == registration.consent else consent + 1
    last = today - 1 if due_of(settings, user, today - 1, 1) <= registration.time else today - 2
    return range(max(first, today - settings.feed_past_days), last + 1)


def _registered(log, utility):
    """Who is registered in the end, and since when by these words; and all numbers that each has had."""
    registered, numbers = {}, {}
    for record in log.all("feed.events"):
        if not record.is_from_daemon:
            continue
        value = decode(record)
        user = value["userId"]
        if record.header("type") == "MeterRevoked":
            registered.pop(user, None)
            continue
        command = log.find(*parse_source(record.header("id").rsplit("-", 1)[0]))
        said = decode(command)
        number, consent = str(said["customerNumber"]), from_iso(value["consentFrom"])
        numbers.setdefault(user, set()).update({number} & utility.accounts.keys())
        known, meters = registered.get(user), said.get("meters") or ()
        # Said twice is said once.
        if known is None or (known.number, known.consent, known.meters) != (number, consent, meters):
            registered[user] = Registration(number, consent, meters, command.time)
    return registered, numbers


def _delivered(log):
    """What feed has sent to kepco, by customer: the record, its day, and (quarter hour, tenths)."""
    found = {}
    for topic in ("kepco.history", "kepco.readings"):
        for record in log.all(topic):
            if not _is_of_feed(record):
                continue
            value = decode(record)
            start = from_iso(value["startsAt"])
            first = (start - start_of(day_of(start))) // QUARTER
            tenths = [(first + place, round(wh * 10)) for place, wh in enumerate(value["wh"]) if wh is not None]
            found.setdefault(value["userId"], []).append((record, day_of(start), tenths))
    return found


def _is_of_feed(record):
    return (record.header("id") or "").startswith("feed.internal-")


def _strangers(log):
    """Whose readings somebody else has sent, too."""
    found = set()
    for topic in ("kepco.history", "kepco.readings"):
        for record in log.all(topic):
            if _is_of_feed(record):
                continue
            try:
                found.add(str(decode(record).get("userId")))
            except Refusal:
                continue
    return found


def _rows(log, context):
    rows = {}
    for records in log.records[f"{context}.changelog"]:
        rows |= Fold(records).advance(None)
    return rows
