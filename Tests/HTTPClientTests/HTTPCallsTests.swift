import HTTP
import HTTPClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct HTTPCallsTests {
    private func patient(firstByte: Duration? = nil) -> HTTPClient {
        HTTPClient(connectLimit: .seconds(100), firstByteLimit: firstByte, wholeLimit: .seconds(100))
    }

    /// All that are under way, by their tokens.
    private func all(_ calls: HTTPCalls) -> [UInt64: Result<HTTPClient.Answer, HTTPClientError>] {
        var found: [UInt64: Result<HTTPClient.Answer, HTTPClientError>] = [:]
        while calls.count > 0 {
            for ended in calls.ended(within: .seconds(100)) {
                #expect(found.updateValue(ended.result, forKey: ended.token) == nil, "it ended twice")
            }
        }
        return found
    }

    @Test func `many calls are made at a time, and each ends once`() throws {
        // Answers come when all have asked: one after the other they would never.
        let waiting = Mutex<[HTTPExchange]>([])
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { request, exchange in
            let all = waiting.withLock { waiting in
                waiting.append(exchange)
                return waiting.count == 20 ? waiting : []
            }
            for exchange in all { exchange.answer(HTTPResponse("yes")) }
            return .later
        }
        let calls = try HTTPCalls(patient())
        for token in 1...20 as ClosedRange<UInt64> {
            try calls.start(HTTPCall("http://127.0.0.1:\(server.port)/\(token)"), token: token)
        }
        #expect(calls.count == 20)
        let found = all(calls)
        #expect(found.count == 20 && found.values.allSatisfy { (try? $0.get())?.status == 200 })
        server.stop()
    }

    @Test func `one that hangs does not hold up the others`() throws {
        let silent = OddServer("", .hold)
        defer { silent.stop() }
        let quick = OddServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        defer { quick.stop() }
        let calls = try HTTPCalls(patient(firstByte: .seconds(2)))
        try calls.start(HTTPCall(silent.url), token: 1)
        try calls.start(HTTPCall(quick.url), token: 2)
        var order: [UInt64] = []
        let start = ContinuousClock.now
        while calls.count > 0 { order += calls.ended(within: .seconds(100)).map(\.token) }
        #expect(order == [2, 1])
        // By the limit of its first byte, and not by that of the whole.
        #expect(ContinuousClock.now - start < .seconds(90))
    }

    @Test func `what cannot be asked is a failure as any other`() throws {
        let calls = try HTTPCalls(patient())
        #expect(throws: HTTPClientError.self) { try calls.start(HTTPCall("http://127.0.0.1/\u{0}x"), token: 1) }
        for (token, url) in [(3, ""), (4, "file:///etc/passwd")] as [(UInt64, String)] {
            try calls.start(HTTPCall(url), token: token)
        }
        let gone = OddServer("")
        gone.stop()
        try calls.start(HTTPCall(gone.url), token: 2)
        let kinds = all(calls).mapValues { result in
            if case .failure(let error) = result { error.kind } else { nil as HTTPClientError.Kind? }
        }
        #expect(kinds == [2: .unreachable, 3: .url, 4: .url])
    }

    @Test func `who waits can be woken, and what is dropped does not end`() throws {
        let silent = OddServer("", .hold)
        defer { silent.stop() }
        let calls = try HTTPCalls(patient())
        try calls.start(HTTPCall(silent.url), token: 1)
        calls.wake()
        let start = ContinuousClock.now
        #expect(calls.ended(within: .seconds(300)).isEmpty)
        #expect(ContinuousClock.now - start < .seconds(200))
        calls.drop()
        #expect(calls.count == 0 && calls.ended(within: .milliseconds(50)).isEmpty)
    }
}
