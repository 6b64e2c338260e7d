import Contracts
import JSON
import Settlement

/// Gathers from the events of dr what one order is and what has become of it.
struct OrderFinder: ~Copyable {
    private let order: OrderID
    /// nil where it was never announced.
    private(set) var found: ReportedOrder?
    /// Events of the order that cannot be understood.
    private(set) var unreadable = 0
    private var reader = JSONReader()

    init(_ order: OrderID) { self.order = order }

    /// Whatever is of another order, or none of ours, is passed over.
    mutating func take(_ value: Span<UInt8>) {
        var isOurs = false
        do {
            try reader.read(value) { fields in
                guard fields.has("id"), try fields.identifier("id", atMost: 200).hasSameBytes(order.text)
                else { return }
                isOurs = true
                if let started = try ReportedOrder(fields) { found = started } else { try found?.take(fields) }
            }
        } catch {
            if isOurs { unreadable += 1 }
        }
    }
}
