import Contracts
import JSON
import Schemas
import Testing

/// Fields that a message does not have, and by which its sender means something.
@Suite struct LookalikeTests {
    private static let mark = "Refused: "

    @Test(arguments: Codec.all)
    func `topics say of the same fields that they are refused, and what to do instead`(codec: Codec) throws {
        let (_, contract) = try codec.contract
        let stated = (contract.schema["properties"]?.object ?? [:]).compactMapValues { schema -> String? in
            guard let text = schema["description"]?.string, text.hasPrefix(Self.mark) else { return nil }
            return String(text.dropFirst(Self.mark.count))
        }
        let known = Dictionary(uniqueKeysWithValues: codec.lookalikes.map { ($0.name.description, $0.advice) })
        #expect(stated == known)
    }

    @Test(arguments: Codec.all)
    func `a message with such a field is refused with its name and what to do instead`(codec: Codec) throws {
        let (_, contract) = try codec.contract
        for lookalike in codec.lookalikes {
            let name = lookalike.name.description
            let text = contract.example(name, #""2026-11-21T12:00:00Z""#)
            let error = #expect(throws: JSONError.self) { try codec.decode(text) }
            #expect(error?.description == "field \"\(name)\" is not read: \(lookalike.advice)")
            _ = try codec.decode(contract.example(name, "null"))
        }
    }

    @Test func `a start, an end and what has none are told apart`() {
        func names(_ lookalikes: [Lookalike]) -> [String] { lookalikes.map(\.name.description) }
        let start = ["startAt", "startTime", "startDate", "starts_at", "date"]
        let end = ["endAt", "endTime", "endDate", "endedAt", "ends_at"]
        let targets = ["resource", "resourceId", "region"]
        #expect(names(StartDr.lookalikes) == start + end + targets + ["isTest"])
        #expect(names(ChangeDr.lookalikes) == end + ["startsAt"] + start + targets)
        #expect(names(EndDr.lookalikes) == end)
        #expect(names(CancelDr.lookalikes) == ["endsAt"] + end + ["cancelAt", "cancelledAt"])
    }
}
