package import JSON

/// What is said of a resource: the body of its messages, and of its row.
package struct Resource: Sendable, Hashable {
    /// In characters, as those of a kind and of a method.
    package static let (regionLimit, kindLimit, methodLimit) = (50, 50, 100)

    package var id: ResourceID
    /// The market's kind whose orders it takes.
    package var kind: String
    package var region: String?
    /// How its reductions are to be checked, by its name.
    package var method: String?
    /// What it can reduce, in Wh an hour.
    package var capacity: Int64
    /// Won per kW and month.
    package var price: Int64?
    /// The first day on which it takes part, as 2026-06-01; nil where nothing is said.
    package var from: String?

    package init(
        id: ResourceID, kind: String, region: String? = nil, method: String? = nil, capacity: Int64,
        price: Int64? = nil, from: String? = nil
    ) {
        (self.id, self.kind, self.region, self.method) = (id, kind, region, method)
        (self.capacity, self.price, self.from) = (capacity, price, from)
    }

    /// - Parameter id: as it was read.
    package init(_ fields: borrowing Fields, id: ResourceID) throws(JSONError) {
        self.id = id
        kind = try fields.text("kind", atMost: Self.kindLimit)
        region = try fields.optionalText("region", atMost: Self.regionLimit)
        method = try fields.optionalText("method", atMost: Self.methodLimit)
        capacity = try fields.required("capacity", in: Limits.quantity)
        price = try fields.optional("price", in: Limits.price)
        from = try fields.optionalDay("from")
    }

    /// All but the id.
    package func writeContents(_ json: inout JSONWriter) {
        json.field("kind", kind)
        json.field("region", ifThere: region)
        json.field("method", ifThere: method)
        json.field("capacity", capacity)
        if let price { json.field("price", price) }
        json.field("from", ifThere: from)
    }
}

/// Asks dr to take a resource in, or to take what is said of it now.
package struct RegisterResource: Message {
    package static let type: MessageType = "RegisterResource"
    package var resource: Resource

    package init(_ resource: Resource) { self.resource = resource }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        resource = try Resource(fields, id: fields.clean("id"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", resource.id.text)
        resource.writeContents(&json)
    }
}

/// A resource with the number of what is said of it: the body of UseResource and ResourceRegistered.
package struct RegisteredResource: Sendable, Hashable {
    package var resource: Resource
    /// 1, and one more whenever something else is said of it.
    package var version: Int64

    package init(_ resource: Resource, version: Int64) { (self.resource, self.version) = (resource, version) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard let id = try fields.optional("id") as ResourceID? else { throw JSONError(field: "id", .missing) }
        resource = try Resource(fields, id: id)
        version = try fields.required("version", in: Limits.version)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", resource.id.text)
        resource.writeContents(&json)
        json.field("version", version)
    }
}

/// dr to each of its other partitions: there is this resource.
package struct UseResource: Message {
    package static let type: MessageType = "UseResource"
    package var registered: RegisteredResource

    package init(_ registered: RegisteredResource) { self.registered = registered }
    package init(_ fields: borrowing Fields) throws(JSONError) { registered = try RegisteredResource(fields) }
    package func write(_ json: inout JSONWriter) { registered.write(&json) }
}

/// There is a resource, or something else is said of one. It lies in each partition of the events; of two of a resource
/// the one with the higher version holds.
package struct ResourceRegistered: Message {
    package static let type: MessageType = "ResourceRegistered"
    package var registered: RegisteredResource

    package init(_ registered: RegisteredResource) { self.registered = registered }
    package init(_ fields: borrowing Fields) throws(JSONError) { registered = try RegisteredResource(fields) }
    package func write(_ json: inout JSONWriter) { registered.write(&json) }
}

extension Fields {
    /// A date by its form: which days there are knows whoever takes it.
    fileprivate func optionalDay(_ name: StaticString) throws(JSONError) -> String? {
        guard let text = try optionalText(name, atMost: 10) else { return nil }
        let form = Array("20dd-dd-dd".utf8)
        let isDay =
            text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { byte, place in
                place == UInt8(ascii: "d") ? (0x30...0x39).contains(byte) : byte == place
            }
        guard isDay else {
            throw JSONError(field: name.description, .outOfRange, found: "is \(text.shown), no day as 2026-06-01")
        }
        return text
    }
}
