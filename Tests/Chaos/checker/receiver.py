"""What receivers were told, held against what has happened: each event that customers are told of reached a receiver, or is
rightly not told; nothing came without a cause, to an address that was not set, or in two wordings under one key."""

import json
from collections import Counter, defaultdict

from .rules.notify import Notify, key_of, place_of
from .values import decode, from_iso, parse

# Of these each one is told.
TOLD = {
    "response.events": ("Listmade", "Listchanged", "Listcancelled", "Listsaved"),
    "kepco.events": ("ReductionCheck",),
    "user.events": ("PointChanged", "WithdrawalPaid", "WithdrawalFailed"),
}
# A call may be read so much later than it was made, in ms: receivers and daemons are frozen in between.
UNDERWAY = 120_000
WORDS = ("kind", "channel", "to", "language", "title", "text", "expiresAt")


class Telling:
    """One notice of a place, by its version: its last row, how it ended, and when it was handed over, by key: the time, and
    how the customer was to be told then."""

    def __init__(self, place, version):
        self.place, self.version, self.row, self.how, self.last_attempt = place, version, None, None, 0
        self.handed = defaultdict(list)


class History:
    """notify's changelog, partition by partition."""

    def __init__(self, log):
        self.tellings, self.handed, self.lost = defaultdict(dict), {}, []
        # Of those who have a contact that stays: since when.
        self.told_since = {}
        for records in log.records["notify.changelog"]:
            self.contacts = {}
            for record in records:
                table, _, key = (record.key or b"").decode().partition("/")
                row = None if record.value is None else parse(record.value)
                if table == "contacts":
                    self._contact(key, row, record)
                elif table == "notices":
                    self._notice(key, row, record)

    def _contact(self, user, row, record):
        if row is None:
            self.contacts.pop(user, None)
            self.told_since.pop(user, None)
        else:
            self.contacts[user] = row
            self.told_since.setdefault(user, record.time)

    def _notice(self, place, row, record):
        known = next(reversed(self.tellings[place].values()), None)
        if row is None:
            if known.row["state"] in ("waiting", "sent") and user_of(place) in self.contacts:
                self.lost.append((record, known))
            known.how = "forgotten"
            return
        if known is None or known.version != row["version"]:
            if known is not None and known.how is None:
                known.how = "replaced"
            known = self.tellings[place][row["version"]] = Telling(place, row["version"])
        known.row = row
        if row["state"] == "sent" and row["attempt"] > known.last_attempt:
            known.last_attempt = row["attempt"]
            contact = self.contacts.get(user_of(place))
            addresses = {one["channel"]: one["address"] for one in contact["channels"]} if contact else {}
            key = key_of(place, row)
            known.handed[key].append((record.time, addresses.get(row["channel"]), contact and contact["language"]))
            self.handed[key] = known


def user_of(place):
    return place.split("/")[0]


