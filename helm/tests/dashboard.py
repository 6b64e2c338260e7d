#!/usr/bin/env python3
"""The dashboard is JSON, and it and the alerts ask only for metrics that the daemons and the gateway have, as their source names them.

    dashboard.py      from the chart's directory
"""
import json, pathlib, re, sys

import yaml

dashboard = json.load(open("files/dashboard.json"))
asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
asked += [rule["expr"] for group in yaml.safe_load(open("files/alerts.yaml"))["groups"] for rule in group["rules"]]
source = {path: path.read_text() for path in pathlib.Path("../Sources").rglob("*.swift")}
known = {name for text in source.values() for name in re.findall(r'"((?:negawatt|process)_[a-z_]+)"', text)}
# Those of a view are named without what all of them begin with.
known |= {f"negawatt_view_{name}" for path, text in source.items() if "Views" in path.parts for name in re.findall(r'gauge\("([a-z_]+)"', text)}
# And those of a worker, which count something or show how it stands.
known |= {f"negawatt_{name}_total" for text in source.values() for name in re.findall(r'WorkerCounter\(\s*"([a-z_]+)"', text)}
known |= {f"negawatt_{name}" for text in source.values() for name in re.findall(r'WorkerGauge\(\s*"([a-z_]+)"', text)}
names = {re.sub("_(bucket|sum|count)$", "", name) for expr in asked for name in re.findall(r"(?:negawatt|process)_[a-z_]+", expr)}
if len(known) < 15 or not names or names - known:
    sys.exit(f"the dashboard or the alerts ask for what no daemon says: {sorted(names - known)}; there are {sorted(known)}")
