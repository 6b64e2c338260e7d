"""The messages as topics/*.json have them: each JSON Schema becomes a function that says what is wrong with a value."""

import json
import re
from datetime import date
from pathlib import Path

from .values import Number, Refusal, decode, from_iso, whole


def _is_integer(value):
    return whole(value) is not None


_TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "integer": _is_integer,
    "number": lambda value: type(value) is int or type(value) is Number,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}


def _date_time(value):
    return from_iso(value) is not None


def _date(value):
    try:
        return len(value) == 10 and date.fromisoformat(value) is not None
    except ValueError:
        return False


_FORMATS = {"date-time": _date_time, "date": _date}
_IGNORED = {"$schema", "$defs", "description", "$comment", "title"}


def compile_schema(schema, root=None):
    """A function from a value to what is wrong with it, None if nothing is."""
    root = schema if root is None else root
    checks = []
    known = set(_IGNORED)

    def keyword(name):
        known.add(name)
        return schema.get(name)

    if (reference := keyword("$ref")) is not None:
        target = root
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        checks.append(compile_schema(target, root))
    if (kinds := keyword("type")) is not None:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        tests = [_TYPES[kind] for kind in kinds]
        checks.append(lambda value: None if any(test(value) for test in tests) else f"is not {' or '.join(kinds)}")
    if "const" in schema:
        constant = keyword("const")
        checks.append(lambda value: None if value == constant else f"is not {constant!r}")
    if (allowed := keyword("enum")) is not None:
        checks.append(lambda value: None if value in allowed else f"is none of {allowed}")
    if (choices := keyword("anyOf")) is not None:
        options = [compile_schema(choice, root) for choice in choices]
        checks.append(
            lambda value: None if any(not option(value) for option in options) else "fits none of the choices"
        )
    for name, numbers, test in (
        ("minimum", True, lambda a, b: a >= b),
        ("maximum", True, lambda a, b: a <= b),
        ("minLength", False, lambda a, b: len(a) >= b),
        ("maxLength", False, lambda a, b: len(a) <= b),
    ):
        if (limit := keyword(name)) is not None:
            checks.append(_bound(name, limit, _TYPES["number" if numbers else "string"], test))
    if (pattern := keyword("pattern")) is not None:
        # Python's $ is also the place before a line feed at the end.
        found = re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern).search
        checks.append(lambda value: None if type(value) is not str or found(value) else f"does not match {pattern}")
    if (form := keyword("format")) is not None:
        fits = _FORMATS[form]
        checks.append(lambda value: None if type(value) is not str or fits(value) else f"is no {form}")
    _compile_object(schema, root, keyword, checks)
    _compile_array(schema, root, keyword, checks)
    if unknown := set(schema) - known:
        raise ValueError(f"a schema has keywords that are not understood: {sorted(unknown)}")

    def check(value):
        for one in checks:
            fault = one(value)
            if fault:
                return fault
        return None

    return check


def _bound(name, limit, applies, test):
    return lambda value: None if not applies(value) or test(value, limit) else f"breaks {name} {limit}"


def _compile_object(schema, root, keyword, checks):
    required = keyword("required") or ()
    properties = {name: compile_schema(part, root) for name, part in (keyword("properties") or {}).items()}
    additional = keyword("additionalProperties")
    if not required and not properties and additional is None:
        return

    def check(value):
        if not isinstance(value, dict):
            return None
        for name in required:
            if name not in value:
                return f"{name} is missing"
        for name, part in value.items():
            test = properties.get(name)
            if test is None:
                if additional is False:
                    return f"{name} is not known"
            elif fault := test(part):
                return f"{name} {fault}"
        return None

    checks.append(check)


def _compile_array(schema, root, keyword, checks):
    least, most, items = keyword("minItems"), keyword("maxItems"), keyword("items")
    item = compile_schema(items, root) if items is not None else None

    def check(value):
        if type(value) is not list:
            return None
        if least is not None and len(value) < least or most is not None and len(value) > most:
            return "has too few or too many items"
        for part in value if item else ():
            if fault := item(part):
                return f"an item {fault}"
        return None

    if least is not None or most is not None or item is not None:
        checks.append(check)


class Contract:
    """The topics and their messages."""

    def __init__(self, directory):
        self.messages = {}
        for path in sorted(Path(directory).glob("*.json")):
            topic = json.loads(path.read_text(encoding="utf-8"))
            self.messages[topic["name"]] = {
                name: compile_schema(message["schema"]) for name, message in topic["messages"].items()
            }
        if not self.messages:
            raise ValueError(f"no topics in {directory}")

    def fault(self, record):
        """What is wrong with a record that a daemon wrote; None if nothing is."""
        try:
            value = decode(record)
        except Refusal as refusal:
            return str(refusal)
        kind = value.get("eventType")
        if record.header("type") != kind:
            return f"the header type is {record.header('type')!r}, and eventType {kind!r}"
        check = self.messages.get(record.topic, {}).get(kind)
        if check is None and record.topic.endswith(".internal"):
            # A command that its sender left unfinished, and that the context has finished.
            check = self.messages.get(record.topic.replace(".internal", ".commands"), {}).get(kind)
        return check(value) if check else f"{record.topic} has no message {kind!r}"


def check_contract(log, contract, report):
    """Every event, and everything that a daemon says to itself, is valid."""
    for topic in log.records:
        name = topic.partition(".")[2]
        if name not in ("events", "internal"):
            continue
        for record in log.all(topic):
            # What others wrote and was forwarded may be anything.
            if not record.is_from_daemon:
                continue
            report.count(f"messages in {topic} valid against topics/")
            if fault := contract.fault(record):
                report.differ("contract", record.source, "a message that fits topics/", f"{fault}: {record.value!r}")
