import Schemas

/// A value in place of a field of an example.
struct Variant: Sendable {
    let message: TopicFile.Message
    let field: String
    /// The value as JSON text; nil when the field is taken out.
    let text: String?
}

/// Where a schema and the Swift decoder mean to differ.
struct Difference: Sendable {
    let why: String
    /// Who takes it while the other refuses.
    let schemaTakes: Bool
    let covers: @Sendable (Variant) -> Bool

    /// Fields that a message's own decoder passes over.
    static func isNotRead(_ message: TopicFile.Message, _ field: String) -> Bool {
        field == "eventType" || field == "timestamp" || isDerived(message, field)
    }

    private static func isDerived(_ message: TopicFile.Message, _ field: String) -> Bool {
        let isResponse =
            message.example["userName"] != nil || ["Listchanged", "Listcancelled"].contains(message.name)
        let isOfNotice = message.example["kind"] != nil && message.example["key"] != nil
        return isResponse && (field == "id" || field == "responseId") || field.hasPrefix("difference")
            || isOfNotice && ["userId", "drId", "channel"].contains(field)
    }

    private static let times: Set = [
        "startsAt", "endsAt", "announcedAt", "cancelledAt", "leftAt", "requestedAt", "updatedAt", "deadline",
        "earnedBefore", "orderStartsAt", "orderEndsAt", "ownStartsAt", "ownEndsAt", "consentFrom",
    ]
    private static let ids: Set = ["id", "drId", "userId", "withdrawalId", "resource", "adjustment", "adjustmentOrder"]

    static let all: [Difference] = [
        Difference(why: "the envelope is read by the runtime, not by the message", schemaTakes: false) {
            $0.field == "eventType" || $0.field == "timestamp"
        },
        Difference(why: "what is derived from other fields is not read", schemaTakes: false) {
            isDerived($0.message, $0.field)
        },
        Difference(why: "we write ids as strings, and understand numbers", schemaTakes: false) {
            $0.message.isOurs && ids.contains($0.field) && Int64($0.text ?? "") != nil
                || $0.message.isOurs && ids.contains($0.field) && $0.text == Variants.hugeNumber
        },
        Difference(why: "so we write the ids of resources in a list", schemaTakes: false) {
            $0.message.isOurs && $0.field == "resources" && $0.text?.hasPrefix("[1") == true
        },
        Difference(why: "a meter's number is a text, and understood where it is a number", schemaTakes: false) {
            $0.field == "meters" && $0.text?.hasPrefix("[1") == true
        },
        Difference(why: "a day has readings, and other answers have none", schemaTakes: true) {
            $0.message.name == "MeterAnswered" && $0.field == "wh" && $0.text == nil
        },
        Difference(why: "a resource's id has at most 64 bytes, and a schema counts characters", schemaTakes: true) {
            let isResource = $0.field == "resource" || $0.message.name.contains("Resource") && $0.field == "id"
            return isResource && ($0.text?.utf8.count ?? 0) > 66
        },
        Difference(why: "we leave out what is not there, and understand null", schemaTakes: false) {
            $0.message.isOurs && $0.text == "null"
        },
        Difference(why: "we write times in UTC with seconds, and understand the others", schemaTakes: false) {
            $0.message.isOurs && times.contains($0.field)
        },
        Difference(why: "no pattern knows how long February is", schemaTakes: true) {
            !$0.message.isOurs && times.contains($0.field) && Variants.wrongDates.contains($0.text ?? "")
        },
        Difference(why: "an id is plain digits, which no schema can say of a number", schemaTakes: true) {
            ids.contains($0.field) && Variants.numberForms.contains($0.text ?? "")
        },
        Difference(why: "our validator reads a number as a double", schemaTakes: true) {
            $0.text == "1.0000000000000000001"
        },
        Difference(why: "energies have three decimals at most", schemaTakes: true) {
            $0.text == "[0.0005]" && $0.field.hasPrefix("quarter")
        },
        Difference(why: "readings have one decimal at most", schemaTakes: true) {
            $0.text == "[0.0005]" && $0.field == "wh"
        },
        Difference(why: "the answer of a choice is what its name says", schemaTakes: false) {
            $0.field == "answer" && ["AcceptChosen", "DenyChosen"].contains($0.message.name)
        },
        Difference(why: "each resource has its part, and no schema counts by another list", schemaTakes: true) {
            $0.field == "resourceQuantities"
        },
        Difference(why: "the days explain a check to people, and are read as they stand", schemaTakes: false) {
            $0.field == "days" || $0.field == "ownDays"
        },
    ]
}

