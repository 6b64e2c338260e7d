import Schemas
import Testing

/// The checker that all other tests lean on refuses what it should.
@Suite struct SchemasTests {
    /// A schema, a value, and where and how it is refused; nil where it is taken.
    private static let cases: [(schema: String, value: String, refusal: String?)] = [
        (#"{"type":"string"}"#, #""a""#, nil), (#"{"type":"string"}"#, "1", "$ should be of type string: it is 1"),
        (#"{"type":"integer"}"#, "1", nil), (#"{"type":"integer"}"#, "1.0", nil),
        (#"{"type":"integer"}"#, "1.5", "$ should be of type integer: it is 1.5"),
        (#"{"type":"number"}"#, "1", nil), (#"{"type":"number"}"#, "true", "$ should be of type number: it is true"),
        (#"{"type":"boolean"}"#, "1", "$ should be of type boolean: it is 1"), (#"{"type":"boolean"}"#, "false", nil),
        (#"{"type":["string","null"]}"#, "null", nil),
        (#"{"type":["string","null"]}"#, "[]", "$ should be of type string or null: it is []"),
        (#"{"const":"a"}"#, #""b""#, #"$ should be "a": it is "b""#), (#"{"const":1}"#, "1", nil),
        (#"{"enum":["a","b"]}"#, #""b""#, nil),
        (#"{"enum":["a","b"]}"#, #""c""#, #"$ should be one of ["a","b"]: it is "c""#),
        (#"{"required":["a"]}"#, #"{"a":null}"#, nil), (#"{"required":["a"]}"#, "{}", "$.a is missing"),
        (#"{"required":["a"]}"#, "17", nil),
        (#"{"properties":{"a":{"type":"null"}}}"#, #"{"a":1}"#, "$.a should be of type null: it is 1"),
        (#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1}"#, nil),
        (#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"b":1}"#, "$.b is a field that is not known"),
        (#"{"additionalProperties":{"type":"null"}}"#, #"{"b":1}"#, "$.b should be of type null: it is 1"),
        (#"{"items":{"maximum":2}}"#, "[1,2,3]", "$[2] should be 2 or less: it is 3"),
        (#"{"items":{"minimum":2}}"#, "[2,1]", "$[1] should be 2 or more: it is 1"),
        (#"{"minItems":1}"#, "[]", "$ should hold 1 or more: it is []"), (#"{"minItems":1}"#, "[1]", nil),
        (#"{"maxItems":1}"#, "[1,2]", "$ should hold 1 or less: it is [1,2]"), (#"{"maxItems":1}"#, "[1]", nil),
        (#"{"minLength":1}"#, #""""#, #"$ should have 1 characters or more: it is """#),
        (#"{"maxLength":1}"#, #""한""#, nil),
        (#"{"maxLength":1}"#, #""ab""#, #"$ should have 1 characters or less: it is "ab""#),
        (#"{"pattern":"^a+$"}"#, #""aa""#, nil),
        (#"{"pattern":"^a+$"}"#, #""aa\n""#, #"$ should match ^a+$: it is "aa\u000a""#),
        (#"{"pattern":"b"}"#, #""abc""#, nil),
        (#"{"format":"date"}"#, #""2028-02-29""#, nil),
        (#"{"format":"date"}"#, #""2026-11-2""#, "$ should be a date: it is \"2026-11-2\""),
        (#"{"format":"date"}"#, #""2100-02-29""#, "$ should be a date: it is \"2100-02-29\""),
        (#"{"format":"date-time"}"#, #""2026-11-21T09:00:00.5+09:00""#, nil),
        (#"{"format":"date-time"}"#, #""2026-11-21T09:00Z""#, "$ should be a date-time: it is \"2026-11-21T09:00Z\""),
        (
            #"{"format":"date-time"}"#, #""2026-11-31T09:00:00Z""#,
            "$ should be a date-time: it is \"2026-11-31T09:00:00Z\""
        ),
        (#"{"anyOf":[{"type":"null"},{"minimum":3}]}"#, "3", nil),
        (
            #"{"anyOf":[{"type":"null"},{"minimum":3}]}"#, "2",
            "$ fits none of 2: $ should be of type null: it is 2; or $ should be 3 or more: it is 2"
        ),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"null"}}}"##, "1", "$ should be of type null: it is 1"),
        (##"{"$ref":"#/$defs/a","maximum":2,"$defs":{"a":{}}}"##, "3", "$ should be 2 or less: it is 3"),
    ]

    @Test(arguments: cases)
    func `a value is taken or refused with the place and the reason`(schema: String, value: String, refusal: String?)
        throws
    {
        let validator = try Validator(JSONTree(schema))
        var found: String?
        do { try validator.check(JSONTree(value)) } catch { found = "\(error)" }
        #expect(found == refusal)
    }

    @Test(arguments: [
        #"{"multipleOf":2}"#, #"{"oneOf":[]}"#, #"{"properties":{"a":{"colour":1}}}"#, #"{"anyOf":[{"not":{}}]}"#,
        #"{"$defs":{"a":{"if":{}}}}"#, #"{"items":{"format":"email"}}"#, #"{"type":"text"}"#, #"{"maximum":"3"}"#,
        ##"{"$ref":"#/$defs/a"}"##, ##"{"items":{"anyOf":[{"$ref":"#/$defs/a"}]},"$defs":{}}"##,
        ##"{"$ref":"other.json"}"##, "17", #"{"pattern":"("}"#,
    ])
    func `a schema that cannot be checked wholly is refused`(schema: String) {
        #expect(throws: (any Error).self) { try Validator(JSONTree(schema)) }
    }

    @Test(
        arguments: [
            ("dr.events", "DRstarted", "{}", "dr.events DRstarted: $.eventType is missing"),
            (
                "dr.events", "StartDr", "{}",
                "dr.events: $.eventType says StartDr, which is not among the topic's messages: DRstarted, DrCancelled, DrChanged, DrEnded, KpxFigureStated, MarketChanged, Replayed, ResourceRegistered"
            ),
            (
                "dr.events", "DRstarted", #"{"eventType":"Listmade"}"#,
                "dr.events: $.eventType says Listmade, which is not among the topic's messages: DRstarted, DrCancelled, DrChanged, DrEnded, KpxFigureStated, MarketChanged, Replayed, ResourceRegistered"
            ),
            ("dr.events", nil, "{}", "dr.events: $.eventType is missing"),
            ("dr.events", "DRstarted", nil, "dr.events: $ is not there: the record has no value"),
            ("dr.dreams", "DRstarted", "{}", "dr.dreams: $ is in no known topic"),
            ("dr.commands", "EndDr", #"{"id":"a/b"}"#, nil), ("dr.commands", "EndDr", #"{"id":"a"}"#, ""),
            ("dr.changelog", nil, "no JSON", ""), ("dr.deadletters", nil, nil, ""),
        ] as [(String, String?, String?, String?)])
    func `a record is checked by its topic and its name`(topic: String, type: String?, value: String?, refusal: String?)
    {
        var found = ""
        do { try Schemas.check(topic, type, value) } catch { found = "\(error)" }
        if let refusal {
            #expect(found == refusal)
        } else {
            #expect(found.hasPrefix("dr.commands EndDr: $.id fits none of 2"))
        }
    }
}
