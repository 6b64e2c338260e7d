package import JSON

/// A way to a customer: over which of the operator's channels, and where to.
package struct ContactChannel: Hashable, Sendable {
    /// Of one customer.
    package static let limit = 4
    /// Characters of an address.
    package static let addressLimit = 200
    /// Characters of a channel's name.
    package static let nameLimit = 20

    package var name: String
    /// A telephone number, a mail address, a push token: whatever the channel's receiver takes.
    package var address: String

    package init(_ name: String, address: String) { (self.name, self.address) = (name, address) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        name = try fields.channel("channel")
        address = try fields.text("address", atMost: Self.addressLimit)
        if address.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw JSONError(field: "address", .control)
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("channel", name)
        json.field("address", address)
    }

    /// A lower-case letter, and up to 19 of these, digits and hyphens.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= nameLimit else {
            return false
        }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}

/// When a customer is told only what cannot wait, by the clock of the operator's zone. It may go over midnight.
package struct QuietHours: Hashable, Sendable {
    /// Minutes of the day.
    package let (from, to): (Int64, Int64)

    /// - Precondition: minutes of a day, and not the same.
    package init(from: Int64, to: Int64) {
        precondition(from != to && (0..<1440).contains(from) && (0..<1440).contains(to), "minutes of a day")
        (self.from, self.to) = (from, to)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        let (from, to) = (try fields.minute("from"), try fields.minute("to"))
        if from == to { throw JSONError(field: "quietHours", .empty) }
        (self.from, self.to) = (from, to)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("from", Self.text(from))
        json.field("to", Self.text(to))
    }

    private static func text(_ minute: Int64) -> String {
        let (hour, rest) = (minute / 60, minute % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// In which customers are told.
package enum Language: String, Sendable, CaseIterable {
    case ko, en
}

/// How a customer is told: the body of SetContact, and of its row.
package struct Contact: Hashable, Sendable {
    /// In the order in which they are tried.
    package var channels: [ContactChannel]
    package var language: Language
    package var quiet: QuietHours?

    package init(_ channels: [ContactChannel], language: Language = .ko, quiet: QuietHours? = nil) {
        (self.channels, self.language, self.quiet) = (channels, language, quiet)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        channels = try fields.elements("channels", atMost: ContactChannel.limit) { fields throws(JSONError) in
            try ContactChannel(fields)
        }
        if channels.isEmpty { throw JSONError(field: "channels", .empty) }
        let word: String? = fields.has("language") ? try fields.string("language", atMost: 20) : nil
        guard let language = Language(rawValue: word ?? Language.ko.rawValue) else {
            throw JSONError(field: "language", .unfitWord)
        }
        self.language = language
        guard let value = try fields.loose("quietHours", atMost: 0), fields.has("quietHours") else { return }
        guard case .object(let text) = value else { throw JSONError(field: "quietHours", .notAnObject) }
        var reader = JSONReader()
        do throws(JSONError) { quiet = try QuietHours(reader.fields(of: text.span)) } catch {
            throw JSONError(field: "quietHours", .notTime)
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("channels", objects: channels.count) { channels[$1].write(&$0) }
        json.field("language", language.rawValue)
        if let quiet { json.field("quietHours", object: { quiet.write(&$0) }) }
    }
}

extension Fields {
    package func channel(_ name: StaticString) throws(JSONError) -> String {
        let text = try string(name, atMost: ContactChannel.nameLimit)
        guard ContactChannel.isName(text) else { throw JSONError(field: name.description, .unfitWord) }
        return text
    }

    /// 22:00 is 1320.
    fileprivate func minute(_ name: StaticString) throws(JSONError) -> Int64 {
        let bytes = Array(try string(name, atMost: 5).utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            [bytes[0], bytes[1], bytes[3], bytes[4]].allSatisfy({ (0x30...0x39).contains($0) })
        else { throw JSONError(field: name.description, .notTime) }
        let digits = bytes.map { Int64($0) - 0x30 }
        let (hour, minute) = (digits[0] * 10 + digits[1], digits[3] * 10 + digits[4])
        guard hour < 24, minute < 60 else { throw JSONError(field: name.description, .notTime) }
        return hour * 60 + minute
    }
}
