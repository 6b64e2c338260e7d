"""How values are read: JSON as strict as RFC 8259 has it, ids, times, numbers within their bounds."""

import json
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

# Numbers of any length are valid JSON.
sys.set_int_max_str_digits(0)

EARLIEST, LATEST = 946_684_800_000, 4_102_444_799_999
# Bytes and members of what outsiders write, and of what contexts write.
OUTSIDERS, CONTEXTS = (64 * 1024, 1000), (512 * 1024, 8000)
OUTSIDE = (".commands", ".readings", ".history")
DEPTH_LIMIT = 64
POINTS = (-(10**12), 10**12)
WITHDRAWAL = (1, 10**12)
CAPACITY = (0, 10**12)
QUARTER_TENTHS = (0, 10**10)
READINGS = 672


class Refusal(Exception):
    """Why a record has no effect: malformed, unknown-type, conflict, not-found, refused or late."""

    def __init__(self, kind, reason=""):
        super().__init__(f"{kind}: {reason}")
        self.kind = kind


def malformed(reason):
    return Refusal("malformed", reason)


class Number(Decimal):
    """A number with a point or an exponent, with its text."""

    def __new__(cls, text):
        try:
            number = super().__new__(cls, text)
        except ArithmeticError:
            # Its exponent has more digits than a Decimal takes: nothing is compared with it, but for its text.
            number = super().__new__(cls, "Infinity")
        number.text = text
        return number


class Doubled(dict):
    """An object in which names are there twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.values_given = [value for _, value in pairs]
        self.twice = {name for name, times in Counter(name for name, _ in pairs).items() if times > 1}


def _object(pairs):
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(pairs)


def _no_constant(name):
    raise ValueError(f"{name} is no JSON")


def _signed(text):
    return Number(text) if text == "-0" else int(text)


_rules = {"parse_float": Number, "parse_constant": _no_constant, "object_pairs_hook": _object}
_decoder = json.JSONDecoder(**_rules)
_minus_zero = re.compile(r"[:\[,\s]-0[,\]}\s]")
# No int is -0, which is a number like 0 and yet no id.
_signed_decoder = json.JSONDecoder(**_rules, parse_int=_signed)
_surrogate = re.compile("[\ud800-\udfff]")


def parse(value, bounds=None):
    """The JSON object in some bytes. Raises Refusal where it is none, or has more bytes or members than the bounds."""
    if value is None:
        raise malformed("no value")
    if bounds and len(value) > bounds[0]:
        raise malformed("too large")
    try:
        text = value.decode("utf-8")
        found = (_signed_decoder if _minus_zero.search(text) else _decoder).decode(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise malformed(f"no JSON: {error}") from None
    if not isinstance(found, dict):
        raise malformed("no object")
    if "\\u" in text and _has_surrogate(found):
        raise malformed("half a character")
    if bounds and text.count(",") + text.count("[") + text.count("{") > bounds[1] and _members(text) > bounds[1]:
        raise malformed("too many members")
    if text.count("[") + text.count("{") >= DEPTH_LIMIT and _depth(text) > DEPTH_LIMIT:
        raise malformed("too deep")
    return found


def decode(record):
    """The JSON object of a record, parsed once."""
    if record.fault is not None:
        raise record.fault
    if record.json is None:
        try:
            record.json = parse(record.value, OUTSIDERS if record.topic.endswith(OUTSIDE) else CONTEXTS)
        except Refusal as fault:
            record.fault = fault
            raise
    return record.json


def _has_surrogate(value):
    if type(value) is str:
        return _surrogate.search(value) is not None
    if isinstance(value, dict):
        values = value.values_given if type(value) is Doubled else value.values()
        return any(map(_has_surrogate, value)) or any(map(_has_surrogate, values))
    return type(value) is list and any(_has_surrogate(item) for item in value)


def _members(text):
    """Fields and elements of all levels, also of one name: one behind each comma, and one in all that is not empty."""
    tokens = re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{][ \t\r\n]*[\]}]|[\[{,]', text)
    return sum(len(token.group()) == 1 for token in tokens)


def _depth(text):
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        character = token.group()[0]
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


# Fields of an object. A null is the same as no field.


def field(fields, name):
    """What is read is there once: of two, others take this one or that."""
    if type(fields) is Doubled and name in fields.twice:
        raise malformed(f"{name} appears twice")
    return fields.get(name)


def need(fields, name):
    value = field(fields, name)
    if value is None:
        raise malformed(f"{name} is missing")
    return value


def refuse_lookalikes(fields, *names):
    """What is surely meant for a field that is called otherwise."""
    for name in names:
        if field(fields, name) is not None:
            raise malformed(f"{name} is not read")


def text(fields, name, limit=200):
    value = need(fields, name)
    if type(value) is not str or not value or len(value) > limit:
        raise malformed(f"{name} is no text of 1 to {limit}")
    return value


def optional_text(fields, name, limit=200):
    return None if field(fields, name) is None else text(fields, name, limit)


def visible(fields, name):
    """A name as outsiders give it."""
    value = text(fields, name)
    if not _visible.search(value):
        raise malformed(f"{name} shows nothing")
    return value


def identifier(fields, name):
    """A string, or the digits of a whole number that nobody has rounded."""
    value = need(fields, name)
    if type(value) is str:
        return value
    if type(value) is int and 0 <= value < 2**53:
        return str(value)
    raise malformed(f"{name} is no id")


_unfit = re.compile("[\x00-\x1f\x7f/]")


def is_id(value, dots=True):
    return 0 < len(value) <= 100 and not _unfit.search(value) and (dots or "." not in value)


# Control, format, invisible and direction characters, separators of lines, what is no character.
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-"
    "\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff\U0005fffe"
    "\U0005ffff\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff\U0009fffe\U0009ffff\U000afffe"
    "\U000affff\U000bfffe\U000bffff\U000cfffe\U000cffff\U000dfffe-\U000e0fff\U000efffe\U000effff\U000ffffe"
    "\U000fffff\U0010fffe\U0010ffff"
)
_BLANK = "\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
# And what spreadsheets put around an id.
_unclean = re.compile(f'[{_HIDDEN}"]')
_visible = re.compile(f"[^{_HIDDEN}{_BLANK}]")


def clean(value):
    """An id that makes something new: nothing in it that nobody sees, and no blank at its ends."""
    if _unclean.search(value) or value != value.strip():
        raise malformed("an id with invisible characters")
    return value


def header_type(record, known):
    """The message that the header names: Spring's mapper writes the name as JSON, in quotes."""
    name = record.header("type")
    if name not in known and name and len(name) > 2 and name[0] == name[-1] == '"' and name[1:-1] in known:
        return name[1:-1]
    return name


