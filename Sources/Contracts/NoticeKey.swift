package import JSON

/// What a customer is told.
package enum NoticeKind: String, Sendable, CaseIterable {
    /// Of an order: he is asked, it has another end, it is withdrawn; it has ended, and he has taken part.
    case asked, changed, withdrawn, ended
    /// What he has reduced.
    case result
    /// His points: of an order's corrected check, by hand, expired.
    case points, adjusted, expired
    /// What became of a withdrawal of points.
    case paid, unpaid

    /// A later notice of the same subject takes an earlier one's place.
    package var subject: NoticeSubject {
        switch self {
        case .asked, .changed, .withdrawn, .ended: .order
        case .result: .result
        case .points: .points
        case .adjusted: .adjusted
        case .expired: .expired
        case .paid, .unpaid: .withdrawal
        }
    }
}

/// What a notice is about: an order as such, its result, and so on.
package enum NoticeSubject: String, Sendable, CaseIterable {
    case order, result, points, adjusted, expired, withdrawal

    /// Whether it is named by an order's id.
    package var isOfOrder: Bool { self == .order || self == .result || self == .points }
}

/// By which a receiver knows a notice again that it has had already: `subject/reference/customer/version/channel`, the
/// same each time that it is told over a channel. Ids have no slash.
package struct NoticeKey: Hashable, Sendable, CustomStringConvertible {
    /// Of the text, in characters.
    package static let limit = 300
    /// Times in ms since 1970 are among them.
    package static let versions: ClosedRange<Int64> = 1...999_999_999_999_999

    package let subject: NoticeSubject
    /// An order's, a withdrawal's or another id.
    package let reference: String
    package let user: UserID
    /// Of notices of one subject to a customer each has its own.
    package let version: Int64
    package let channel: String

    package init(subject: NoticeSubject, reference: String, user: UserID, version: Int64, channel: String) {
        (self.subject, self.reference, self.user) = (subject, reference, user)
        (self.version, self.channel) = (version, channel)
    }

    /// nil when the text is no such key.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 5, let subject = NoticeSubject(rawValue: parts[0]),
            IdentifierRule.any.fault(in: parts[1], canHoldDots: true) == nil,
            IdentifierRule.any.fault(in: parts[2], canHoldDots: true) == nil,
            parts[3].utf8.count <= 15, parts[3].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[3].utf8.first != UInt8(ascii: "0"), let version = Int64(parts[3]),
            ContactChannel.isName(parts[4])
        else { return nil }
        self.init(
            subject: subject, reference: parts[1], user: UserID(text: parts[2]), version: version, channel: parts[4])
    }

    package var description: String { "\(subject.rawValue)/\(reference)/\(user.text)/\(version)/\(channel)" }
}

extension Fields {
    package func noticeKey(_ name: StaticString) throws(JSONError) -> NoticeKey {
        guard let key = NoticeKey(try string(name, atMost: NoticeKey.limit)) else {
            throw JSONError(field: name.description, .unfitKey)
        }
        return key
    }

    func noticeKind(_ name: StaticString) throws(JSONError) -> NoticeKind {
        guard let kind = NoticeKind(rawValue: try string(name, atMost: 20)) else {
            throw JSONError(field: name.description, .outOfRange)
        }
        return kind
    }
}

extension JSONWriter {
    package mutating func field(_ name: StaticString, _ key: NoticeKey) { field(name, key.description) }
}
