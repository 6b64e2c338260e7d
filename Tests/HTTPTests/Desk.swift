import Glibc
import HTTP
import RealKafka
import Synchronization
import Testing

/// Requests that have come in and are not answered yet, in the order in which they came.
final class Desk: Sendable {
    private let exchanges = Mutex<[HTTPExchange]>([])

    func put(_ exchange: HTTPExchange) { exchanges.withLock { $0.append(exchange) } }

    /// Waits for one.
    func take() throws -> HTTPExchange {
        var taken: HTTPExchange?
        try eventually("a request") {
            taken = exchanges.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            return taken != nil
        }
        return try #require(taken)
    }

    /// Those that are there.
    func takeAll() -> [HTTPExchange] {
        exchanges.withLock { exchanges in
            defer { exchanges = [] }
            return exchanges
        }
    }
}
