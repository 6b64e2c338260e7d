import Contracts
import DRContext
import Daemon
import JSON
import Kafka
import Market

/// Sends a market to dr, and waits for what comes of it.
struct MarketSetting {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    enum Outcome {
        case changed(MarketChanged)
        /// With dr's reason.
        case refused(String)
        /// It holds already, or dr has not taken it in time.
        case silent
    }

    let properties: [String: String]
    let patience: Duration

    func run(_ market: Market, _ admin: Admin) throws -> Outcome {
        let partition = try RunningMarket(properties: properties).partition(admin)
        let topics = [Context.dr.events, Context.dr.deadLetters]
        let starts = try topics.map {
            TopicPartition($0, partition, offset: try admin.watermarks($0, partition).high)
        }
        var generator = SystemRandomNumberGenerator()
        let command = "dr-" + Self.hex(generator.next()) + Self.hex(generator.next())
        try send(market, command)
        return try wait(for: command, starts)
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func send(_ market: Market, _ command: String) throws {
        let producer = try Producer(properties, log: LogOptions.forTools)
        let headers = Headers(capacity: 2)
        headers.add("type", SetMarket.type.bytes)
        headers.add(Request.commandHeader, command.utf8.span)
        var json = JSONWriter()
        json.message(SetMarket(market: market.text), at: .current)
        try producer.send(
            Context.dr.commands, key: Markets.key.utf8.span, value: json.bytes, headers: headers)
        try producer.flush(milliseconds: 30_000)
    }

    private func wait(for command: String, _ starts: [TopicPartition]) throws -> Outcome {
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        try reader.assign(starts)
        let deadline = ContinuousClock.now + patience
        var json = JSONReader()
        while .now < deadline {
            switch reader.next(milliseconds: 100) {
            case .record(let record):
                guard record.header(Request.commandHeader)?.text == command else { break }
                if let reason = record.header("deadletter.reason")?.text { return .refused(reason) }
                guard let value = record.value else { break }
                return .changed(try MarketChanged(json.fields(of: value)))
            case .failure(let error): if error.severity == .fatal { throw error }
            case .end: break
            case nil: break
            }
        }
        return .silent
    }
}

extension Span<UInt8> {
    fileprivate var text: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
}
