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
    /// The names of its fields.
    package struct Names: Sendable {
        let resources: StaticString
        let methods: StaticString
        let unassigned: StaticString

        package static let plain = Self(
            resources: "resources", methods: "resourceMethods", unassigned: "unassigned")
        /// In a row beside those that it was announced with.
        package static let changed = Self(
            resources: "changedResources", methods: "changedMethods", unassigned: "changedUnassigned")
    }

    /// Sorted, each once; empty where there is none of the order's kind.
    package let resources: [ResourceID]
    /// The method that each of them had chosen by then, by its place; empty where none has.
    package let methods: [String?]
    /// Whether it asks who belongs to no resource, too: it was meant for all of its kind.
    package let isUnassigned: Bool

    /// - Parameter method: what a resource has chosen; nil where it has not.
    package init(
        _ resources: [ResourceID], isUnassigned: Bool = false, method: (ResourceID) -> String? = { _ in nil }
    ) {
        self.resources = resources.sortedByBytes(\.text)
        let methods = self.resources.map(method)
        self.methods = methods.allSatisfy { $0 == nil } ? [] : methods
        self.isUnassigned = isUnassigned
    }

    /// Whether it asks somebody who belongs to this resource, or to none.
    package func includes(_ resource: ResourceID?) -> Bool {
        guard let resource else { return isUnassigned }
        return place(of: resource) != nil
    }

    /// Which method the resource had chosen; nil where it had none of its own, or is not asked.
    package func method(of resource: ResourceID?) -> String? {
        guard !methods.isEmpty, let place = resource.flatMap({ place(of: $0) }) else { return nil }
        return methods[place]
    }

    private func place(of resource: ResourceID) -> Int? {
        var (first, end) = (0, resources.count)
        while first < end {
            let middle = (first + end) / 2
            if resources[middle] == resource { return middle }
            if resources[middle].text.utf8.lexicographicallyPrecedes(resource.text.utf8) {
                first = middle + 1
            } else {
                end = middle
            }
        }
        return nil
    }

    /// nil where nothing is said: everybody is asked.
    package init?(_ fields: borrowing Fields, _ names: Names = .plain) throws(JSONError) {
        guard fields.has(names.resources) else { return nil }
        let resources = try fields.resources(names.resources, atMost: Limits.resources)
        let methods = fields.has(names.methods) ? try fields.strings(names.methods, atMost: Limits.resources) : []
        if let long = methods.first(where: { $0.unicodeScalars.count > Resource.methodLimit }) {
            throw JSONError(
                field: names.methods.description, .tooLong,
                found: "has \(long.shown): write at most \(Resource.methodLimit) characters")
        }
        let chosen = Dictionary(zip(resources, methods)) { first, _ in first }
        self.init(resources, isUnassigned: try fields.optional(names.unassigned) ?? false) {
            chosen[$0].flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// An empty text stands for a resource without a method of its own.
    package func write(_ json: inout JSONWriter, _ names: Names = .plain) {
        json.field(names.resources, resources)
        if !methods.isEmpty { json.field(names.methods, methods.map { $0 ?? "" }) }
        if isUnassigned { json.field(names.unassigned, true) }
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
