"""A further context in a copy of the tree: its own files, and one line after the other that it needs outside of them left out."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from contexts import ROOT

TREE = pathlib.Path(os.environ.get("TOY_TREE", ROOT / ".build" / "toy" / "tree"))
TOY = pathlib.Path(__file__).resolve().parent / "Toy"

# The lines: the file, what stands there, and what stands there with the toy.
LINES = [
    ("Package.swift", '"NotifyContext"]\n', '"NotifyContext", "ToyContext"]\n'),
    ("Sources/Contracts/Topics/Topics.swift", "ofNotify]", "ofNotify, ofToy]"),
    ("Sources/Contexts/Contexts.swift", "import ResponseContext\n", "import ResponseContext\nimport ToyContext\n"),
    ("Sources/Contexts/Contexts.swift", "NotifyWorker(),\n        ]", "NotifyWorker(), ToyWorker(),\n        ]"),
    (
        "Tests/ContractsTests/Codec.swift",
        "Codec(Replay.self),\n",
        "Codec(Replay.self),\n        Codec(Greet.self), Codec(Greeted.self),\n",
    ),
    ("Tests/Chaos/checker/rules/__init__.py", "from .user import User\n", "from .toy import Toy\nfrom .user import User\n"),
    ("Tests/Chaos/checker/rules/__init__.py", "Feed, Notify)", "Feed, Notify, Toy)"),
    ("Sources/Gateway/Web/Pages/deadletters.js", '"notify"];', '"notify", "toy"];'),
]

# Of the targets those that know contexts by a list and need no library: what is proven is the lists, and not the
# daemon.
KEPT = ("Chance", "JSON", "Contracts", "Workers", "Contexts", "Schemas", "WorkersTesting", "Fuzz", "FuzzTests",
        "ContractsTests", "ContextsTests")
TESTS = "^(ContractsTests|ContextsTests|FuzzTests|ToyContextTests)[.]"


def lay_out():
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if not (ROOT / name).is_file():
            continue
        write(name, (ROOT / name).read_bytes(), (ROOT / name).stat().st_mode)
    for path in TOY.rglob("*"):
        if path.is_file():
            write(path.relative_to(TOY), path.read_bytes())
    write("Sources/Contracts/ToyMessages.swift", messages().encode())
    write("Sources/Contracts/Topics/ToyTopics.swift", topics().encode())
    for kind in ("commands", "internal", "events", "changelog", "deadletters"):
        write(f"topics/toy.{kind}.json", topic_file(kind).encode())
    package = (TREE / "Package.swift").read_text()
    kept = ", ".join(f'"{name}"' for name in KEPT)
    end = f'package.products = []\nlet kept = [{kept}] + contexts + contexts.map {{ "\\($0)Tests" }}\n'
    (TREE / "Package.swift").write_text(package + end + "package.targets.removeAll { !kept.contains($0.name) }\n")


def write(name, content, mode=0o644):
    """What is the same keeps its time, so that little is built anew."""
    path = TREE / name
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    path.chmod(mode)


def renamed(text):
    return text.replace("RegisterUser", "Greet").replace("UserRegistered", "Greeted")


def messages():
    """Those of a customer under other names, so that both halves of the contract agree."""
    text = (ROOT / "Sources/Contracts/UserMessages.swift").read_text()
    found = [re.search(rf"^package struct {name}: Message {{.*?^}}\n", text, re.M | re.S)[0]
             for name in ("RegisterUser", "UserRegistered")]
    return "package import JSON\n\n" + renamed("\n".join(found))


def topics():
    text = (ROOT / "Sources/Contracts/Topics/UserTopics.swift").read_text()
    text = re.sub(r"UpdateUser.type, WithdrawPoint.type, .*?DeleteUser.type, ", "", text, flags=re.S)
    text = re.sub(r", UserUpdated.type, PointChanged.type, .*?UserLeft.type", "", text, flags=re.S)
    return renamed(text).replace("ofUser", "ofToy").replace("user", "toy").replace("toyId", "userId")


def topic_file(kind):
    text = renamed((ROOT / f"topics/user.{kind}.json").read_text())
    topic = json.loads(re.sub(r"\buser\b", "toy", text))
    topic["messages"] = {name: message for name, message in topic["messages"].items() if name in ("Greet", "Greeted", "Replay")}
    topic["readers"] = {"commands": ["toy"], "internal": ["toy"], "deadletters": ["gateway"]}.get(kind, [])
    return json.dumps(topic, ensure_ascii=False, indent=2) + "\n"


def edit(without=None):
    """Puts the lines in, but for one."""
    texts = {}
    for number, (file, old, new) in enumerate(LINES, 1):
        text = texts.setdefault(file, (ROOT / file).read_text() if file != "Package.swift" else (TREE / file).read_text())
        if file == "Package.swift":
            text = text.replace(new, old)
        if text.count(old) != 1:
            sys.exit(f"context: this is {text.count(old)} times in {file}: {old.strip()}")
        texts[file] = text if number == without else text.replace(old, new)
    for file, text in texts.items():
        write(file, text.encode())


def run(*words):
    found = subprocess.run(words, cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return found.returncode, found.stdout


def fault():
    """What is said of the tree; nothing where all is well."""
    for words in (["python3", "-c", "import sys; sys.path.insert(0, 'Tests/Chaos'); import checker.rules"],
                  ["swift", "build", "--build-tests"], ["swift", "test", "--skip-build", "--filter", TESTS]):
        code, output = run(*words)
        if code:
            said = [line.strip() for line in output.splitlines()
                    if re.search(r"error: |recorded an issue|Error: ", line) and "emit-module" not in line]
            return (said or output.splitlines()[-3:])[0]
    return None


def prove(numbers, fail):
    if TREE.exists() and "TOY_TREE" not in os.environ:
        for path in TREE.iterdir():
            if path.name != ".build":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    lay_out()
    edit()
    code, output = run("scripts/context", "check")
    if not code:
        fail("the chart lacks the toy, and nobody says so")
    say(f"forgotten: scripts/context chart: {output.strip()}")
    run("scripts/context", "chart")
    if not numbers and (found := fault()):
        fail(f"with all of its lines: {found}")
    if not numbers:
        say(f"a further context with its own files and {len(LINES)} lines elsewhere: all is well")
    silent = []
    for number, (file, _, new) in enumerate(LINES, 1):
        if numbers and str(number) not in numbers:
            continue
        edit(without=number)
        found = fault()
        say(f"forgotten: line {number}, {file}: {found or 'NOBODY SAYS SO'}")
        if not found:
            silent.append(number)
    if silent:
        fail(f"nothing is said where these are forgotten: {silent}")


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
