import Calls
import Contracts
import Daemon
package import HTTPClient
import NotifyContext
import OutsideClient
import Telemetry
package import Workers

/// What the client's thread has in hand: its channels, and the calls that are under way. One thread.
package final class NoticeWork: OutsideWork {
    /// How long it waits where nothing is due.
    private static let idle = Duration.seconds(1)

    package let calls: HTTPCalls
    private let channels: [String: ChannelWork]
    /// In the operator's order.
    private let names: [String]
    private let metrics: NotifyMetrics
    private let writer: AnswerWriter
    /// Of calls that are under way.
    private var channelOfToken: [UInt64: ChannelWork] = [:]
    private var lastToken: UInt64 = 0

    init(
        _ settings: NotifyClientSettings, _ properties: [String: String], _ metrics: NotifyMetrics,
        deskLimit: Int, log: Logger
    ) throws {
        self.metrics = metrics
        names = settings.channels.map(\.name)
        channels = Dictionary(
            settings.channels.map {
                let desk = NoticeDesk(limit: deskLimit)
                return ($0.name, ChannelWork($0, desk, settings.templates, metrics.channel($0.name), log: log))
            }, uniquingKeysWith: { one, _ in one })
        calls = try HTTPCalls(
            settings.client, connections: settings.channels.reduce(0) { $0 + $1.gate.inFlight })
        // A call has a hundred answers.
        let room = ["queue.buffering.max.messages": "500000", "queue.buffering.max.kbytes": "262144"]
        writer = try AnswerWriter(
            room.merging(properties) { $1 }, to: Context.notify.internal, unwritten: metrics.unwritten, log: log)
    }

    package func turn(_ asked: [any OutsideCall]) throws {
        try writer.mend()
        for asked in asked {
            switch asked {
            case let call as NoticeCall:
                guard let channel = channels[call.key.channel] else {
                    // It was one when the contact was set.
                    write((call, .refused))
                    continue
                }
                if !channel.take(call) {
                    metrics.notTaken()
                    write((call, .unavailable))
                }
            case let end as NoticeCallEnd: channels[end.key.channel]?.remove(end)
            default: break
            }
        }
        var wait = Self.idle
        for name in names {
            guard let channel = channels[name] else { continue }
            let next = channel.makeCalls({ call throws(HTTPClientError) in try start(call, channel) }, write)
            wait = min(wait, next ?? wait)
        }
        for ended in calls.ended(within: wait) {
            channelOfToken.removeValue(forKey: ended.token)?.end(ended.token, ended.result, write)
        }
    }

    private func start(_ call: HTTPCall, _ channel: ChannelWork) throws(HTTPClientError) -> UInt64 {
        lastToken += 1
        try calls.start(call, token: lastToken)
        channelOfToken[lastToken] = channel
        return lastToken
    }

    private func write(_ answer: ChannelWork.Answer) {
        let told = NoticeAnswered(answer.call.key, attempt: answer.call.attempt, outcome: answer.outcome)
        writer.write(told, key: answer.call.key.user.text, to: answer.call.partition, at: .current)
    }

    package func drop() {
        calls.drop()
        channelOfToken.removeAll()
        for channel in channels.values { channel.drop() }
    }

    package func lost(_ count: Int) { metrics.notTaken(by: count) }

    package func close() {
        drop()
        writer.close()
    }
}