/// Values to put in place of others: right somewhere, wrong elsewhere.
enum Variants {
    static let hugeNumber = "99999999999999999999999"
    static let wrongDates = [
        #""2026-02-30T00:00:00Z""#, #""2026-11-21T24:00:00Z""#, #""2026-13-01T00:00:00Z""#,
        #""2026-11-21T09:00:00+19:00""#,
        #""2000-01-01T00:00+09:00""#,
    ]

    /// Whole numbers, not all in plain digits.
    static let numberForms = [
        "-0", "-0.0", "0.0", "1.0", "11.0", "1e1", "1E3", "1e3", "0.1e1", "4.12e2", "4120e-1", "17952516e5",
        "1795251600.5e3",
        "17952516000005e-1",
    ]

    static let all: [String] =
        wrongDates + numberForms + [
            "null", "true", "false", "{}", "[]", "[[]]", #"{"a":1}"#,
            #""""#, #""x""#, #""/""#, #""a/b""#, #""a.b""#, #""a.b.c""#, #"".a""#, #""a.""#, #""\u0001""#, #""a\n""#,
            #""\u007f""#, #"" a""#, #""a ""#, #""a b""#, #""\ufeffa""#, #""a\u200b""#, #""a\u00a0""#, #""a\u00a0b""#,
            #""\u3000a""#, #""a\u202eb""#, #""a\u0085b""#, #""a\u2028b""#, #""a\udb40\udc41b""#, #""=\"541\"""#,
            #""=541""#, #""a\u2800""#, #""\ufffca""#, #""a\ufdd0""#, #""a\udbff\udfff""#, #""a\u0600b""#,
            #""a\ud834\udd73""#, #"" ""#, #""\u200b\u3000""#, #""\u2800\ufffc\uffff""#, #""\u200b-""#,
            #""\ud83d\ude00""#, #""12""#, #""accept""#, #""maybe""#, #""ACCEPT""#,
            quoted("x", 50), quoted("x", 51), quoted("x", 100), quoted("x", 101), quoted("x", 200), quoted("x", 201),
            quoted("한", 50), quoted("한", 51), quoted("한", 100), quoted("한", 101), quoted("한", 200), quoted("한", 201),
            quoted("👨‍👩‍👧", 40), quoted("👨‍👩‍👧", 41),
            "0", "1", "-1", "1.5", "1e400",
            "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740994",
            #""9007199254740993""#, "1.0000000000000000001", hugeNumber, "-\(hugeNumber)",
            "1000000000", "1000000001", "1000000000000", "1000000000001", "-1000000000000", "-1000000000001",
            "9223372036854775807", "-9223372036854775808",
            "946684800000", "946684799999", "1795251600000", "4102444799999", "4102444800000",
            #""2026-11-21T09:00:00Z""#, #""2026-11-21T09:00:00.123Z""#, #""2026-11-21T18:00+09:00""#,
            #""2026-11-21 18:00:00.123456+0900""#, #""2026-11-21T09:00:00""#, #""2026-11-21""#, #""tomorrow""#,
            #""1999-12-31T23:59:59Z""#, #""1795251600000""#,
            "[1,null,2]", "[1.5]", "[-1]", "[0.0005]", "[1000000000]", "[1000000001]", "[true]", #"["2026-11-20"]"#,
            #"["2026-02-30"]"#, #"["x"]"#, "[1,\"2\"]", array("7", 672), array("7", 673), array("\"2026-11-20\"", 101),
        ]

    private static func quoted(_ text: String, _ count: Int) -> String {
        "\"" + String(repeating: text, count: count) + "\""
    }

    private static func array(_ element: String, _ count: Int) -> String {
        "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
    }
}
