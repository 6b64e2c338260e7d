import Kafka
import Telemetry

/// What librdkafka says, for the daemon's log. While Kafka is known to be away, which has been said once, each client
/// that is made to try again would say so again: that is for `debug`. What is wrong with a password or a certificate is
/// said all the same.
final class KafkaLog: LogSink {
    private let log: Logger
    private let status: DaemonStatus

    private init(_ log: Logger, _ status: DaemonStatus) { (self.log, self.status) = (log, status) }

    static func logger(_ log: Logger, _ status: DaemonStatus) -> Logger {
        Logger(level: log.level, sink: KafkaLog(log, status))
    }

    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        switch level {
        case _ where status.isKafkaAway && !isAboutSecurity(fields), .debug: log.debug(message, fields)
        case .info: log.info(message, fields)
        case .warning: log.warning(message, fields)
        case .error: log.error(message, fields)
        }
    }

    private func isAboutSecurity(_ fields: LogFields) -> Bool {
        LibraryText.isAboutSecurity(fields.list.map { $0.value.description }.joined(separator: " "))
    }
}
