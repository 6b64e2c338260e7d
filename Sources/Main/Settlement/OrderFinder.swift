import Contracts
import JSON
import Settlement

/// Gathers from the events of dr what orders are and what has become of them, and which resources there are.
struct OrderFinder: ~Copyable {
    /// nil: all.
    private let wanted: OrderID?
    private(set) var orders: [ExactText: ReportedOrder] = [:]
    /// By id, as they were said last.
    private var registered: [ExactText: RegisteredResource] = [:]
    /// Events of these orders that cannot be understood.
    private(set) var unreadable = 0
    private var reader = JSONReader()

    init(_ order: OrderID?) { wanted = order }

    /// The one that is wanted; nil where it was never announced.
    var found: ReportedOrder? { wanted.flatMap { orders[ExactText($0.text)] } }

    var resources: [ExactText: Resource] { registered.mapValues(\.resource) }

    /// Whatever is of another order, or none of ours, is passed over.
    mutating func take(_ value: Span<UInt8>) {
        var isOurs = false
        do {
            try reader.read(value) { fields in
                guard fields.has("id") else { return }
                let id = try fields.identifier("id", atMost: 200)
                if try fields.optional("eventType") == "\(ResourceRegistered.type)" {
                    let resource = try ResourceRegistered(fields).registered
                    guard resource.version > registered[ExactText(id)]?.version ?? 0 else { return }
                    registered[ExactText(id)] = resource
                    return
                }
                guard wanted.map({ id.hasSameBytes($0.text) }) ?? true else { return }
                isOurs = true
                if let started = try ReportedOrder(fields) {
                    orders[ExactText(id)] = started
                } else {
                    try orders[ExactText(id)]?.take(fields)
                }
            }
        } catch {
            if isOurs { unreadable += 1 }
        }
    }
}
