"""What the load's customers say of how they are told, and of what they have been told."""
import datetime
import json

from .receivers import CHANNELS

KST = datetime.timezone(datetime.timedelta(hours=9))


class Contacts:
    """`told` are files of what receivers were told."""

    def __init__(self, load, told):
        self.load, self.random = load, load.random
        self.told, self.keys = [open(path, encoding="utf-8") for path in told], []

    def set(self, id=None):
        """Anew, changed, or said twice; some have quiet hours, now or at another time; now and then one that cannot be."""
        if not self.load.registered:
            return
        id = id or self.random.choice(self.load.registered + self.load.metered)
        names = self.random.choice((CHANNELS, CHANNELS, CHANNELS[::-1], CHANNELS[:1], CHANNELS[1:]))
        contact = {
            "eventType": "SetContact", "userId": id,
            "channels": [{"channel": name, "address": f"{name}-{id}-{self.random.randrange(4)}"} for name in names]}
        contact |= self.random.choice(({}, {"language": "ko"}, {"language": "en"}))
        if self.random.random() < 0.3:
            hour = datetime.datetime.now(KST).hour + self.random.choice((-1, self.random.randrange(24)))
            contact["quietHours"] = {"from": f"{hour % 24:02}:30", "to": f"{(hour + self.random.randrange(2, 9)) % 24:02}:30"}
        for _ in range(self.random.choice((1, 1, 1, 1, 2))):
            self.load.command("notify", id, contact)
        if self.random.random() < 0.05:
            wrong = self.random.choice((
                {"channels": [{"channel": "fax", "address": "1"}]}, {"channels": contact["channels"][:1] * 2},
                {"quietHours": {"from": "08:00", "to": "08:00"}}, {"language": "fr"}))
            self.load.command("notify", id, {**contact, **wrong}, "refused")

    def remove(self):
        if self.load.registered:
            id = self.random.choice(self.load.registered)
            self.load.command("notify", id, {"eventType": "RemoveContact", "userId": id})

    def answer(self):
        """What customers say who have been told, and channels that find out later: of a new notice or an older one."""
        for line in (line for file in self.told for line in file):
            try:
                notice = json.loads(line)
            except ValueError:
                # It is being written.
                continue
            if notice["status"] != "refused":
                self.keys.append(notice["key"])
        self.keys = self.keys[-300:]
        if self.keys:
            key = self.random.choice(self.keys[-self.random.choice((3, 300)):])
            self.load.command("notify", key.split("/")[2], {"key": key, **self.random.choice((
                {"eventType": "AcknowledgeNotice"}, {"eventType": "ConfirmNotice", "state": "delivered"},
                {"eventType": "ConfirmNotice", "state": "failed"}))})
