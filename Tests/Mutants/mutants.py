"""Mutants of the sources: see scripts/mutants."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = ROOT / ".build" / "mutants" / "tree"
HERE = pathlib.Path(__file__).resolve().parent

SWITCH = """import Glibc

/// Which guard is taken away.
enum Mutant {
    private static let number = unsafe getenv("MUTANT").map { unsafe String(cString: $0) }

    static func isOn(_ number: Int) -> Bool { self.number == String(number) }
}
"""


class Mutant:
    """A file: words, then `tests:`, perhaps `within:` (seconds), and `hangs: yes` where that the test does not end is what is to be
    seen; then for each change `file:`, the old text and the new one."""

    def __init__(self, path):
        self.name = path.stem
        self.number = int(re.match(r"\d+", path.stem)[0])
        self.edits = []  # file, old, new
        self.tests, self.within, self.hangs = None, 300, False
        words, target, part = [], None, None
        for line in path.read_text().splitlines(keepends=True):
            if part is None and line.startswith("tests:"):
                self.tests = line.split(":", 1)[1].strip()
            elif part is None and line.startswith("within:"):
                self.within = int(line.split(":", 1)[1])
            elif part is None and line.startswith("hangs:"):
                self.hangs = line.split(":", 1)[1].strip() == "yes"
            elif part is None and line.startswith("file:"):
                target = line.split(":", 1)[1].strip()
            elif line == "<<<<\n":
                part, old, new = "old", [], []
            elif line == "====\n":
                part = "new"
            elif line == ">>>>\n":
                # A text may end within a line.
                self.edits.append((target, "".join(old)[:-1], "".join(new)[:-1]))
                part = None
            elif part:
                (old if part == "old" else new).append(line)
            else:
                words.append(line.strip())
        self.words = " ".join(filter(None, words))

    def faults(self, known):
        if not self.words or not self.tests or not self.edits:
            yield "it lacks words, tests or a change"
        for pattern in (self.tests or "").split("|"):
            if not any(re.search(pattern, name) for name in known):
                yield f"there is no test {pattern}"
        switches = [int(n) for _, _, new in self.edits for n in re.findall(r"Mutant\.isOn\((\d+)\)", new)]
        if not switches or set(switches) != {self.number}:
            yield f"its texts are switched on by {sorted(set(switches))}, not by {self.number} alone"


def known_tests():
    """The suites' tests, each as `Suite/test`."""
    for path in (ROOT / "Tests").rglob("*.swift"):
        suite = ""
        for line in path.read_text().splitlines():
            if name := re.match(r"(?=\S).*?\b(?:struct|class|enum|extension) (\w+)", line):
                suite = name[1]
            if name := re.search(r"\bfunc (\w+|`[^`]+`)", line):
                yield f"{suite}/{name[1]}"


def fail(text):
    print(f"mutants: {text}", file=sys.stderr)
    sys.exit(2)


def mutated(mutants):
    """Every file that is changed, with all changes in it. Each old text has to be there once, and none may lie in another."""
    faults, texts, known = [], {}, set(known_tests())
    numbers = [mutant.number for mutant in mutants]
    faults += [f"there are two of number {n}" for n in sorted(set(numbers)) if numbers.count(n) > 1]
    places = {}
    for mutant in mutants:
        faults += [f"{mutant.name}: {fault}" for fault in mutant.faults(known)]
        for file, old, new in mutant.edits:
            path = ROOT / file
            text = texts.setdefault(file, path.read_text() if path.exists() else "")
            if text.count(old) != 1:
                faults.append(f"{mutant.name}: this is {text.count(old)} times in {file}:\n{old}")
                continue
            start = text.index(old)
            places.setdefault(file, []).append((start, start + len(old), new, mutant.name))
    for file, edits in places.items():
        edits.sort(reverse=True)
        for (start, _, _, name), (_, end, _, other) in zip(edits, edits[1:]):
            if end > start:
                faults.append(f"{file}: the texts of {other} and {name} lie in one another")
        for start, end, new, _ in edits:
            texts[file] = texts[file][:start] + new + texts[file][end:]
    if faults:
        print("\n".join(f"mutants: {fault}" for fault in faults), file=sys.stderr)
        sys.exit(1)
    return texts


