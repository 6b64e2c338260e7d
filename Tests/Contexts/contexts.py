"""What topics/ say of the contexts: see scripts/context."""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "files" / "contexts.yaml"
GATEWAY = "gateway"


class Catalogue:
    """All files of topics/."""

    def __init__(self, root=ROOT):
        topics = [json.loads(path.read_text(encoding="utf-8")) for path in (root / "topics").glob("*.json")]
        self.topics = {topic["name"]: topic for topic in sorted(topics, key=lambda topic: topic["name"])}
        self.contexts = sorted({topic["owner"] for topic in topics})

    def read_by(self, reader):
        return [name for name, topic in self.topics.items() if reader in topic["readers"]]

    def inputs(self, context):
        """Its own commands first, then what it says to itself."""
        own = [f"{context}.commands", f"{context}.internal"]
        return own + [name for name in self.read_by(context) if name not in own]

    def outside(self):
        """What outsiders write: commands, and what they have counted."""
        own = ("internal", "events", "changelog", "deadletters")
        return [name for name, topic in self.topics.items() if name.removeprefix(topic["owner"] + ".") not in own]

    def kind(self, kind):
        return [f"{context}.{kind}" for context in self.contexts]

    def chart(self):
        """The chart's file: what each context reads."""
        lines = ["# What each context reads, as topics/ have it; written by scripts/context chart."]
        lines += [f"{context}: [{', '.join(self.inputs(context))}]" for context in self.contexts]
        return "\n".join(lines) + "\n"

    def rights(self):
        """Everybody's rights on Kafka: who, which, and on what, as words of kafka-acls."""

        def topics(names):
            return [word for name in names for word in ("--topic", name)]

        prefixed = ["--resource-pattern-type", "prefixed"]
        for context in self.contexts:
            own = [f"{context}.{kind}" for kind in ("internal", "changelog", "deadletters")]
            inputs = [name for name in self.inputs(context) if name not in own]
            # What others write it reads and does not write; what it writes nobody else does.
            yield context, "Read,DescribeConfigs", topics(inputs)
            yield context, "Read,Write,DescribeConfigs", topics(own)
            others = [name for name, topic in self.topics.items() if context in topic.get("writers", ())]
            yield context, "Write,DescribeConfigs", topics([f"{context}.events", *others])
            yield context, "Read", ["--group", context]
            yield context, "Write", ["--transactional-id", f"{context}-", *prefixed]
            yield context, "Write", ["--transactional-id", f"{context}.repair"]
        # It follows what the contexts say, and asks them by commands; of what else they read it sees how much waits.
        yield GATEWAY, "Read", topics(self.read_by(GATEWAY))
        yield GATEWAY, "Write", topics(self.kind("commands"))
        groups = [word for context in self.contexts for word in ("--group", context)]
        counted = [name for name in self.outside() if not name.endswith(".commands")]
        yield GATEWAY, "Describe", topics(self.kind("internal") + counted) + groups
        # negawatt deadletters replay: it reads dead letters and asks for them by commands.
        replays = [f"{context}.deadletters.replay" for context in self.contexts]
        yield "tools", "Read", topics(self.kind("deadletters")) + [w for name in replays for w in ("--group", name)]
        yield "tools", "Write", topics(self.kind("commands")) + [
            word for name in replays for word in ("--transactional-id", name)]
        yield "topics", "Create", ["--cluster"]
        yield "topics", "Describe,DescribeConfigs", topics([f"{context}." for context in self.contexts]) + prefixed
        # A stand-in for whoever starts orders, customers and meters, who write what outsiders may and read what comes
        # of it.
        asked = [name for name in self.outside() if set(self.topics[name]["messages"]) - {"Replay"}]
        yield "test", "Write", topics(asked)
        yield "test", "Read", topics(self.kind("events") + self.kind("deadletters"))
