import Synchronization
import Telemetry

/// Gives librdkafka's own log lines to ours. Any thread may use it.
final class ClientLog: Sendable {
    /// What repeats without end while something is wrong, each with its own memory of when it was said last.
    private enum Trouble { case connection, security, guess }

    /// Quiet for so long, and the trouble is taken to be over: the next one is said again.
    private static let quiet = Duration.seconds(120)

    private let log: Logger
    private let secrets: Secrets
    private let start = ContinuousClock.now
    private let connection = Atomic<Int64>(.min)
    private let security = Atomic<Int64>(.min)
    /// How often it has been guessed since a connection was last refused, and when last.
    private let guesses = Atomic(0)
    private let guess = Atomic<Int64>(.min)
    private let isQuiet = Atomic(false)

    init(_ log: Logger, _ secrets: Secrets) {
        self.log = log
        self.secrets = secrets
    }

    /// From now on nobody wants to hear of this client.
    func quieten() { isQuiet.store(true, ordering: .relaxed) }

    func isOn(_ syslogLevel: Int32) -> Bool { log.isOn(Self.level(syslogLevel)) }

    func write(_ syslogLevel: Int32, _ facility: String, _ text: String) {
        var level = Self.level(syslogLevel)
        if LibraryText.isPropertyOfOthers(facility, text) { level = .debug }
        if isQuiet.load(ordering: .relaxed) {
            level = .debug
        } else if let trouble = Self.trouble(facility, text) {
            if LibraryText.isConnectionRefused(text) { guesses.store(0, ordering: .relaxed) }
            if isRepeated(trouble, level) {
                level = .debug
            } else if trouble == .guess {
                // For librdkafka it is only that a connection ended.
                level = max(level, .warning)
            }
        }
        guard log.isOn(level) else { return }
        let fields: LogFields = ["from": facility, "text": secrets.hide(in: text)]
        switch level {
        case .debug: log.debug("librdkafka", fields)
        case .info: log.info("librdkafka", fields)
        case .warning: log.warning("librdkafka", fields)
        case .error: log.error("librdkafka", fields)
        }
    }

    private static func level(_ syslogLevel: Int32) -> Logger.Level {
        switch syslogLevel {
        case ...3: .error
        case 4: .warning
        case 5, 6: .info
        default: .debug
        }
    }

    private static func trouble(_ facility: String, _ text: String) -> Trouble? {
        guard LibraryText.isConnectionLost(facility, text) else { return nil }
        if LibraryText.isGuess(text) { return .guess }
        return LibraryText.isAboutSecurity(text) ? .security : .connection
    }

    /// Also what is none yet. That a connection ended is no trouble: brokers close idle ones. That none can be made is.
    private func isRepeated(_ trouble: Trouble, _ level: Logger.Level) -> Bool {
        if level < .warning, trouble != .guess { return true }
        let now = (ContinuousClock.now - start).components.seconds
        let before =
            switch trouble {
            case .connection: connection.exchange(now, ordering: .relaxed)
            case .security: security.exchange(now, ordering: .relaxed)
            case .guess: guess.exchange(now, ordering: .relaxed)
            }
        if trouble == .guess {
            // A broker that ends hangs up as well, once, and takes no connections then. One that wants TLS does it each
            // time.
            if before == .min || now - before >= Self.quiet.components.seconds { guesses.store(0, ordering: .relaxed) }
            return guesses.add(1, ordering: .relaxed).newValue != 2
        }
        return before != .min && now - before < Self.quiet.components.seconds
    }
}
