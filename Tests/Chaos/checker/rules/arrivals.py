"""When each reading of a day has arrived, as a row has it: which of two readings of a quarter hour stays."""

from .quarters import PER_DAY

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LATEST = 4_102_444_799_999
RANKS = {"kepco.readings": 2, "kepco.internal": 1}


def arrival(record):
    """Kafka's time, and of one millisecond the live one last."""
    return min(max(record.time, 1), LATEST) * 4 + RANKS.get(record.topic, 0)


def decode(text):
    """A number a quarter hour: the sum of what the two before it let expect and of a difference in digits of five bits."""
    if not text:
        return [0] * PER_DAY
    differences, value, shift = [], 0, 0
    for digit in map(DIGITS.index, text):
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            differences.append(-(value + 1 >> 1) if value & 1 else value >> 1)
            value = shift = 0
    numbers = []
    for difference in differences + [0] * (PER_DAY - len(differences)):
        numbers.append(_expected(numbers) + difference)
    return numbers


def encode(numbers, there):
    """Where there is no reading, what is expected stands, and before the first one its own number."""
    first = there.index(True)
    made, differences = [], []
    for position, number in enumerate(numbers):
        expected = _expected(made)
        if position == 0:
            number = numbers[first]
        elif position < first or not there[position]:
            number = numbers[first] if position < first else expected
        made.append(number)
        differences.append(number - expected)
    while not differences[-1]:
        differences.pop()
    return "".join(map(_digits, differences))


def _expected(numbers):
    if len(numbers) < 2:
        return numbers[0] if numbers else 0
    return 2 * numbers[-1] - numbers[-2]


def _digits(difference):
    value = 2 * difference if difference >= 0 else -2 * difference - 1
    text = ""
    while value > 31:
        text += DIGITS[value & 31 | 32]
        value >>= 5
    return text + DIGITS[value]
