import Contracts
import JSON
import Testing
import Workers

@testable import Daemon

/// The row that says how far a shard has come in its inputs.
@Suite struct InputPositionsTests {
    private func text(_ positions: InputPositions) -> String {
        var row = JSONWriter()
        row.object { positions.write(&$0) }
        return String(copying: row.bytes)
    }

    private func read(_ text: String) throws -> InputPositions {
        var reader = JSONReader()
        return try InputPositions(reader.fields(of: text.utf8.span))
    }

    private var sample: InputPositions {
        var positions = InputPositions(topics: ["c.commands", "c.internal", "o.events"], offsets: [3, 0, 9])
        positions.advance(0, past: 7, time: 1_700_000_000_000)
        (positions.mark, positions.straysReported) = (5, 12)
        return positions
    }

    @Test func `what is written is read`() throws {
        #expect(try read(text(sample)) == sample)
        var plain = sample
        (plain.mark, plain.straysReported) = (nil, 0)
        #expect(try read(text(plain)) == plain)
        #expect(!text(plain).contains("mark") && !text(plain).contains("strays"))
    }

    /// What no library has told is left out, and read as unknown.
    @Test func `ids are those that are known`() throws {
        var positions = sample
        positions.topicIDs = ["Zm9v", nil, "YmFy"]
        #expect(text(positions).contains(#""ids":["Zm9v","","YmFy"]"#))
        #expect(try read(text(positions)) == positions)
        #expect(!text(sample).contains("ids"))
        var others = InputPositions(topics: ["o.events", "new"], offsets: [1, 2])
        others.adopt(positions)
        #expect(others.topicIDs == ["YmFy", nil])
    }

    @Test func `it is written so`() {
        #expect(
            text(sample)
                == #"{"due":"2099-12-31T23:59:59.999Z","format":2,"topics":["c.commands","c.internal","o.events"],"#
                + #""next":[8,0,9],"last":[7,-1,-1],"times":[1700000000000,0,0],"mark":5,"strays":12}"#)
    }

    /// Version 0.1.0 takes it for a timer that does not fire before 2100.
    @Test func `it is a timer that never fires`() throws {
        #expect(Changelog.positionsKey == "timers/4102444799999/inputs/")
        let timer = try #require(Timer(key: InputPositions.rowKey))
        #expect(timer.due == .last && timer.kind == "inputs" && timer.id.isEmpty)
        var reader = JSONReader()
        let row = try Timers.Row(reader.fields(of: text(sample).utf8.span))
        #expect(row.due == timer.due && row.trace == nil)
    }

    @Test(arguments: [
        #"{"topics":["a"],"next":[1,2],"last":[-1],"times":[0]}"#,
        #"{"topics":["a"],"next":[null,1],"last":[-1],"times":[0]}"#,
        #"{"topics":["a","b"],"next":[1,2],"last":[-1],"times":[0,0]}"#,
        #"{"topics":["a"],"next":[1],"last":[-1]}"#, #"{"topics":["a"],"next":["1"],"last":[-1],"times":[0]}"#,
        #"{"topics":["a"],"next":[1],"last":[-1],"times":[0],"mark":-1}"#,
        #"{"topics":["a"],"next":[1],"last":[-1],"times":[0],"ids":["x","y"]}"#,
    ]) func `what is of no use is not read`(_ row: String) {
        #expect(throws: JSONError.self) { try read(row) }
    }

    /// What a later version adds is passed over.
    @Test func `fields of a later version are none`() throws {
        let row = text(sample).replacing(#""format":2"#, with: #""format":3,"more":{"a":[1]}"#)
        #expect(try read(row) == sample)
    }

    @Test func `what is known is taken over by name and where reading continues is not`() {
        var positions = InputPositions(topics: ["o.events", "new", "c.commands"], offsets: [1, 2, 3])
        positions.adopt(sample)
        #expect(positions.offsets == [1, 2, 3] && positions.lastOffsets == [-1, -1, 7])
        #expect(
            positions.lastTimes == [0, 0, 1_700_000_000_000] && positions.mark == 5 && positions.straysReported == 12)
    }

    @Test func `a record that has to wait is as if it had not come`() {
        var positions = sample
        let before = positions.progress(of: 0)
        positions.advance(0, past: 8, time: 9)
        #expect(positions.offsets[0] == 9)
        positions.rewind(0, to: before)
        #expect(positions == sample)
    }
}
