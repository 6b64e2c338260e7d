"""How values are read, against figures from elsewhere."""

import json
import unicodedata
import unittest
from pathlib import Path

from checker.contract import Contract, compile_schema
from checker.log import Record
from checker.partitioner import home
from checker.rules.quarters import Order, rounded
from checker.values import (
    CONTEXTS,
    OUTSIDERS,
    Refusal,
    clean,
    decode,
    field,
    from_iso,
    header_type,
    integer,
    optional_time,
    parse,
    to_iso,
    user_id,
    visible,
)

TOPICS = Path(__file__).resolve().parents[4] / "topics"


class Values(unittest.TestCase):
    def test_what_is_json_and_what_is_not(self):
        for value in (
            b"{}",
            b' {"a":[1.0,-0,1e5]}\n',
            '{"a":"김\\ud83d\\ude00"}'.encode(),
            b'{"a":1,"a":null}',
            b'{"a":' + b"[" * 63 + b"]" * 63 + b"}",
        ):
            parse(value)
        for value in (
            None,
            b"",
            b"[]",
            b"1",
            b'{"a":1}}',
            b'{"a":01}',
            b'{"a":NaN}',
            b'{"a":Infinity}',
            b'{"a":"\x01"}',
            b'{"a":"\\x"}',
            b'{"a":"\\ud83d"}',
            b'{"a":"\xff"}',
            b"{'a':1}",
            b'{"a":1,}',
            b"\xef\xbb\xbf{}",
            b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        ):
            with self.assertRaises(Refusal, msg=str(value)[:60]):
                parse(value)

    def test_fields_that_are_there_twice(self):
        for text in ('{"a":1,"a":2}', '{"a":null,"a":1}', '{"a":1,"b":0,"\\u0061":1}', '{"a":1,"b":0,"a":2,"a":3}'):
            fields = parse(text.encode())
            for read in (lambda: integer(fields, "a", (0, 9)), lambda: optional_time(fields, "a"), lambda: field(fields, "a")):
                with self.assertRaises(Refusal, msg=text):
                    read()
        for text in ('{"a":1,"A":2}', '{"b":1,"a":1,"b":2}', '{"a":1,"b":{"a":1,"a":2}}'):
            self.assertEqual(integer(parse(text.encode()), "a", (0, 9)), 1)
        with self.assertRaises(Refusal):
            parse(b'{"a":"\\ud800","a":1}')

    def test_whole_numbers(self):
        for text in ("7", "7.0", "7.000", "7e0", "0.7e1", "700E-2", "7." + "0" * 98, "0." + "0" * 60 + "7e61"):
            self.assertEqual(integer(parse(f'{{"a":{text}}}'.encode()), "a", (0, 9)), 7)
        for text in ("-0", "-0.0", "0e999999999999999999999"):
            self.assertEqual(integer(parse(f'{{"a":{text}}}'.encode()), "a", (0, 9)), 0)
        for text in ("4.12e2", "412", "412.0"):
            self.assertEqual(integer(parse(f'{{"a":{text}}}'.encode()), "a", (0, 999)), 412)
        parse(b'{"not":1e99999999999999999999,"looked":-1e-99999999999999999999,"at":1}')
        for text in (
            "7.5",
            "75e-1",
            '"7"',
            "true",
            "null",
            "10",
            "-1",
            "1e400",
            "1e-400",
            "1e99999999999999999999",
            "7." + "0" * 99,
            "-0.1",
        ):
            with self.assertRaises(Refusal, msg=text):
                integer(parse(f'{{"a":{text}}}'.encode()), "a", (0, 9))

    def test_ids(self):
        for value in ("u", "1", 1, 0, "김", "a.b", "x" * 100):
            self.assertEqual(user_id({"a": value}, "a"), str(value))
        for value in ("", "a/b", "a\n", "\x7f", "x" * 101, -1, 1.5, True, None, [], 2**53):
            with self.assertRaises(Refusal, msg=repr(value)):
                user_id({"a": value}, "a")
        for text, is_id in (("-0", False), ("0", True), ("1.0", False), ("1e1", False), ("9007199254740991", True)):
            if is_id:
                self.assertEqual(user_id(parse(f'{{"a":{text}}}'.encode()), "a"), text)
            else:
                with self.assertRaises(Refusal, msg=text):
                    user_id(parse(f'{{"a":{text}}}'.encode()), "a")

    def test_ids_that_make_something_new(self):
        for value in ("u", "김하나", "a b", "a\xa0b", "=1", "e\u0301"):
            self.assertEqual(clean(value), value)
        for value in (
            "\ufeffa",
            " a",
            "a ",
            "a\u200b",
            "a\xa0",
            '="541"',
            "\u3000a",
            "a\x85b",
            "a\u202eb",
            "a\U000e0041b",
            "a\u2028b",
            "\ufe0f",
            "a\u2800",
            "\ufffca",
            "a\ufdd0",
            "a\uffff",
            "a\U0010fffe",
            "a\u0600",
            "a\U0001d173",
        ):
            with self.assertRaises(Refusal, msg=repr(value)):
                clean(value)

    def test_no_format_character_is_in_an_id(self):
        for number in range(0x110000):
            if unicodedata.category(chr(number)) in ("Cc", "Cf", "Zl", "Zp") or number & 0xFFFE == 0xFFFE:
                with self.assertRaises(Refusal, msg=hex(number)):
                    clean(f"a{chr(number)}b")

    def test_names(self):
        for value in ("김하나", " a ", "\u200b-", "x" * 200):
            self.assertEqual(visible({"name": value}, "name"), value)
        for value in ("", " ", "\u200b", "\u3000\u2800", "\ufe0f\ufeff", "x" * 201, 1, None):
            with self.assertRaises(Refusal, msg=repr(value)):
                visible({"name": value}, "name")

    def test_what_is_too_much(self):
        def record(topic, value):
            return Record(topic, 0, 0, 0, b"", value, ())

        for topic, (size, members) in (
            ("dr.commands", OUTSIDERS),
            ("kepco.readings", OUTSIDERS),
            ("user.internal", CONTEXTS),
            ("kepco.events", CONTEXTS),
        ):
            for value, fits in (
                (b'{"a":"' + b"x" * (size - 8) + b'"}', True),
                (b'{"a":"' + b"x" * (size - 7) + b'"}', False),
                (b'{"a":[' + b",".join([b"1"] * (members - 1)) + b"]}", True),
                (b'{"a":[' + b",".join([b"1"] * members) + b"]}", False),
                (b"{" + b",".join([b'"a":[ ]'] * members) + b"}", True),
                (b"{" + b",".join([b'"a":{"b":"]"}'] * (members // 2 + 1)) + b"}", False),
                (b'{"a":"' + b"," * (members + 1) + b'"}', True),
            ):
                if fits:
                    decode(record(topic, value))
                else:
                    with self.assertRaises(Refusal, msg=(topic, value[:20], len(value))):
                        decode(record(topic, value))

    def test_a_type_header_in_quotes(self):
        known = ("Accept",)
        for header, name in (
            ("Accept", "Accept"),
            ('"Accept"', "Accept"),
            ('"Deny"', '"Deny"'),
            ('"', '"'),
            ('""', '""'),
            (None, None),
        ):
            headers = () if header is None else (("type", header.encode()),)
            self.assertEqual(header_type(Record("t", 0, 0, 0, b"", b"{}", headers), known), name)

    def test_times(self):
        for text, milliseconds in (
            ("2026-11-21T09:00:00Z", 1795251600000),
            ("2026-11-21T18:00+09:00", 1795251600000),
            ("2026-11-21 18:00:00.1239+0900", 1795251600123),
            ("2000-02-29T00:00Z", 951782400000),
        ):
            self.assertEqual(from_iso(text), milliseconds)
        for text in (
            "2026-11-21T09:00:00",
            "2026-02-29T09:00Z",
            "2026-11-21T24:00Z",
            "2026-11-21T09:00:60Z",
            "2026-11-21",
            "2026-11-21T09:00:00.Z",
            "2026-11-21T09:00+19:00",
            " 2026-11-21T09:00Z",
            "1969-11-21T09:00Z",
            "2026-11-21T09:00:00." + "9" * 80 + "Z",
        ):
            self.assertIsNone(from_iso(text), text)
        self.assertEqual(to_iso(1795251600123), "2026-11-21T09:00:00.123Z")
        self.assertEqual(to_iso(1795251600000), "2026-11-21T09:00:00Z")

    def test_keys_live_where_kcat_puts_them(self):
        # The check value of CRC32 is CBF43926.
        self.assertEqual(home("123456789", 2**32), 0xCBF43926)
        self.assertEqual(home("123456789", 8), 6)

    def test_halves_are_rounded_away_from_zero(self):
        for numerator, whole in ((5, 3), (-5, -3), (4, 2), (3, 2), (-3, -2), (1, 1), (-1, -1), (0, 0)):
            self.assertEqual(rounded(numerator, 2), whole)
        self.assertEqual(rounded(1, 3), 0)
        self.assertEqual(rounded(-2, 3), -1)

    def test_the_quarter_hours_of_an_order(self):
        self.assertEqual(Order(900_000, 1_800_000).shares, [900_000])
        self.assertEqual(Order(900_001, 1_800_001).shares, [899_999, 1])
        self.assertEqual(Order(900_000, 900_000).shares, [])
        with self.assertRaises(Refusal):
            Order(0, 672 * 900_000 + 1)


class ContractTests(unittest.TestCase):
    def record(self, topic, value):
        headers = (("type", value.get("eventType", "").encode()), ("id", b"user.commands-0-0-0"))
        return Record(topic, 0, 0, 0, b"", json.dumps(value).encode(), headers)

    def test_every_example_is_valid_and_not_without_what_is_required(self):
        contract = Contract(TOPICS)
        count = 0
        for path in TOPICS.glob("*.json"):
            topic = json.loads(path.read_text())
            for message in topic["messages"].values():
                example = message["example"]
                self.assertIsNone(contract.fault(self.record(topic["name"], example)))
                for name in message["schema"].get("required", ()):
                    without = {key: value for key, value in example.items() if key != name}
                    self.assertIsNotNone(contract.fault(self.record(topic["name"], without)), (topic["name"], name))
                    count += 1
        self.assertGreater(count, 80)

    def test_what_schemas_say(self):
        for schema, good, bad in (
            ({"type": "integer", "minimum": 1, "maximum": 3}, (1, 3), (0, 4, "1", True, None)),
            ({"type": ["string", "null"], "minLength": 1, "maxLength": 2}, ("a", "ab", None), ("", "abc", 1)),
            ({"type": "array", "maxItems": 1, "items": {"const": "x"}}, ([], ["x"]), (["x", "x"], ["y"], {})),
            (
                {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
                ({}, {"a": 1}),
                ({"b": 1}, []),
            ),
            ({"anyOf": [{"const": 1}, {"type": "string", "pattern": "^a$"}]}, (1, "a"), (2, "b", "a\n")),
            (
                {"$ref": "#/$defs/x", "$defs": {"x": {"type": "string", "format": "date"}}},
                ("2026-01-31",),
                ("2026-02-30", "x"),
            ),
        ):
            check = compile_schema(schema)
            for value in good:
                self.assertIsNone(check(value), (schema, value))
            for value in bad:
                self.assertIsNotNone(check(value), (schema, value))

    def test_a_keyword_that_is_not_understood_is_told(self):
        with self.assertRaises(ValueError):
            compile_schema({"multipleOf": 3})


if __name__ == "__main__":
    unittest.main()
