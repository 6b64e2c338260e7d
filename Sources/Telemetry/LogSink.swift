/// Where log lines go. Any thread may call it.
package protocol LogSink: Sendable {
    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields)
}
