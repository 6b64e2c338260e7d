"""The messages that each topic lists in topics/: what its readers take from it."""

import json
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[3] / "topics"


def _read(path):
    topic = json.loads(path.read_text(encoding="utf-8"))
    return topic["name"], frozenset(topic["messages"])


LISTED = dict(_read(path) for path in DIRECTORY.glob("*.json"))
