package import JSON

/// Asks dr to go by another market from now on. What a market is, dr knows: here it is JSON.
package struct SetMarket: Message {
    package static let type: MessageType = "SetMarket"
    /// The whole market, as one JSON object.
    package var market: String
    /// Whether it is only meant where it is newer than the one that holds: a daemon says again what its file says.
    package var isOnlyIfNewer: Bool

    package init(market: String, isOnlyIfNewer: Bool = false) {
        (self.market, self.isOnlyIfNewer) = (market, isOnlyIfNewer)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        market = try fields.market("market")
        isOnlyIfNewer = try fields.optional("ifNewer") ?? false
    }

    package func write(_ json: inout JSONWriter) {
        json.field("market", json: market.utf8.span)
        if isOnlyIfNewer { json.field("ifNewer", true) }
    }
}

/// dr to each of its other partitions: this market holds.
package struct UseMarket: Message {
    package static let type: MessageType = "UseMarket"
    package var market: String

    package init(market: String) { self.market = market }

    package init(_ fields: borrowing Fields) throws(JSONError) { market = try fields.market("market") }

    package func write(_ json: inout JSONWriter) { json.field("market", json: market.utf8.span) }
}

/// Another market holds. It lies in each partition of the events, in front of the orders that were decided by it.
package struct MarketChanged: Message {
    package static let type: MessageType = "MarketChanged"
    package var version: Int64
    /// That of the market before.
    package var previous: Int64
    /// What is different, in short lines for people.
    package var changes: [String]
    package var market: String

    package init(version: Int64, previous: Int64, changes: [String], market: String) {
        (self.version, self.previous, self.changes, self.market) = (version, previous, changes, market)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        version = try fields.required("version", in: Limits.version)
        previous = try fields.required("previous", in: Limits.version)
        changes = try fields.strings("changes", atMost: 100)
        market = try fields.market("market")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("version", version)
        json.field("previous", previous)
        json.field("changes", changes)
        json.field("market", json: market.utf8.span)
    }
}

extension Fields {
    /// An object, as it stands.
    package func market(_ name: StaticString) throws(JSONError) -> String {
        guard let value = try loose(name.description, atMost: 0) else {
            throw JSONError(field: name.description, .missing)
        }
        guard case .object(let text) = value else { throw JSONError(field: name.description, .notAnObject) }
        return String(decoding: text, as: UTF8.self)
    }
}