def lay_out(texts):
    """The tree as git has it, with the changes. What is the same keeps its time, so that little is built anew."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    files = {name: None for name in listed.split("\0") if name and (ROOT / name).is_file()}
    files.update(texts)
    for target in {"/".join(file.split("/")[:2]) for file in texts}:
        files[f"{target}/Mutant.swift"] = SWITCH
    for name, text in files.items():
        content = (ROOT / name).read_bytes() if text is None else text.encode()
        path = TREE / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        path.chmod((ROOT / name).stat().st_mode if text is None else 0o644)
    for path in TREE.rglob("*"):
        name = path.relative_to(TREE).as_posix()
        if not name.startswith(".build") and path.is_file() and name not in files:
            path.unlink()


def build():
    say("building the tree with all of them")
    # Warnings are errors there too: what a mutant leaves unused it has to use.
    built = subprocess.run(
        ["swift", "build", "--package-path", TREE, "--build-tests", "--explicit-target-dependency-import-check", "error"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        lines = [line for line in built.stdout.splitlines() if "error" in line] or built.stdout.splitlines()[-30:]
        print("\n".join(lines), file=sys.stderr)
        fail("the tree with the mutants cannot be built")


def bundle():
    """The tests as a program: starting them by way of `swift test` takes seconds."""
    return next((TREE / ".build" / "debug").glob("*.xctest"))


def run(tests, number=None, within=120):
    """What came of the tests: "passed", or the names of those that did not pass; and the seconds."""
    environment = dict(os.environ, KAFKA_HOME=os.environ.get("KAFKA_HOME", str(ROOT.parent / "shared" / "kafka")))
    environment.pop("MUTANT", None)
    # What has to fail need not take long.
    environment.update(NO_COLOR="1", TERM="dumb", PATIENCE="40")
    if number is not None:
        environment["MUTANT"] = str(number)
    began = time.monotonic()
    process = subprocess.Popen(
        [bundle(), "--testing-library", "swift-testing", "--filter", tests], env=environment, cwd=TREE,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True)
    try:
        output, _ = process.communicate(timeout=within)
        hung = False
    except subprocess.TimeoutExpired:
        # With all that it has started.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        hung = True
    seconds = time.monotonic() - began
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)
    log = ROOT / ".build" / "mutants" / f"{number or 'baseline'}.log"
    log.write_text(output)
    red = list(dict.fromkeys(re.findall(r'^✘ Test (?!run )"?(.+?)"? (?:with \d+ test cases? )?failed after', output, re.M)))
    started = re.findall(r'^◇ Test (?!run |case )"?(.+?)"? started\.', output, re.M)
    ended = set(re.findall(r'^[✔✘] Test "?(.+?)"? (?:with \d+ test cases? )?(?:passed|failed) after', output, re.M))
    if hung:
        red += [f"{name} (hangs)" for name in started if name not in ended]
    elif process.returncode < 0 or (process.returncode != 0 and not red):
        # Some of what is tested ends its process, and with it the tests.
        how = f"signal {-process.returncode}" if process.returncode < 0 else f"exit {process.returncode}"
        red += [f"{name} ({how})" for name in started if name not in ended]
    if not started:
        fail(f"no test matches {tests}; see {log}")
    if process.returncode == 0 and not red:
        return "passed", seconds
    if not red:
        fail(f"the tests {tests} could not be run; see {log}")
    return red, seconds


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def main(words):
    mutants = sorted((Mutant(path) for path in HERE.glob("*.mutant")), key=lambda mutant: mutant.number)
    texts = mutated(mutants)
    if "--check" in words:
        print(f"mutants: {len(mutants)}, all in place")
        return 0
    if "--list" in words:
        print("\n".join(f"{mutant.name}\n    {mutant.words}" for mutant in mutants))
        return 0
    jobs = 1
    if "--jobs" in words:
        place = words.index("--jobs")
        jobs = int(words[place + 1]) if words[place + 1 : place + 2] and words[place + 1].isdigit() else 0
        if jobs < 1:
            fail("--jobs takes a number")
        words = words[:place] + words[place + 2 :]
    wanted = [int(word) for word in words if word.isdigit()]
    unknown = [word for word in words if not word.isdigit() and word not in ("--no-baseline", "--no-build")]
    unknown += [str(n) for n in wanted if n not in [mutant.number for mutant in mutants]]
    if unknown:
        fail(f"there is no {unknown[0]}, see --help and --list")
    mutants = [mutant for mutant in mutants if not wanted or mutant.number in wanted]
    if "--no-build" not in words: lay_out(texts)
    if "--no-build" not in words: build()
    if "--no-baseline" not in words:
        say("the tests with every guard in place")
        result, seconds = run("|".join(dict.fromkeys(mutant.tests for mutant in mutants)), within=1200)
        if result != "passed":
            print(f"mutants: these fail by themselves: {'; '.join(result)}", file=sys.stderr)
            return 1
        say(f"all passed, {seconds:.0f} s")
    table, survivors = {}, []

    def take_away(mutant):
        result, seconds = run(mutant.tests, mutant.number, mutant.within)
        # A machine that is slow proves nothing.
        is_undecided = not mutant.hangs and result != "passed" and all(name.endswith("(hangs)") for name in result)
        if result == "passed" or is_undecided:
            survivors.append(mutant.name)
        told = "SURVIVED" if result == "passed" else ("UNDECIDED: " if is_undecided else "") + "; ".join(result)
        table[mutant.number] = f"{mutant.name:<44} {seconds:5.0f} s  {told}"
        say(table[mutant.number])

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(take_away, mutants))
    lines = "\n".join(table[mutant.number] for mutant in mutants)
    print(f"\n{'without its guard':<44} {'time':>7}  tests that noticed\n{lines}")
    print(f"\n{len(mutants) - len(survivors)} of {len(mutants)} noticed")
    return 1 if survivors else 0


sys.exit(main(sys.argv[1:]))
