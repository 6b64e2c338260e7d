import Contracts
import DRContext
import WorkersTesting

extension Harness {
    /// The rows of a part of the table of orders, by their keys without its prefix.
    func rows<Part: OrdersPart>(_ part: Part.Type) -> [String: String] {
        let others = ["/application/", "/reservation/", "/start/", "/resource/", "/kpx/"].filter { $0 != Part.prefix }
        var rows: [String: String] = [:]
        for (key, value) in self.rows(.dr, Orders.self) where key.hasPrefix(Part.prefix) {
            guard Part.prefix != "" || !key.hasPrefix("/"), !others.contains(where: key.hasPrefix) else { continue }
            rows[String(key.dropFirst(Part.prefix.count))] = value
        }
        return rows
    }
}