def load(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def check_receivers(log, paths, settings, report):
    """`paths` are the files of what came, by channel."""
    history, arrivals = History(log), defaultdict(list)
    for channel, path in paths.items():
        for line in load(path):
            report.count(f"notices that came to receivers, {line['status']}")
            arrivals[line["key"]].append(line)
            if line["channel"] != channel:
                report.differ("receiver", f"{path}: {line['key']}", channel, line["channel"])
    if not arrivals:
        report.differ("receiver", ", ".join(map(str, paths.values())), "notices", "none")
    for key, lines in arrivals.items():
        _check_key(history, key, lines, report)
    taken = {key for key, lines in arrivals.items() if any(line["status"] != "refused" for line in lines)}
    failures = _check_events(log, arrivals, taken, report)
    last = max((record.time for record in log.all("notify.changelog")), default=0)
    for record, telling in history.lost:
        report.differ("receiver", record.source, f"{telling.place}, {telling.version} told, or its contact removed", "no row of it")
    for tellings in history.tellings.values():
        for telling in tellings.values():
            _check_telling(history, telling, taken, failures, last, report)
    _check_told(log, history, failures, settings, report)


def _check_key(history, key, lines, report):
    telling = history.handed.get(key)
    if telling is None:
        report.differ("receiver", key, "nobody told: it was never handed over", lines[0])
        return
    handed = telling.handed[key]
    report.count("notices that came, each handed over before, to the customer's address of then")
    for line in lines:
        times = [time for time, address, language in handed if (address, language) == (line["to"], line["language"])]
        if not any(time <= line["at"] <= time + UNDERWAY for time in times):
            report.differ("receiver", key, f"told as it was handed over: {handed}", line)
        if line["kind"] != telling.row["kind"]:
            report.differ("receiver", key, telling.row["kind"], line)
    if len(lines) > len(handed):
        report.differ("receiver", key, f"told as often as handed over: {handed}", lines)
    elif len(lines) > 1:
        report.count("keys that came again, since the answer before was lost")
    wordings = {tuple(line.get(name) for name in WORDS) for line in lines}
    ways = {(line["to"], line["language"]) for line in lines}
    if len(wordings) > len(ways):
        report.differ("receiver", key, "the same words under one key", wordings)
    if len({to for to, _ in ways}) > 1:
        report.differ("receiver", key, "another key for another address", ways)
    elif len(ways) > 1:
        report.count("keys that came again in another language, since the customer's contact was another one by then")


def _check_events(log, arrivals, taken, report):
    """What notify says of receivers, they have said. Returns why notices have failed, by key."""
    failures = {}
    for record in log.all("notify.events"):
        kind = record.header("type")
        if not record.is_from_daemon or kind not in ("NoticeAccepted", "NoticeFailed"):
            continue
        value = decode(record)
        key = value["key"]
        if kind == "NoticeAccepted":
            report.count("notices that are said to be taken, and were")
            if key not in taken:
                report.differ("receiver", record.source, f"{key} taken by a receiver", "nothing of it")
            continue
        failures[key] = value["reason"]
        if value["reason"] == "refused" and not any(line["status"] == "refused" for line in arrivals.get(key, ())):
            report.differ("receiver", record.source, f"{key} refused by a receiver", arrivals.get(key))
    return failures


def _check_telling(history, telling, taken, failures, last, report):
    """It was told, or is rightly not."""
    row, state, where = telling.row, telling.row["state"], f"notices/{telling.place}, {telling.version}"
    if any(one in taken for one in telling.handed):
        report.count("notices that were told")
        return
    if state == "held":
        if telling.how is None and user_of(telling.place) in history.told_since and from_iso(row["end"]) > last:
            report.differ("receiver", where, "told, since there is a contact", row)
        report.count("notices that were not told: nobody knew how to reach the customer")
        return
    key = key_of(telling.place, row)
    if state == "failed" and key in failures:
        report.count(f"notices that were not told: {failures[key]}")
        if failures[key] == "undelivered":
            report.differ("receiver", where, "told, before it was not delivered", row)
    elif state in ("waiting", "sent") and telling.how is not None:
        report.count("notices that were not told: replaced by later ones, or the contact was removed")
    elif state == "waiting" and from_iso(row["due"]) > last:
        report.count("notices that were not told: they wait for their time")
    elif state == "sent":
        report.count("notices that were not told: on their way in the end")
    else:
        report.differ("receiver", where, "told", row)


def _check_told(log, history, failures, settings, report):
    """Whoever has had a contact since before an event, and has it still, was told of it: a notice of it, or a later one of its
    subject, has a row, unless there were too many."""
    readers = Notify(settings).handlers
    too_many = Counter(key.rsplit("/", 2)[0] for key, reason in failures.items() if reason == "too-many")
    for topic, names in TOLD.items():
        for record in log.all(topic):
            value = decode(record)
            if value["eventType"] not in names:
                continue
            told = readers[value["eventType"]][0](value)
            since = history.told_since.get(told["user"])
            if told["kind"] is None or not told.get("isFirst", True) or since is None or since >= value["timestamp"]:
                continue
            # Who has not taken part is not told that it is over.
            if told["kind"] == "ended" and told["answer"] != "accept":
                continue
            report.count("events of customers with a contact, each with a notice")
            place = place_of(told["user"], told["kind"], told["reference"])
            if any(version >= value["timestamp"] for version in history.tellings.get(place, ())):
                continue
            user, subject, reference = place.split("/")
            if too_many[f"{subject}/{reference}/{user}"] == 0:
                report.differ("receiver", record.source, f"a notice at {place}", list(history.tellings.get(place, ())))