def user_id(fields, name):
    value = identifier(fields, name)
    if not is_id(value):
        raise malformed(f"{name} is no id")
    return value


def order_id(fields, name):
    value = identifier(fields, name)
    if not is_id(value, dots=False):
        raise malformed(f"{name} is no order's id")
    return value


def is_resource(value):
    return is_id(value) and len(value.encode()) <= 64


def resource_id(fields, name):
    value = identifier(fields, name)
    if not is_resource(value):
        raise malformed(f"{name} is no resource's id")
    return value


def optional_resource(fields, name):
    return None if field(fields, name) is None else resource_id(fields, name)


def resource_ids(fields, name, limit):
    """Sorted by their bytes, each once; none where nothing is said."""
    values = field(fields, name)
    if values is None:
        return []
    if type(values) is not list or len(values) > limit:
        raise malformed(f"{name} is no list of at most {limit}")
    found = {resource_id({name: value}, name) for value in values}
    return sorted(found, key=str.encode)


def response_id(fields, name):
    order, dot, user = identifier(fields, name).partition(".")
    if not dot or not is_id(order, dots=False) or not is_id(user):
        raise malformed(f"{name} is no response's id")
    return order, user


def whole(value, decimals=0):
    """The number in units of 10^-decimals, if it is a whole one of these, in any form: 412, 412.0 and 4.12e2 are one.
    None also if it has over 100 characters."""
    if type(value) is int:
        return value * 10**decimals
    if type(value) is not Number or len(value.text) > 100:
        return None
    digits, _, exponent = value.text.lower().partition("e")
    before, _, after = digits.partition(".")
    significant = int(before + after)
    power = int(exponent or 0) - len(after) + decimals
    if significant == 0:
        return 0
    if power >= 0:
        # Out of all bounds from here on.
        return significant * 10 ** min(power, 40)
    return None if -power > 100 or significant % 10**-power else significant // 10**-power


