#!/usr/bin/env python3
"""The table of values in the chart's README, out of values.yaml: each key with its default and the comment "# -- …" above it.

    values_table.py --write | --check      from the chart's directory
"""
import re, sys

import yaml


def rows():
    path, said, lines = [], None, open("values.yaml").read().splitlines()
    values = yaml.safe_load("\n".join(lines))
    for line in lines:
        comment = re.match(r" *# -- (.*)", line)
        if comment:
            said = comment.group(1)
        key = re.match(r"( *)([\w.-]+):(.*)", line)
        if not key:
            continue
        depth = len(key.group(1)) // 2
        path = path[:depth] + [key.group(2)]
        value = values
        for part in path:
            value = value[part]
        # Everything is listed once: a key with a comment, and what has no keys of its own.
        if said or not isinstance(value, dict):
            shown = "…" if isinstance(value, dict) and value else str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, (str, list, dict)) else value
            yield f"| `{'.'.join(path)}` | `{shown}` | {said or ''} |"
        said = None


begin, end = "<!-- values -->\n", "<!-- end of values -->"
text = open("README.md").read()
head, rest = text.split(begin, 1)
tail = rest.split(end, 1)[1]
wanted = head + begin + "| value | default | meaning |\n|---|---|---|\n" + "\n".join(rows()) + "\n" + end + tail
if sys.argv[1:] == ["--write"]:
    open("README.md", "w").write(wanted)
elif wanted != text:
    sys.exit("the table in helm/README.md is not what values.yaml says: run helm/tests/values_table.py --write in helm/")
