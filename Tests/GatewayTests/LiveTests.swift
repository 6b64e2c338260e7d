import Contracts
import HTTP
import JWT
import Kafka
import RealKafka
import Testing

@testable import Gateway

/// The live stream, and how long it is whose.
@Suite(.timeLimit(.minutes(30))) struct LiveTests {
    private static func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    @Test func `each listener is told once that its token has ended, and the others stay`() {
        var listeners = Listeners()
        let streams = (0..<4).map { _ in HTTPStream() }
        listeners.add(streams[0], until: Self.at(20))
        listeners.add(streams[1], until: Self.at(10))
        listeners.add(streams[2], until: nil)
        listeners.add(streams[3], until: Self.at(10))
        #expect(listeners.nextEnd == Self.at(10) && listeners.takeExpired(at: Self.at(9)).isEmpty)
        #expect(
            Set(listeners.takeExpired(at: Self.at(10)).map(ObjectIdentifier.init))
                == Set([1, 3].map { ObjectIdentifier(streams[$0]) }))
        #expect(listeners.takeExpired(at: Self.at(11)).isEmpty && listeners.nextEnd == Self.at(20))
        listeners.remove(streams[0])
        #expect(listeners.takeExpired(at: Self.at(30)).isEmpty && listeners.nextEnd == nil && listeners.count == 3)
    }

    /// Contexts are not needed: their rows are.
    @Test func `more orders run than are watched, and it says how many`() throws {
        let broker = try EmbeddedBroker()
        for topic in Topic.all { try broker.createTopic(topic.name, partitions: 1) }
        let producer = try Producer(["bootstrap.servers": broker.bootstrapServers], log: quiet)
        func send(_ number: Int, _ status: String) throws {
            let startsAt = 1_795_000_000_000 + number
            let row =
                #"{"id":"o\#(number)","name":"n","type":"k","status":"\#(status)","startsAt":\#(startsAt)}"#
            try producer.send(
                Context.dr.changelog, partition: 0, key: "orders/o\(number)".utf8.span, value: row.utf8.span)
            try producer.flush(milliseconds: Int32(Patience.usual.milliseconds))
        }
        let count = Queries.watchedLimit + 3
        for number in 1...count { try send(number, "started") }
        let directory = try Leftovers.temporaryDirectory("gateway")
        let settings = GatewaySettings(
            properties: ["bootstrap.servers": broker.bootstrapServers], stateDirectory: directory,
            httpAddress: "127.0.0.1", httpPort: 0, healthPort: 0, door: .local, inputs: [:])
        let part = Part("gateway", Gateway(settings, log: quiet))
        let client = try part.awaitReady()
        let listener = try KeptConnection(port: client.port)
        listener.send("GET", "/live", [], "")
        func awaitTold(_ words: String...) {
            // Something comes again and again: that the contexts' health is another one, or that the server is here.
            let end = ContinuousClock.now + Patience.usual
            while !words.allSatisfy({ listener.text.contains($0) }), .now < end, listener.receive() {}
            for word in words { #expect(listener.text.contains(word)) }
        }
        // How the contexts are is the last of a snapshot.
        awaitTold("event: snapshot", #""running":\#(count)"#, #""breaker":"#)
        let watched = listener.text.split(separator: #""status":"running""#).count - 1
        #expect(watched == Queries.watchedLimit)
        // One more begins, and the first of those that were watched goes.
        try send(count + 1, "started")
        awaitTold(#""id":"o\#(count + 1)""#, "event: unwatched", #"data: {"id":"o4"}"#, #"{"running":\#(count + 1)}"#)
        try send(count + 1, "ended")
        awaitTold(#"data: {"running":\#(count)}"#)
        try part.stop()
        withExtendedLifetime(broker) {}
    }

    @Test func `a stream ends when its token does`() throws {
        let guarded = try Stage.shared.get().guarded
        // Taken for as long as clocks may be apart behind its end. A slow machine gets more time to begin.
        var told = ""
        for seconds: Int64 in [3, 10, 30, 60] where !told.hasPrefix("HTTP/1.1 200") {
            let header = Stage.authorization(.operator, expiresIn: seconds - TokenRules.leeway / 1000)
            let connection = try KeptConnection(port: guarded.port)
            connection.send("GET", "/live", [header, ("Connection", "close")], "")
            told = String(decoding: connection.rest(), as: UTF8.self)
            // The client comes again, and with this one nobody gets in.
            #expect(try guarded.ask("GET", "/live", [header]).status == 401)
        }
        // Whole, up to the last of its chunks.
        #expect(
            told.hasPrefix("HTTP/1.1 200") && told.contains("event: snapshot") && told.hasSuffix("\r\n0\r\n\r\n"),
            "\(told)")
    }
}
