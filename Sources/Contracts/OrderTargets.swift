package import JSON

/// Whom a StartDr asks for. Named twice, a resource is asked once, and in which order they are named is no matter.
package struct WantedTargets: Sendable, Hashable {
    package static let mostResources = 100
    package static let mostRegions = 20

    package var resources: [ResourceID]
    /// Of the order's kind: each stands for its resources at that moment.
    package var regions: [String]
    /// What is to be reduced, in Wh an hour.
    package var quantity: Int64?

    package init(resources: [ResourceID] = [], regions: [String] = [], quantity: Int64? = nil) {
        self.resources = resources.sortedByBytes(\.text)
        self.regions = regions.sortedByBytes(\.self)
        self.quantity = quantity
    }

    /// Whether nothing is said of whom it asks.
    package var asksAll: Bool { resources.isEmpty && regions.isEmpty }

    /// Whether nothing is said at all.
    package var isNothing: Bool { asksAll && quantity == nil }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        let regions = fields.has("regions") ? try fields.strings("regions", atMost: Self.mostRegions) : []
        for region in regions where region.isEmpty || region.unicodeScalars.count > Resource.regionLimit {
            throw JSONError(
                field: "regions", region.isEmpty ? .empty : .tooLong,
                found: "has \(region.shown): write 1 to \(Resource.regionLimit) characters")
        }
        self.init(
            resources: try fields.resources("resources", atMost: Self.mostResources), regions: regions,
            quantity: try fields.optional("quantity", in: Limits.quantity))
    }

    package func write(_ json: inout JSONWriter) {
        if !resources.isEmpty { json.field("resources", resources) }
        if !regions.isEmpty { json.field("regions", regions) }
        if let quantity { json.field("quantity", quantity) }
    }
}

/// Whom an order asks: the customers who belonged to one of these resources when it was announced.
package struct OrderTargets: Sendable, Hashable {
    /// Sorted, each once; empty where there is none of the order's kind.
    package let resources: [ResourceID]
    /// Whether it asks who belongs to no resource, too: it was meant for all of its kind.
    package let isUnassigned: Bool

    package init(_ resources: [ResourceID], isUnassigned: Bool = false) {
        self.resources = resources.sortedByBytes(\.text)
        self.isUnassigned = isUnassigned
    }

    /// Whether it asks somebody who belongs to this resource, or to none.
    package func includes(_ resource: ResourceID?) -> Bool {
        guard let resource else { return isUnassigned }
        var (first, end) = (0, resources.count)
        while first < end {
            let middle = (first + end) / 2
            if resources[middle] == resource { return true }
            if resources[middle].text.utf8.lexicographicallyPrecedes(resource.text.utf8) {
                first = middle + 1
            } else {
                end = middle
            }
        }
        return false
    }

    /// nil where nothing is said: everybody is asked.
    /// - Parameters: the names of its fields.
    package init?(
        _ fields: borrowing Fields, _ names: StaticString = "resources", _ unassigned: StaticString = "unassigned"
    ) throws(JSONError) {
        guard fields.has(names) else { return nil }
        self.init(
            try fields.resources(names, atMost: Limits.resources),
            isUnassigned: try fields.optional(unassigned) ?? false)
    }

    package func write(
        _ json: inout JSONWriter, _ names: StaticString = "resources", _ unassigned: StaticString = "unassigned"
    ) {
        json.field(names, resources)
        if isUnassigned { json.field(unassigned, true) }
    }
}

extension Array {
    /// As rows have them, and without what is there twice.
    fileprivate func sortedByBytes(_ text: (Element) -> String) -> Self {
        if count < 2 { return self }
        var sorted: Self = []
        for element in self.sorted(by: { text($0).utf8.lexicographicallyPrecedes(text($1).utf8) }) {
            if let last = sorted.last, text(last).hasSameBytes(text(element)) { continue }
            sorted.append(element)
        }
        return sorted
    }
}
