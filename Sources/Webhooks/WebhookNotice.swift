package import JSON

/// A notice as receivers have it: one of up to 100 in a call.
package struct WebhookNotice: Hashable, Sendable {
    /// Of one call.
    package static let limit = 100

    /// By which the receiver knows it again.
    package var key: String
    package var channel: String
    /// The customer's address.
    package var to: String
    /// ko or en.
    package var language: String
    /// asked, changed and so on.
    package var kind: String
    package var title: String
    package var text: String
    /// By which the customer answers, where there is something to answer: for buttons. The text has it too.
    package var link: String?
    /// Behind it nobody needs to be told any more; ISO 8601.
    package var expiresAt: String?

    package init(
        key: String, channel: String, to: String, language: String, kind: String, title: String, text: String,
        link: String? = nil, expiresAt: String? = nil
    ) {
        (self.key, self.channel, self.to, self.language) = (key, channel, to, language)
        (self.kind, self.title, self.text) = (kind, title, text)
        (self.link, self.expiresAt) = (link, expiresAt)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        key = try fields.required("key")
        channel = try fields.required("channel")
        to = try fields.required("to")
        language = try fields.required("language")
        kind = try fields.required("kind")
        title = try fields.required("title")
        text = try fields.required("text")
        link = try fields.optional("link")
        expiresAt = try fields.optional("expiresAt")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("key", key)
        json.field("channel", channel)
        json.field("to", to)
        json.field("language", language)
        json.field("kind", kind)
        json.field("title", title)
        json.field("text", text)
        if let link { json.field("link", link) }
        if let expiresAt { json.field("expiresAt", expiresAt) }
    }

    /// The body of a call.
    package static func body(_ notices: [WebhookNotice]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in json.field("notices", objects: notices.count) { notices[$1].write(&$0) } }
        return json.bytes.copied
    }

    /// The notices of a call's body.
    package static func read(_ body: [UInt8]) throws(JSONError) -> [WebhookNotice] {
        var reader = JSONReader()
        return try reader.fields(of: body.span).elements("notices", atMost: limit) { fields throws(JSONError) in
            try WebhookNotice(fields)
        }
    }
}

/// What a receiver says of one notice.
package enum WebhookStatus: String, Sendable, CaseIterable {
    case accepted, duplicate, refused
}

/// What a receiver says of a call: of each notice by itself, or of all by a 2xx without a body.
package enum WebhookResults {
    /// Bytes of an answer that are looked at.
    package static let limit = 262_144

    /// By key. What is said of a key twice, or in other words than these, is not there: nobody knows.
    /// - Throws: where the answer is none.
    package static func read(_ body: [UInt8], keys: [String]) throws(JSONError) -> [String: WebhookStatus] {
        if body.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            return Dictionary(keys.map { ($0, .accepted) }) { one, _ in one }
        }
        var reader = JSONReader()
        let wanted = Set(keys)
        var (found, twice): ([String: WebhookStatus], Set<String>) = ([:], [])
        let list = try reader.fields(of: body.span).elements("results", atMost: 10 * WebhookNotice.limit) {
            fields throws(JSONError) in
            (key: try fields.required("key") as String, status: try fields.required("status") as String)
        }
        for item in list where wanted.contains(item.key) {
            guard let status = WebhookStatus(rawValue: item.status) else { continue }
            if found.updateValue(status, forKey: item.key) ?? status != status { twice.insert(item.key) }
        }
        for key in twice { found[key] = nil }
        return found
    }

    /// An answer's body.
    package static func body(_ results: [(key: String, status: WebhookStatus)]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("results", objects: results.count) { json, place in
                json.field("key", results[place].key)
                json.field("status", results[place].status.rawValue)
            }
        }
        return json.bytes.copied
    }
}

extension Span<UInt8> {
    fileprivate var copied: [UInt8] { unsafe withUnsafeBufferPointer { unsafe Array($0) } }
}
