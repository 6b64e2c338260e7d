import Contracts
import DRContext
import Daemon
import Glibc
import JSON
import Kafka
import Market
import Synchronization
import Telemetry
import Threads

/// Follows the file of a market: sets it when it starts and whenever the file is another one. dr takes it only if it is
/// newer than the market that holds, whichever of its daemons reads the file first. A file that is wrong is refused as
/// a whole, which is logged and counted, and nothing changes.
final class MarketFeed: Serving {
    /// How often the file is looked at.
    private static let interval = Duration.seconds(2)
    private static let turn = Duration.milliseconds(100)

    private let file: SmallFile
    private let properties: [String: String]
    private let log: Logger
    private let stop = StopSignal()
    private let version: Gauge
    private let faults: Gauge
    /// What became of the record on its way; nil as long as nothing has.
    private let isWritten = Mutex<Bool?>(nil)

    init(_ path: String, _ properties: [String: String], _ metrics: MetricsRegistry, log: Logger) {
        (file, self.properties) = (SmallFile(path: path), properties)
        self.log = log.with(["context": Context.dr.name])
        version = metrics.gauge("negawatt_market_file_version", "The version of the market in the daemon's file.")
        faults = metrics.gauge(
            "negawatt_market_file_faults", "What is wrong with the market's file; it is not used unless this is 0.")
    }

    /// Any thread.
    func requestStop() { stop.set() }

    /// Looks at the file until it is stopped. One thread.
    func run(onListening: (UInt16) -> Void) throws {
        let producer = try AcknowledgedProducer(
            properties, topics: [Context.dr.commands], log: log
        ) { [self] _, acknowledgement in
            if case .written = acknowledgement {
                isWritten.withLock { $0 = true }
            } else {
                isWritten.withLock { $0 = false }
            }
        }
        var seen: SmallFile.Mark??
        var market: Market?
        while !stop.isSet {
            let mark = file.mark
            if seen != .some(mark) {
                seen = .some(mark)
                market = look()
                if let market { send(market, producer) }
            } else if let market, isWritten.withLock({ $0 }) == false {
                // Kafka was away.
                send(market, producer)
            }
            pause()
        }
        producer.close(within: .milliseconds(500))
    }

    private func pause() {
        let deadline = ContinuousClock.now + Self.interval
        while !stop.isSet, .now < deadline { usleep(UInt32(Self.turn / .microseconds(1))) }
    }

    /// Reads the file; nil where it is wrong, which is said.
    private func look() -> Market? {
        do {
            let bytes = try file.read()
            do throws(MarketFaults) {
                let market = try Market(bytes)
                faults.set(0)
                version.set(Int(market.version))
                log.info("market read", ["file": file.path, "version": Int(market.version)])
                return market
            } catch {
                faults.set(error.count)
                log.error(
                    "the market's file is wrong, and nothing of it is used",
                    ["file": file.path, "faults": error.count, "reason": "\(error)"])
            }
        } catch {
            faults.set(1)
            log.error("the market's file cannot be read", ["file": file.path, "reason": "\(error)"])
        }
        return nil
    }

    private func send(_ market: Market, _ producer: AcknowledgedProducer) {
        isWritten.withLock { $0 = nil }
        var json = JSONWriter()
        json.message(SetMarket(market: market.text, isOnlyIfNewer: true), at: .current)
        let headers = Headers(capacity: 1)
        headers.add("type", SetMarket.type.bytes)
        do {
            try producer.send(
                Context.dr.commands, key: Markets.key.utf8.span, value: json.bytes, headers: headers, token: 1)
        } catch {
            isWritten.withLock { $0 = false }
            log.warning("the market cannot be sent: trying again", ["reason": "\(error)"])
        }
    }
}
