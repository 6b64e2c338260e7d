import Chance
import Contracts
import JSON
import Workers

/// Makes records wrong, or right in an odd way: field by field, byte by byte, and in what lies about the value.
struct Mutator {
    struct IDs {
        var order: String
        var user: String
        var withdrawal: String
    }

    private let bulk = Bulk()

    static let numbers: [String] = [
        "0", "-0", "1", "-1", "0.0", "1.5", "1.0000000001", "1e3", "1E-2", "1e999", "2147483647", "2147483648",
        "-2147483649",
        "9007199254740993", "1000000000000", "1000000000001", "-1000000000000", "999999999", "1000000000", "1000000001",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "007", "+1", "1.",
        ".5",
        "11.0", "4.12e2", "1E3", "0.1e1", "-0.0", "4120e-1", "1e400", "1e-400", "2009.9999999999998",
        "9007199254740991",
        "1e99999999999999999999", "1." + String(repeating: "0", count: 98), "1." + String(repeating: "0", count: 99),
        String(repeating: "9", count: 400), "0." + String(repeating: "0", count: 400) + "1",
    ]
    static let texts: [String] = [
        "", " ", "accept", "deny", "ignore", "Accept", "started", "ended", "timers", "a/b", "a.b", ".", "..", "a.b.c",
        "/",
        "\\u0000", "\\u001f", "\\u007f", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\\"", "\\\\", "\\n", "e\\u0301",
        "\u{E9}",
        "e\u{301}", "\u{200D}", "\u{1F468}\u{200D}\u{1F469}", "%s%n", "'; drop table users; --", "true", "null",
        String(repeating: "x", count: 50), String(repeating: "x", count: 51), String(repeating: "x", count: 100),
        String(repeating: "x", count: 101), String(repeating: "\u{D55C}", count: 200),
        String(repeating: "\u{D55C}", count: 201),
        String(repeating: "\u{1F600}", count: 200), String(repeating: "\\u0001", count: 200),
        String(repeating: "\\\\", count: 3000), "\u{FEFF}u-1", "u-1\u{200B}", " u-1", "u-1 ", "\\u00a0u-1", "u\\u200b1",
        "=\\\"541\\\"",
        "u\u{202E}1", "u\\u20281", "u\u{E0041}1", "\u{3000}", "\u{85}", "\\u2066a\\u2069", "\u{AD}",
        "u\u{2800}", "\u{FFFC}", "u\\ufdd0", "\\uffff", "u\\udbff\\udffe", "\u{600}1", "\u{1D173}", "\u{200B}\u{3000}",
    ]
    private static let values: [String] =
        [
            "null", "true", "false", "[]", "{}", "[[]]", "[null]", "{\"a\":1}", "[1,\"2\",null,{}]", "\"\"", "nul", "",
            "\"",
        ]
        + [String(repeating: "[", count: 300), String(repeating: "[", count: 30) + String(repeating: "]", count: 30)]
        + ["[" + Array(repeating: "0", count: 672).joined(separator: ",") + "]"]
        + ["[" + Array(repeating: "1000000000", count: 672).joined(separator: ",") + "]"]
        + ["[" + Array(repeating: "null", count: 673).joined(separator: ",") + "]"]
    private static let times: [String] = [
        "946684800000", "946684799999", "4102444799999", "4102444800000", "0", "-1",
        "9223372036854775807", "1795251600", "1795251600.5", "1795251600000000", "17952516e5", "1795251600000.0",
        "\"2026-11-21T18:00:00.\(String(repeating: "9", count: 80))Z\"", "\"2026\\u002d11-21T09:00:00Z\"",
        "\"2000-01-01T00:00:00Z\"", "\"1999-12-31T23:59:59.999Z\"", "\"2100-01-01T00:00:00Z\"",
        "\"2099-12-31T23:59:59.999Z\"",
        "\"2100-01-01T00:00:00.001Z\"", "\"2028-02-29T00:00Z\"", "\"2026-02-29T00:00Z\"", "\"2026-11-21T24:00:00Z\"",
        "\"2026-11-21T18:59:60Z\"", "\"2026-11-21T18:00:00+18:59\"", "\"2026-11-21 18:00-18:59\"",
        "\"2026-11-21T18:00:00\"",
        "\"2026-11-21\"", "\"2026-11-21T18:00:00.9999999999999999999Z\"", "\"9999-12-31T23:59:59Z\"",
    ]
    private static let fragments: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-", ".", "0", "9223372036854775808",
            "\\ud800",
            "\\u0000", "\u{0}", "\n", "\u{D55C}", "\"eventType\":\"Accept\",", "\"id\":\"\",", "2026-02-30T00:00:00Z",
            "\u{FEFF}",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0xC0, 0x80]]

    /// Writes the fields as the record's value; in most records something is changed before, behind or beside that.
    func mutate(
        _ record: inout FuzzedRecord, _ fields: inout [Subject.Field], ids: IDs, clock: Int64, _ subject: Subject,
        _ random: inout SeededGenerator
    ) {
        let dice = Int.random(in: 0..<100, using: &random)
        let (inFields, inBytes, outside) = (dice < 65, dice >= 55 && dice < 75, dice >= 72 && dice < 85)
        if inFields {
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                mutate(&fields, ids, clock, subject.examples, &random)
            }
        }
        let json = "{" + fields.map { "\($0.nameText):\($0.text)" }.joined(separator: ",") + "}"
        var value = Array(json.utf8)
        let isBulky = Int.random(in: 0..<40, using: &random) == 0
        if isBulky { bulk.add(to: &value, &random) }
        if inBytes { mutateBytes(&value, &random) }
        record.value = value
        if outside { mutateAround(&record, ids, clock, subject, &random) }
        record.isMutated = inFields || inBytes || outside || isBulky
    }

    /// Changes one field, or where it stands; it may come from one of the examples.
    func mutate(
        _ fields: inout [Subject.Field], _ ids: IDs, _ clock: Int64, _ examples: [Subject.Example],
        _ random: inout SeededGenerator
    ) {
        guard !fields.isEmpty else { return }
        let place = Int.random(in: fields.indices, using: &random)
        let other = Int.random(in: fields.indices, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: fields[place].text = Self.numbers.randomElement(using: &random) ?? ""
        case 2, 3: fields[place].text = "\"\(Self.texts.randomElement(using: &random) ?? "")\""
        case 4: fields[place].text = Self.values.randomElement(using: &random) ?? ""
        // A time where a time stands, for the most part.
        case 5, 6, 7:
            let timed = fields.indices.filter { fields[$0].name.hasSuffix("At") || fields[$0].name == "timestamp" }
            fields[timed.randomElement(using: &random) ?? place].text = time(clock, &random)
        case 8: fields[place].text = "\"\(id(ids, &random))\""
        case 9, 10: fields.remove(at: place)
        // A field that is there twice.
        case 11:
            var double = fields[place]
            if Bool.random(using: &random) { double.text = fields[other].text }
            fields.insert(double, at: Int.random(in: 0...fields.count, using: &random))
        case 12: (fields[place].text, fields[other].text) = (fields[other].text, fields[place].text)
        case 13: fields[place].name = escaped(fields[Bool.random(using: &random) ? place : other].name, &random)
        case 14: fields.shuffle(using: &random)
        default:
            // A field of another message, its eventType perhaps.
            if let field = examples.randomElement(using: &random)?.fields.randomElement(using: &random) {
                fields.append(field)
            }
        }
    }

    private func time(_ clock: Int64, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return Self.times.randomElement(using: &random) ?? ""
        case 1: return "\(clock + Int64.random(in: -2...2, using: &random))"
        default:
            let span: Int64 = [1000, 3_600_000, 7 * 86_400_000, 100 * 86_400_000].randomElement(using: &random) ?? 1000
            return "\(clock + [-span, span, span + 1, -span - 1].randomElement(using: &random)!)"
        }
    }

    private func id(_ ids: IDs, _ random: inout SeededGenerator) -> String {
        [ids.order, ids.user, ids.withdrawal, "\(ids.order).\(ids.user)", "\(ids.user).\(ids.order)", "\(ids.order)."]
            .randomElement(using: &random) ?? ""
    }

    /// A name that says the same in other characters.
    private func escaped(_ name: String, _ random: inout SeededGenerator) -> String {
        guard let first = name.utf8.first, Bool.random(using: &random) else { return name }
        return "\\u00\(String(first, radix: 16))\(name.dropFirst())"
    }

    func mutateBytes(_ value: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...value.count, using: &random)
            let end = min(value.count, place + Int.random(in: 1...8, using: &random))
            switch Int.random(in: 0..<12, using: &random) {
            // A digit or dead letter for another one leaves most records whole.
            case 0..<6: if place < value.count { value[place] = UInt8.random(in: 0x30...0x7A, using: &random) }
            case 6: if place < value.count { value[place] = UInt8.random(in: 0...255, using: &random) }
            case 7, 8: value.insert(contentsOf: Self.fragments.randomElement(using: &random) ?? [], at: place)
            case 9: value.removeSubrange(place..<end)
            case 10: value.removeLast(value.count - place)
            default: value.insert(contentsOf: value[place..<end], at: Int.random(in: 0...value.count, using: &random))
            }
        }
    }

    /// Key, header, Kafka's time, and whether there is a value at all.
    private func mutateAround(
        _ record: inout FuzzedRecord, _ ids: IDs, _ clock: Int64, _ subject: Subject, _ random: inout SeededGenerator
    ) {
        switch Int.random(in: 0..<40, using: &random) {
        case 0..<4: record.key = nil
        case 4..<8: record.key = Self.fragments.randomElement(using: &random)
        case 8..<12: record.key = Array(id(ids, &random).utf8)
        case 12..<20:
            // Only the header says what it is, truly or not.
            record.type =
                [Self.fragments.randomElement(using: &random) ?? [], Array("Accept".utf8), []]
                .randomElement(using: &random) ?? []
            if let other = subject.examples.randomElement(using: &random), Bool.random(using: &random) {
                record.type = Array((Bool.random(using: &random) ? other.type : "\"\(other.type)\"").utf8)
            }
            record.value = record.value.map {
                Array(String(decoding: $0, as: UTF8.self).replacing("eventType", with: "x").utf8)
            }
        case 20..<26:
            let times = [
                0, -1, Int64.min, Int64.max, 946_684_799_999, 946_684_800_000, 4_102_444_799_999, 4_102_444_800_000,
            ]
            record.time = times.randomElement(using: &random) ?? 0
        case 26..<32: record.time = clock + Int64.random(in: -100_000_000...100_000_000, using: &random)
        case 32..<36: record.value = nil
        case 36, 37: record.value = []
        case 38: record.value = Self.fragments.randomElement(using: &random)
        default:
            record.key = []
        }
    }
}
