"""What topics/ say: who owns a topic, who reads it, and the messages that its readers take from it."""

import json
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[3] / "topics"

_files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DIRECTORY.glob("*.json"))}

TOPICS = tuple(_files)
CONTEXTS = tuple(sorted({topic["owner"] for topic in _files.values()}))
LISTED = {name: frozenset(topic["messages"]) for name, topic in _files.items()}


def _inputs(context):
    own = (f"{context}.commands", f"{context}.internal")
    return own + tuple(name for name, topic in _files.items() if context in topic["readers"] and name not in own)


# What each context reads: its own commands first, then what it says to itself.
INPUTS = {context: _inputs(context) for context in CONTEXTS}

# Of each context, others' topics that it writes, where outsiders may.
WRITES = {
    context: tuple(name for name, topic in _files.items() if context in topic.get("writers", ())) for context in CONTEXTS
}

# Topics that outsiders write.
OUTSIDE = tuple(
    name
    for name, topic in _files.items()
    if name.removeprefix(topic["owner"] + ".") not in ("internal", "events", "changelog", "deadletters")
)
