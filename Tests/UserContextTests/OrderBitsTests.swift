import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// What a customer's row notes of the orders in his ledger: an order is paid once, whether the ledger is asked or not.
@Suite struct OrderBitsTests {
    private let harness = Harness([UserWorker()], partitions: 1, check: keepsItsContract)

    private func customer(_ fields: String) throws -> Customer {
        var reader = JSONReader()
        var row: Customer?
        let text = #"{"id":"kim","name":"K","capacity":1,"point":0,"entries":3\#(fields)}"#
        try reader.read(text.utf8.span) { row = try Customer($0) }
        return try #require(row)
    }

    private func text(_ json: borrowing JSONWriter) -> String {
        unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Twice as many orders as there are bits: most bits stand for several.
    @Test func `orders that share a bit are paid once each, and each only once`() throws {
        try harness.register("kim")
        for round in 1...2 {
            for order in 1...128 { try harness.check("kim", "dr-\(order)", Int64(order)) }
            #expect(harness.values(.userEvents, PointChanged.type).count == 128)
            #expect(harness.deadLetters.map(\.rejection.kind) == Array(repeating: .conflict, count: (round - 1) * 128))
        }
        #expect(harness.rows(.user, Users.self)["kim"]?.contains(#""point":8256,"#) == true)
    }

    @Test func `a row that notes no orders may have entries for each of them`() throws {
        var customer = try customer("")
        let isFirst = customer.note(OrderID(text: "dr-1"))
        var json = JSONWriter()
        json.object { customer.write(&$0) }
        #expect(!isFirst)
        #expect(!text(json).contains("orderBits"))
    }

    /// Rows keep the bits: the same order has the same one in each version of the program.
    @Test(
        arguments: [
            ("dr-1", 17_179_869_184), ("한전", 274_877_906_944), ("dr-44", 4_611_686_018_427_387_904),
        ] as [(String, Int64)])
    func `an order has its bit for ever`(_ order: String, _ bits: Int64) throws {
        var customer = try customer(#","orderBits":0"#)
        let isFirst = customer.note(OrderID(text: order))
        #expect(isFirst)
        var json = JSONWriter()
        json.object { customer.write(&$0) }
        #expect(text(json).contains(#""orderBits":\#(bits)}"#))
        var again = try self.customer(#","orderBits":\#(bits)"#)
        let isFirstAgain = again.note(OrderID(text: order))
        #expect(!isFirstAgain)
    }

    @Test func `a correction that pays nothing is noted, so that an older check finds it`() throws {
        try harness.register("kim")
        try harness.check("kim", "dr-1", 0, version: 2)
        try harness.check("kim", "dr-1", 100)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        #expect(harness.values(.userEvents, PointChanged.type).isEmpty)
    }
}
