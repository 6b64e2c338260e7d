"""What is kept of a record that waits as a row."""

from ..step import WORDS

# Bytes of a record that waits as it came; of the value with the escapes that it has in a row.
VALUE, KEY = 1024, 256


def keep(step, record):
    """All of a small record, as its row has it; None where it is too large, and has to be said anew."""
    escaped = sum(byte < 0x20 or byte in b'"\\' for byte in record.value)
    if len(record.key or b"") > KEY or len(record.value) + escaped > VALUE:
        return None
    row = {"value": record.value.decode()}
    if record.is_anew:
        row["cut"] = WORDS
    if record.key is not None and (text := utf8(record.key)) is not None:
        row["key"] = text
    if record.json.get("eventType") is None:
        row["type"] = step.kind
    return row


def source_of(row):
    return f"{row['topic']}-{row['partition']}-{row['offset']}"


def utf8(key):
    try:
        return key.decode()
    except UnicodeDecodeError:
        return None
