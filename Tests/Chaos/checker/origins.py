"""Who wrote a record: a daemon of its own accord, a daemon that has forwarded it, or somebody else. An id alone says
nothing, since anybody may write that header into what is forwarded then."""

from .log import NAMED
from .topics import CONTEXTS, INPUTS
from .values import REQUEST


def looks(record):
    """What a copy has in common with its original."""
    return record.key, record.value, record.time, record.headers


def letter_looks(letter):
    """The same of the record that a dead letter keeps, and that a replay may forward."""
    time = letter.header("deadletter.time")
    return letter.key, letter.value, int(time) if (time or "").isdigit() else letter.time, own_headers(letter)


# Contexts that ask somebody outside, and tell themselves what came of it.
CALLERS = ("feed", "notify")

# What a dead letter says beside its record's own headers; others of the like are anybody's.
SAID = tuple(f"deadletter.{name}" for name in ("kind", "reason", "source", "time", "cut"))
# Headers that a copy of a record has: so many, of so many bytes in all, and beside them where it comes from.
HEADERS, HEADER_BYTES = 32, 16 * 1024
TRACE = "traceparent"
ANEW_SAID = (TRACE, *REQUEST)
# How a dead letter begins to say that its value is not its record's, but says all that was understood of it.
ANEW = "said anew by what was understood"


def own_headers(letter):
    """Those that a dead letter has of its record."""
    return tuple(header for header in letter.headers if header[0] not in SAID)


def kept_headers(record):
    """What a dead letter keeps of a record's headers, and how many it leaves out. Where it comes from is said anew."""
    kept, size, left = [], 0, 0
    for name, value in record.headers:
        if name in SAID or name in ANEW_SAID:
            continue
        more = len(name.encode()) + len(value or b"")
        if len(kept) == HEADERS or size + more > HEADER_BYTES:
            left += 1
            continue
        kept.append((name, value))
        size += more
    return kept, left


def find_origins(log):
    """Tells each record where it is from. Nobody but its context writes to a topic of events or of a context's own words."""
    for context in CONTEXTS:
        for record in log.all(f"{context}.events"):
            # Someone else may write to another's events; a daemon never does without an id.
            record.origin = "outside" if record.header("id") is None else "own"
        _find_in_internal(log, context)


def _find_in_internal(log, context):
    topic = f"{context}.internal"
    # A copy lies in another partition than its original.
    wanted = {looks(record): set() for record in log.all(topic)}
    if log.is_upgraded:
        wanted |= {looks(record): set() for record in log.all(f"{context}.commands")}
    for name in INPUTS[context]:
        for record in log.all(name) if name != topic and wanted else ():
            if (places := wanted.get(looks(record))) is not None:
                places.add(record.partition)
    for letter in log.all(f"{context}.deadletters") if wanted else ():
        if (places := wanted.get(letter_looks(letter))) is not None:
            places.add(letter.partition)
    for record in log.all(topic):
        is_copy = bool(wanted[looks(record)] - {record.partition})
        # What calls to the outside have come to has no id: no record or timer has brought it about.
        is_answer = context in CALLERS and record.header("id") is None
        record.origin = "copy" if is_copy else "outside" if is_answer else "own"
    # A released version wrote its own words to its commands, and forwarded to there: which records those are can be
    # told where nobody forges them.
    for record in log.all(f"{context}.commands") if log.is_upgraded else ():
        if record.header("type") in NAMED and record.header("id") is not None:
            record.origin = "own"
