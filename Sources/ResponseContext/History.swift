package import Contracts
package import JSON

/// What a customer said, when, and through which channel.
package struct GivenAnswer: Hashable, Sendable {
    package let answer: Answer
    package let at: Timestamp
    package let channel: String?

    package init(_ answer: Answer, at time: Timestamp, channel: String? = nil) {
        (self.answer, at, self.channel) = (answer, time, channel)
    }

    /// Nobody answers in the future: rows of an older version may say so.
    package func by(_ now: Timestamp) -> Self { at <= now ? self : Self(answer, at: now, channel: channel) }
}

/// All that a customer said to an order, as it was read: which answer counts is known only when the end is.
package struct History: Hashable, Sendable {
    /// More than this nobody means.
    package static let limit = 100

    package private(set) var answers: [GivenAnswer] = []

    package init() {}

    package var isFull: Bool { answers.count >= Self.limit }

    package mutating func add(_ answer: GivenAnswer) { answers.append(answer) }

    /// The last answer read of those up to a moment, that one included; `ignore` when there is none.
    package func answer(by end: Timestamp? = nil) -> Answer {
        guard let end else { return answers.last?.answer ?? .ignore }
        return answers.last { $0.at <= end }?.answer ?? .ignore
    }

    /// Three arrays side by side, the channel empty where none was named.
    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("answers") else { return }
        let given = try fields.strings("answers", atMost: Self.limit)
        let times = try fields.numbers("answeredAt", in: 0...Int64.max, atMost: Self.limit)
        let channels = try fields.strings("channels", atMost: Self.limit)
        guard times.count == given.count, channels.count == given.count else {
            throw JSONError(field: "answers", .outOfRange)
        }
        for position in given.indices {
            guard let answer = Answer(rawValue: given[position]), let time = times[position] else {
                throw JSONError(field: "answers", .outOfRange)
            }
            let channel = channels[position]
            let at = Timestamp(milliseconds: time)
            answers.append(GivenAnswer(answer, at: at, channel: channel.isEmpty ? nil : channel))
        }
    }

    package func write(_ json: inout JSONWriter) {
        guard !answers.isEmpty else { return }
        json.field("answers", answers.map(\.answer.rawValue))
        json.field("answeredAt", answers.map(\.at.milliseconds))
        json.field("channels", answers.map { $0.channel ?? "" })
    }
}
