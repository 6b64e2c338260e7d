import Contracts
import JSON
import Testing

@Suite struct TraceParentTests {
    private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func parse(_ text: String) -> TraceParent? { TraceParent(text.utf8.span) }

    @Test func `a trace is read and written as it came`() throws {
        let trace = try #require(parse(Self.good))
        #expect(trace.description == Self.good)
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func `leading zeros are kept`() {
        let text = "00-00000000000000000000000000000001-0000000000000002-00"
        #expect(parse(text)?.description == text)
        #expect(parse(text)?.traceID == "00000000000000000000000000000001")
    }

    @Test(arguments: [
        ("ff", "03"), ("04", "00"), ("03", "03"), ("01", "01"),
    ]) func `flags that the standard does not know are sent on as zeros`(given: String, written: String) {
        #expect(parse(Self.good.dropLast(2) + given)?.description == Self.good.dropLast(2) + written)
    }

    @Test(arguments: ["01" + good.dropFirst(2), "cc" + good.dropFirst(2) + "-what-comes-later"])
    func `of a later version what is known is read`(text: String) {
        #expect(parse(text)?.description == Self.good)
    }

    @Test(arguments: [
        "", "x", "00", String(good.dropLast()), good + "0", good + "-", good + "-more", " " + good, good + "\n",
        good.uppercased(), "ff" + good.dropFirst(2), "0x" + good.dropFirst(2), "cc" + good.dropFirst(2) + "more",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "00-4bf92f3577b34da6a3ce929d0e0e47360-0f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        String(repeating: "0", count: 55), String(repeating: "-", count: 55),
    ]) func `what is no trace is ignored`(text: String) { #expect(parse(text) == nil) }

    @Test func `no bytes whatever are too much for it`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = Array(Self.good.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0...2, using: &generator))
            guard let trace = TraceParent(bytes.span) else { continue }
            #expect(TraceParent(trace.description.utf8.span) == trace)
            #expect(trace.description.utf8.count == 55)
        }
    }
}
