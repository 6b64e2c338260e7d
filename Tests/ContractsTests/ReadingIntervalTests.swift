import Contracts
import JSON
import Testing

/// Readings say of how many minutes they are, and are never taken for others.
@Suite struct ReadingIntervalTests {
    private func readings(_ interval: String, _ wh: String) throws -> [Int64?] {
        var reader = JSONReader()
        let text = #"{"userId":"u","startsAt":"2026-11-21T19:00:00+09:00","wh":\#(wh)\#(interval)}"#
        return try MeterReadings(reader.fields(of: text.utf8.span)).tenths
    }

    private func reading(_ interval: String) throws -> Int64 {
        var reader = JSONReader()
        let text = #"{"userId":"u","startsAt":"2026-11-21T19:00:00+09:00","wh":412.5\#(interval)}"#
        return try MeterReading(reader.fields(of: text.utf8.span)).tenths
    }

    @Test func `those of 5 min are added up to quarter hours, exactly, and one with a gap is a gap`() throws {
        #expect(try readings(#","intervalMin":5"#, "[0.1,0.2,0.4,1,null,1,1000,2000,3000.5]") == [7, nil, 60_005])
        #expect(try readings(#","intervalMin":15"#, "[1,null,0.5]") == [10, nil, 5])
        #expect(try readings(#","intervalMin":null"#, "[1]") == [10])
        #expect(try reading(#","intervalMin":15"#) == 4125)
        #expect(try reading("") == 4125)
    }

    @Test(arguments: [
        (#","intervalMin":5"#, "[1,2,3,4]", "which are no whole quarter hours"),
        (#","intervalMin":5"#, "[1000000000,1,1]", "more than 1000000000 Wh"),
        (#","intervalMin":60"#, "[1]", "a value of 60 min is never taken for quarter hours"),
        (#","intervalMin":30"#, "[1]", "a value of 30 min is never taken for quarter hours"),
        (#","intervalMin":7"#, "[1]", "is 7: write 5 or 15"), (#","intervalMin":0"#, "[1]", "is 0"),
        (#","intervalMin":"60""#, "[1]", "intervalMin"),
    ])
    func `what are no quarter hours is refused, with what to do`(interval: String, wh: String, words: String) throws {
        let error = #expect(throws: JSONError.self) { try readings(interval, wh) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [5, 30, 60]) func `one reading is of a quarter hour`(minutes: Int) throws {
        let error = #expect(throws: JSONError.self) { try reading(#","intervalMin":\#(minutes)"#) }
        #expect(error?.description.contains("is never taken for one of 15") == true)
    }
}