def integer(fields, name, bounds):
    number = whole(need(fields, name))
    if number is None or not bounds[0] <= number <= bounds[1]:
        raise malformed(f"{name} is no whole number from {bounds[0]} to {bounds[1]}")
    return number


def boolean(fields, name):
    value = need(fields, name)
    if type(value) is not bool:
        raise malformed(f"{name} is neither true nor false")
    return value


def answer(fields, name):
    value = need(fields, name)
    if value not in ("accept", "deny", "ignore"):
        raise malformed(f"{name} is no answer")
    return value


_plain = {int, type(None)}


def tenths(fields, name):
    """Wh of a quarter hour, in tenths."""
    number = whole(need(fields, name), 1)
    if number is None or not QUARTER_TENTHS[0] <= number <= QUARTER_TENTHS[1]:
        raise malformed(f"{name} is no reading")
    return number


def readings(fields, name):
    """Wh of quarter hours in tenths, None where there is no reading."""
    values = need(fields, name)
    if type(values) is not list or not 0 < len(values) <= READINGS:
        raise malformed(f"{name} is no array of 1 to {READINGS}")
    if set(map(type, values)) <= _plain:
        there = [value for value in values if value is not None]
        if there and not 0 <= 10 * min(there) <= 10 * max(there) <= QUARTER_TENTHS[1]:
            raise malformed(f"{name} holds what is no reading")
        return [None if value is None else value * 10 for value in values]
    found = []
    for value in values:
        number = None if value is None else whole(value, 1)
        if value is not None and (number is None or not QUARTER_TENTHS[0] <= number <= QUARTER_TENTHS[1]):
            raise malformed(f"{name} holds what is no reading")
        found.append(number)
    return found


_trace = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)


def trace_parent(header):
    """What a header traceparent is given on as; None if it is none."""
    match = None if header is None else _trace.fullmatch(header)
    if not match:
        return None
    version, trace, parent, flags, more = match.groups()
    if version == "ff" or version == "00" and more is not None or not int(trace, 16) or not int(parent, 16):
        return None
    return f"00-{trace}-{parent}-{int(flags, 16) & 3:02x}"


# Who asked for something through the gateway: by header, how many bytes of what.
_actor = re.compile(f"[^{_HIDDEN}]+")
_printable = re.compile("[ -~]+")
REQUEST = {"actor": (128, _actor), "command": (64, _printable), "idempotency": (160, _printable)}


def request(headers):
    """What a record's headers say of who asked for it, as it is given on: the last of each name, if it fits."""
    said = dict(headers)
    found = {}
    for name, (limit, form) in REQUEST.items():
        value = said.get(name) or b""
        try:
            text = value.decode()
        except UnicodeDecodeError:
            continue
        if len(value) <= limit and form.fullmatch(text):
            found[name] = text
    return found


# Times, in ms since 1970.

_iso = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-]([0-9]{2}):?([0-9]{2}))"
)
_epoch = datetime(1970, 1, 1)


def from_iso(value):
    """None when it is no time with a zone."""
    match = _iso.fullmatch(value) if len(value) <= 100 else None
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone, hours, minutes = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    if int(year) < 1970:
        return None
    milliseconds = (moment - _epoch) // timedelta(milliseconds=1) + int(((fraction or "") + "000")[:3])
    if zone == "Z":
        return milliseconds
    if int(hours) > 18 or int(minutes) > 59:
        return None
    offset = (int(hours) * 60 + int(minutes)) * 60_000
    return milliseconds - offset if zone[0] == "+" else milliseconds + offset


def time(fields, name):
    value = need(fields, name)
    milliseconds = from_iso(value) if type(value) is str else whole(value)
    if milliseconds is None or not EARLIEST <= milliseconds <= LATEST:
        raise malformed(f"{name} is no time")
    return milliseconds


def optional_time(fields, name):
    return None if field(fields, name) is None else time(fields, name)


def to_iso(milliseconds):
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    rest = milliseconds % 1000
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{rest:03d}Z" if rest else "Z")
