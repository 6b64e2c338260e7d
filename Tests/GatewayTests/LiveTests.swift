import Contracts
import HTTP
import JWT
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
