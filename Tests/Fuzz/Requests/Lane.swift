import Daemon
import Threads

/// One client of many: it sends one exchange after the other, over the connection that the last one has left, and looks
/// at each answer.
final class Lane {
    /// For whatever has to come to an end: a request's head and body have 10 s each, an answer that is waited for has
    /// more.
    private static let timeout = Duration.seconds(90)
    /// So long an end is waited for that mostly does not come.
    private static let glance = Duration.milliseconds(25)
    /// A gateway closes a connection that has nothing to do, after more than this.
    private static let idleLimit = Duration.seconds(20)
    /// A gateway closes the connection of a client that takes this long to send a request or to take an answer, as one
    /// on a busy machine may.
    private static let slowLimit = Duration.seconds(10)

    private let source: RequestSource
    /// That takes tokens, and that takes everybody.
    private let ports: [UInt16]
    private let score: Scoreboard
    private var connections: [(socket: ClientSocket, since: ContinuousClock.Instant)?] = [nil, nil]

    init(_ source: RequestSource, _ ports: [UInt16], _ score: Scoreboard) {
        (self.source, self.ports, self.score) = (source, ports, score)
    }

    /// So many of them, each on a thread.
    /// - Returns: what waits for all of them.
    static func start(
        _ count: Int, _ source: RequestSource, _ ports: [UInt16], _ score: Scoreboard
    ) -> () -> Void {
        let threads = (0..<count).map { place in Thread("lane \(place)") { Lane(source, ports, score).run() } }
        return { for thread in threads { thread.join() } }
    }

    /// Until there are enough, or something is wrong.
    func run() {
        while let number = score.next() {
            let exchange = source.exchange(number)
            do throws(Fault) { try carryOut(exchange) } catch {
                score.fail(exchange, error)
                return
            }
            score.count(exchange)
        }
    }

    private func carryOut(_ exchange: FuzzedExchange) throws(Fault) {
        let place = exchange.isOpen ? 1 : 0
        let connection: ClientSocket
        if let kept = connections[place], .now - kept.since < Self.idleLimit {
            connection = kept.socket
        } else {
            connection = try ClientSocket(port: ports[place])
        }
        connections[place] = nil
        let bytes = exchange.bytes
        if exchange.isLeft {
            connection.send(Array(bytes.prefix(bytes.count - bytes.count / 3)), pieces: exchange.pieces)
            return
        }
        connection.send(bytes, pieces: exchange.pieces)
        switch exchange.kind {
        case .framed(let requests):
            if try take(requests, connection, isLong: bytes.count > 12_000) { connections[place] = (connection, .now) }
        case .wild(_, let isHead): try look(connection, exchange, bytes, isHead: isHead)
        case .stream(let request): try follow(request, connection)
        }
    }

    /// An answer to each. Who answers before all of a long request has come may take the answer with the connection.
    /// - Returns: whether the connection can continue.
    private func take(_ requests: [FuzzedRequest], _ connection: ClientSocket, isLong: Bool) throws(Fault) -> Bool {
        for (place, request) in requests.enumerated() {
            let answer: Answer?
            do throws(Fault) {
                answer = try self.answer(connection, hasBody: request.method != "HEAD", mayBeNone: isLong)
            } catch {
                throw Fault("\(error), which is answer \(place + 1) of \(requests.count)")
            }
            guard let answer else { return false }
            try check(answer, request)
            if answer.isStream { return false }
            if answer.isLast { return false }
        }
        guard connection.received.isEmpty else { throw Fault("more than \(requests.count) answers") }
        return true
    }

    /// Whatever has been made of it: answers, or an end.
    private func look(
        _ connection: ClientSocket, _ exchange: FuzzedExchange, _ bytes: [UInt8], isHead: Bool
    ) throws(Fault) {
        var (answers, timeout) = (0, exchange.waitsLong ? Self.timeout : Self.glance)
        // Of several requests it is not known which one an answer is to.
        let isClear = !isHead && bytes[...].place(of: "HEAD") == nil
        while true {
            switch connection.receive(within: timeout) {
            case .data: break
            case .reset: return
            case .closed:
                if isClear, !connection.received.isEmpty { throw Fault("an answer that is not whole") }
                return
            case .timeout:
                if exchange.waitsLong, answers == 0 { throw Fault("no answer and no end after \(timeout)") }
                score.countUnanswered(answers == 0)
                return
            }
            while let answer = try connection.takeAnswer(hasBody: isClear) {
                try check(answer, nil)
                (answers, timeout) = (answers + 1, .milliseconds(2))
                if answer.isStream || answer.saysItsHeadTwice || !isClear { return }
            }
        }
    }

    /// The first of the events.
    private func follow(_ request: FuzzedRequest, _ connection: ClientSocket) throws(Fault) {
        guard let answer = try answer(connection, hasBody: request.method != "HEAD", mayBeNone: false) else { return }
        try check(answer, request)
        guard answer.isStream else { return }
        while connection.received[...].place(of: "\n\n") == nil {
            guard connection.receive(within: Self.timeout) == .data else { throw Fault("a stream that says nothing") }
        }
    }

    private func answer(
        _ connection: ClientSocket, hasBody: Bool, mayBeNone: Bool
    ) throws(Fault) -> Answer? {
        let begun = ContinuousClock.now
        while true {
            if let answer = try connection.takeAnswer(hasBody: hasBody) { return answer }
            let event = connection.receive(within: Self.timeout)
            switch event {
            case .data: break
            case .timeout: throw Fault("no answer after \(Self.timeout)")
            case .closed, .reset:
                let waited = .now - begun
                if waited >= Self.slowLimit {
                    score.countSlow()
                    return nil
                }
                if mayBeNone { return nil }
                throw Fault("\(event) after \(waited) with \(connection.received.count) bytes of an answer")
            }
        }
    }

    private func check(_ answer: Answer, _ request: FuzzedRequest?) throws(Fault) {
        score.count(answer)
        do throws(Fault) {
            try AnswerCheck(mayBeUnavailable: score.mayBeUnavailable).check(answer, to: request)
        } catch {
            let body = String(decoding: answer.body.prefix(2000), as: UTF8.self)
            throw Fault("\(error)\n  answer: \(answer.status) \(answer.headers)\n  \(body)")
        }
    }
}
