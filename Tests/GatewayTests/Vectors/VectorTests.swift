import Contracts
import Testing

/// The surface of the services before this one, request by request, over HTTP on a gateway with all contexts behind it.
@Suite(.timeLimit(.minutes(30))) struct VectorTests {
    /// In the order in which the state of one makes that of the next.
    static let table =
        Vector.users + Vector.orders + Vector.responses + Vector.ends + Vector.lateResponses + Vector.checks
        + Vector.web

    @Test func `a vector is there for each number`() {
        let numbers = (1...50).map { $0 < 10 ? "V0\($0)" : "V\($0)" }
        #expect(Self.table.map(\.name).sorted() == numbers)
    }

    @Test func `the gateway answers as users of the services before it expect, or better`() throws {
        let course = Course(try Stage(without: .dr))
        for vector in Self.table { try course.go(vector.steps, in: vector.name) }
    }
}
