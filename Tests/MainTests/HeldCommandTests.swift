import Contexts
import Contracts
import RealKafka
import Testing
import Workers

@testable import Main

/// `negawatt held`: what is about a customer, and what only looks so.
@Suite(.timeLimit(.minutes(30))) struct HeldCommandTests {
    @Test(arguments: [
        ("users/kim", "kim"), ("customers/kim", "kim"), ("responses/dr-1/kim", "kim"), ("checks/kim/dr-1", "kim"),
        ("days/kim/2026-11-20", "kim"), ("ledger/dr/dr-1/kim", "kim"), ("ledger/dr/dr-1/kim/2", "kim"),
        ("ledger//dr-1/kim", "kim"), ("ledger/withdrawal/kim/w/back", "kim"), ("ledger/adjustment/kim/a", "kim"),
        ("waiting/kim/dr-1", "kim"),
        ("waiting//kim", "kim"), ("waiting//kim/2026-11-20", "kim"), ("waiting///for/0000000000002/kim/dr-1", "kim"),
        ("waiting///market/2", nil),
        ("timers/1795251600000/readings/kim/dr-1", "kim"), ("timers/1795251600000/patience/dr-1/kim/1", "kim"),
        ("timers/1795251600000/list/dr-1", nil), ("orders/kim", nil), ("orders_by_time/1/kim", nil), ("users", nil),
        ("", nil), ("ledger/dr", nil),
    ])
    func `a row is the customer's whose id has its place in the key`(_ key: String, _ customer: String?) {
        #expect(RowOfCustomer(key: key, of: .kepco)?.customer == customer)
    }

    @Test func `answers that wait are the customer's, and not the order's`() {
        #expect(RowOfCustomer(key: "waiting/kim/lee/1", of: .response)?.customer == "lee")
        #expect(RowOfCustomer(key: "waiting//lee", of: .response)?.customer == "lee")
    }

    @Test(arguments: [
        ("meters/kim", "kim"), ("calls/call/kim", "kim"), ("calls/wait/1795251600000/kim", "kim"),
        ("calls/past/1795251600000/kim", "kim"),
        ("timers/1795251600000/ask/kim", "kim"), ("timers/1795251600000/call/kim", "kim"), ("gone/kim", "kim"),
        ("nextdays/0020781", nil),
    ])
    func `what feed knows of a customer is his`(_ key: String, _ customer: String?) {
        #expect(RowOfCustomer(key: key, of: .feed)?.customer == customer)
    }

    @Test(arguments: [
        ("contacts/kim", "kim"), ("notices/kim/order/dr-1", "kim"), ("gone/kim", "kim"),
        ("sendings/call/push/1795251600000/kim/order/dr-1", "kim"), ("sendings/beat/1795251600000", nil),
        ("sendings/wait/push/0/1795251600000/kim/order/dr-1", "kim"), ("timers/1795251600000/send/", nil),
        ("timers/1795251600000/notice/kim/order/dr-1", "kim"), ("timers/1795251600000/overdue/push", nil),
        ("timers/1795251600000/resume/push", nil), ("timers/1795251600000/look/kim/order/dr-1", "kim"),
        ("timers/1795251600000/gone/kim", "kim"),
    ])
    func `what notify knows of a customer is his`(_ key: String, _ customer: String?) {
        #expect(RowOfCustomer(key: key, of: .notify)?.customer == customer)
    }

    @Test func `each table has a place for the customer, or is about nobody`() {
        let ofNobody = ["orders", "orders_by_time", "early_endings", "nextdays"]
        for worker in Contexts.types {
            for table in worker.tables where !ofNobody.contains(table.name.description) {
                let row = RowOfCustomer(key: "\(table.name)/kim/kim/kim/kim", of: worker.context)
                #expect(row?.customer == "kim", "RowOfCustomer says nothing of \(worker.context)'s table \(table.name)")
            }
        }
    }

    @Test func `rows that are gone are counted as records only`() {
        let topic = Topic("user.changelog", owner: .user, key: "table/key", .compact)
        var summary = HeldSummary()
        #expect(summary.isEmpty)
        for (key, isThere, time) in [("a", true, 5), ("b", true, 3), ("a", true, 7), ("b", false, 9)] {
            summary.add(row: key, isThere: isThere, "ledger", in: topic, at: Int64(time))
        }
        #expect(summary.counts[topic.name]?["ledger"] == HeldSummary.Count(records: 4, oldest: 3, newest: 9))
        #expect(summary.rowsNow("ledger", in: topic) == 1)
    }

    /// Sends what each topic may have of kim, and of others.
    private func fill(_ servers: String) throws {
        func send(_ topic: String, _ key: String?, _ value: String, partition: Int32? = nil) throws {
            let partition = partition ?? Partitioner.partition(of: key ?? "", among: 3)
            _ = try Command.kcat(
                ["-P", "-b", servers, "-t", topic, "-p", "\(partition)"] + (key.map { ["-k", $0] } ?? []), input: value)
        }
        let his = Partitioner.partition(of: "kim", among: 3)
        try send("user.commands", "kim", #"{"eventType":"RegisterUser","id":"kim","name":"Kim","capacity":1}"#)
        let lee = #"{"eventType":"RegisterUser","id":"lee","name":"kim","capacity":1}"#
        try send("user.commands", "lee", lee, partition: his)
        try send("user.commands", nil, #"{"eventType":"UpdateUser","id":"kim","name":"K"}"#, partition: his)
        try send("response.commands", nil, #"{"eventType":"Accept","id":"dr-1.kim"}"#, partition: (his + 1) % 3)
        try send("kepco.readings", "kim", "no JSON")
        // An order of the same id.
        try send("dr.commands", "kim", #"{"eventType":"StartDr","id":"kim","name":"x","type":"t"}"#)
        try send("user.changelog", "users/kim", #"{"id":"kim"}"#, partition: his)
        // Escaped, of another order, and a list's step of an order of his name.
        try send("kepco.readings", nil, #"{"eventType":"MeterReading","userId":"\u006bim","wh":1}"#, partition: his)
        try send("response.internal", "kim", #"{"eventType":"MakeList","drId":"kim"}"#)
        try send("response.changelog", "responses/kim/lee", #"{"name":"L"}"#, partition: his)
        try send("user.changelog", "users/lee", #"{"id":"lee"}"#, partition: his)
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `what Kafka holds is reported, and shown`() throws {
        let broker = try RealKafka.Broker()
        let kafka = ["--bootstrap-servers", broker.bootstrapServers]
        _ = try Negawatt.succeed(["topics", "create", "--partitions", "3"] + kafka)
        let nothing = try Negawatt.run(["held", "kim"] + kafka)
        #expect(nothing.code == 1 && nothing.output.contains("nothing is held about customer kim"))
        try fill(broker.bootstrapServers)
        let text = try Negawatt.succeed(["held", "kim"] + kafka)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(
            lines.dropFirst().dropLast().map { $0.prefix(3).joined(separator: " ") } == [
                "user.commands RegisterUser 1", "user.commands UpdateUser 1", "kepco.readings ? 1",
                "kepco.readings MeterReading 1", "user.changelog users 1",
            ], "\(text)")
        #expect(text.contains("after 30 days") && text.contains("with its row"), "\(text)")
        let all = try Negawatt.succeed(["held", "kim", "--everywhere", "--records"] + kafka)
        let records = all.split(separator: "\n")
        #expect(records.count == 6, "\(all)")
        #expect(records.contains { $0.contains(#""what":"Accept","value":{"eventType":"Accept","id":"dr-1.kim"}}"#) })
        #expect(records.contains { $0.contains(#""what":"?","value":"no JSON"}"#) })
    }
}
