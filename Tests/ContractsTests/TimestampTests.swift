import Contracts
import JSON
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("2026-11-21T09:00:00Z", 1_795_251_600_000), ("2026-11-21T18:00+09:00", 1_795_251_600_000),
            ("2026-11-21T09:00:00.123Z", 1_795_251_600_123), ("1970-01-01T00:00:00Z", 0),
        ] as [(String, Int64)])
    func `a time is read from text`(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "now", "2026-02-29T00:00:00Z", "2026-11-21T09:00:00", "2026-11-21"])
    func `what is no time is refused`(text: String) { #expect(Timestamp(text) == nil) }

    @Test func `a time is written in UTC and read back, to the millisecond`() {
        for milliseconds: Int64 in [946_684_800_000, 1_795_251_600_000, 1_795_251_600_001, 4_102_444_799_999] {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(time.description) == time)
        }
        #expect(Timestamp(milliseconds: 1_795_251_600_000).description == "2026-11-21T09:00:00Z")
        #expect(Timestamp(milliseconds: 1_795_251_600_020).description == "2026-11-21T09:00:00.020Z")
    }

    @Test func `times are compared and moved`() {
        let time = Timestamp(milliseconds: 1000)
        #expect(time + .seconds(2) == Timestamp(milliseconds: 3000))
        #expect(time - .milliseconds(1500) == Timestamp(milliseconds: -500))
        #expect(time < time + .milliseconds(1))
        #expect(!(time < time))
    }

    @Test(
        arguments: [
            (.zero, 0), (.milliseconds(1), 1), (.milliseconds(-1), -1), (.seconds(-2), -2000),
            (.milliseconds(-1500), -1500),
            (.seconds(86_400 * 400), 34_560_000_000), (.microseconds(1999), 1), (.microseconds(-1999), -1),
            (.nanoseconds(999_999), 0),
        ] as [(Duration, Int64)])
    func `a duration in milliseconds is cut off towards zero`(duration: Duration, milliseconds: Int64) {
        #expect(duration.milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            ("946684800000", nil), ("946684799999", .outOfRange), ("4102444799999", nil),
            ("4102444800000", .outOfRange),
            ("4102444800001", .outOfRange),
            ("-1", .outOfRange), ("1.5", .notTime), ("1e12", nil), ("99999999999999999999", .outOfRange),
            (#""1999-12-31T23:59:59Z""#, .outOfRange), (#""9999-12-31T23:59:59Z""#, .outOfRange), (#""""#, .notTime),
            ("true", .notTime), ("[]", .notTime), ("null", .missing),
        ] as [(String, JSONError.Reason?)])
    func `a time in a message lies between 2000 and the end of 2099`(text: String, reason: JSONError.Reason?) {
        let record = #"{"userId":"u","wh":1,"startsAt":\#(text)}"#
        var reader = JSONReader()
        var fault: JSONError?
        do throws(JSONError) { _ = try MeterReading(reader.fields(of: record.utf8.span)) } catch { fault = error }
        #expect(fault?.reason == reason)
        #expect(fault == nil || fault?.field == "startsAt")
    }
}
