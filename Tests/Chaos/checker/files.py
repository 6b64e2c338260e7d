"""State files against the changelogs that they are checkpoints of: those that daemons left behind, and copies that were
taken at the instant of a kill."""

import re
import sqlite3
from pathlib import Path

from .rules import TABLES
from .topics import CONTEXTS

_name = re.compile(r"([0-9]+)\.sqlite")


class StateFile:
    """What one file holds: `rows` as `table/key` → text."""

    def __init__(self, path, context, partition):
        self.path, self.context, self.partition = path, context, partition
        self.position = 0
        self.meta = {}
        self.rows = {}

    @property
    def where(self):
        return f"{self.path}"


class HalfMade(Exception):
    """The process died before the file was one."""


def read_file(path, context, partition, with_rows=True):
    """Raises HalfMade where the schema is not there yet, sqlite3.Error where the file is damaged."""
    found = StateFile(path, context, partition)
    database = sqlite3.connect(path)
    try:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "meta" not in tables:
            raise HalfMade
        found.meta = dict(database.execute("SELECT key, value FROM meta"))
        found.position = int(found.meta.get("position", 0))
        for table in tables - {"meta"} if with_rows else ():
            found.rows.update(database.execute(f"SELECT '{table}/' || key, value FROM {table}"))
    finally:
        database.close()
    return found


def partitions_in(directory):
    """The files of a directory, as (partition, path)."""
    for path in sorted(Path(directory).iterdir()):
        if match := _name.fullmatch(path.name):
            yield int(match.group(1)), path


class Fold:
    """The rows that a changelog partition says, up to a position that only grows."""

    def __init__(self, records):
        self.records = records
        self.next = 0
        self.rows = {}

    def advance(self, position):
        """To all records below a position; None is the end."""
        while self.next < len(self.records) and (position is None or self.records[self.next].offset < position):
            self.apply(self.rows, self.records[self.next])
            self.next += 1
        return self.rows

    def rest(self, position):
        return (record for record in self.records if record.offset >= position)

    @staticmethod
    def apply(rows, record):
        key = record.key.decode("utf-8", "replace")
        if record.value is None:
            rows.pop(key, None)
        else:
            rows[key] = record.value.decode("utf-8", "replace")


def check_states(log, directories, report):
    """Files of daemons that have stopped."""
    files = []
    for directory in directories:
        for context in CONTEXTS:
            place = Path(directory) / context
            if place.is_dir():
                files += _read_all(place, context, log, report, "state files")
    _compare(log, files, report, "state files", rolls_forward=True)


def check_snapshots(log, directory, report):
    """Copies of files, one folder for each kill."""
    files = []
    for folder in sorted(Path(directory).iterdir()):
        parts = folder.name.split("-")
        if not folder.is_dir() or len(parts) < 2 or parts[1] not in CONTEXTS:
            continue
        report.count("kills with snapshots")
        files += _read_all(folder, parts[1], log, report, "snapshots")
    _compare(log, files, report, "snapshots")


def _read_all(directory, context, log, report, what):
    for partition, path in partitions_in(directory):
        try:
            file = read_file(path, context, partition, with_rows=False)
        except HalfMade:
            report.count(f"{what} killed before their schema was there")
            continue
        except (sqlite3.Error, ValueError) as error:
            report.differ("damaged file", path, "a SQLite database", error)
            continue
        if partition >= log.partitions:
            report.differ("file", path, f"a partition below {log.partitions}", partition)
            continue
        yield file


def _compare(log, files, report, what, rolls_forward=False):
    """Goes through the files in the order of their positions, so that each changelog is folded once, with the rows
    of one file at a time in memory."""
    folds = {}
    for known in sorted(files, key=lambda file: file.position):
        try:
            file = read_file(known.path, known.context, known.partition)
        except sqlite3.Error as error:
            report.differ("damaged file", known.path, "a SQLite database", error)
            continue
        records = log.records[f"{file.context}.changelog"][file.partition]
        place = file.context, file.partition
        fold = folds.get(place) or folds.setdefault(place, Fold(records))
        report.count(f"{what} compared with the changelog below their position")
        report.count(f"rows of {what} compared", len(file.rows))
        _compare_file(log, file, fold, report)
        if rolls_forward:
            _roll_forward(file, records, report)


def _roll_forward(file, records, report):
    """From where the file stands, the changelog has to lead to what it says as a whole."""
    whole = Fold(records)
    rows = dict(file.rows)
    for record in whole.rest(file.position):
        Fold.apply(rows, record)
    report.count("state files rolled forward to the end")
    if rows != whole.advance(None):
        different = sorted(key for key in rows.keys() | whole.rows.keys() if rows.get(key) != whole.rows.get(key))
        report.differ(
            "file rolled forward",
            file.where,
            f"{different[0]} {whole.rows.get(different[0])}",
            f"{rows.get(different[0])}, and {len(different) - 1} more rows",
        )


def _compare_file(log, file, fold, report):
    topic = f"{file.context}.changelog"
    end = log.end(topic, file.partition)
    if log.cluster and file.meta.get("cluster") not in (None, log.cluster):
        report.differ("file", file.where, f"the cluster {log.cluster}", file.meta.get("cluster"))
    if file.position > end:
        report.differ(
            "AHEAD OF KAFKA", file.where, f"a position up to {end}, the end of {topic}-{file.partition}", file.position
        )
    tables = TABLES[file.context] | {"timers"}
    if strange := {key.partition("/")[0] for key in file.rows} - tables:
        report.differ("file", file.where, f"tables {sorted(tables)}", sorted(strange))
    rows = fold.advance(file.position)
    if file.rows == rows:
        return
    for key in sorted(file.rows.keys() | rows.keys()):
        if file.rows.get(key) != rows.get(key):
            _explain(file, fold, key, rows.get(key), report)


def _explain(file, fold, key, expected, report):
    """A row is not what the changelog says below the file's position: is it of Kafka at all?"""
    found = file.rows.get(key)
    shown = "no such row" if expected is None else expected
    topic = f"{file.context}.changelog-{file.partition}"
    where = f"{file.where}, row {key}, position {file.position}"
    later = [
        record.offset
        for record in fold.rest(file.position)
        if record.key.decode("utf-8", "replace") == key and _text(record.value) == found
    ]
    earlier = [
        record.offset
        for record in fold.records
        if record.offset < file.position
        and record.key.decode("utf-8", "replace") == key
        and _text(record.value) == found
    ]
    if later:
        report.differ("file beyond its position", where, shown, f"{found}, which {topic} has at {later[0]}")
    elif earlier or found is None:
        report.differ("file behind its position", where, shown, "no such row" if found is None else found)
    else:
        report.differ("AHEAD OF KAFKA", where, shown, f"{found}, which {topic} does not have")


def _text(value):
    return None if value is None else value.decode("utf-8", "replace")
