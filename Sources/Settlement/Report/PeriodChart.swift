package import Baselines
import Contracts

/// What was ordered and reduced of each order of a period, as an SVG: bars that differ in form and not in colour alone,
/// with a title and a description for those who do not see it.
package struct PeriodChart {
    private static let (width, height) = (800, 420)
    private static let (left, right, top, bottom) = (80, 20, 60, 80)
    /// More orders than these would be bars that nobody can tell apart: the newest are shown.
    private static let most = 60

    private let title: String
    private let hidden: Int
    /// In whole kWh; nothing is ordered where nothing is known of it.
    private let orders: [(label: String, id: String, ordered: Int64, reduced: Int64)]

    package init(_ report: PeriodReport, _ zone: Zone, of resource: String?) {
        title = "Ordered and reduced, \(report.period)" + (resource.map { ", \($0)" } ?? "")
        var sums: [(label: String, id: String, ordered: Int128, reduced: Int128)] = []
        for entry in report.entries {
            let (id, wh) = (entry.order.id.text, Int128(entry.orderedWh ?? 0))
            if sums.last?.id.hasSameBytes(id) == true {
                sums[sums.count - 1].ordered += wh
                sums[sums.count - 1].reduced += entry.group.reducedWh
            } else {
                let day = Day(of: zone.minute(of: entry.order.startsAt)).description.dropFirst(5)
                sums.append((String(day), id, wh, entry.group.reducedWh))
            }
        }
        hidden = max(0, sums.count - Self.most)
        orders = sums.suffix(Self.most).map {
            ($0.label, $0.id, nearest($0.ordered, over: 1000), nearest($0.reduced, over: 1000))
        }
    }

    package var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(Self.height)" role="img" \
        aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#222">
        <title id="title">\(title.escapedForXML)</title>
        <desc id="desc">\(description.escapedForXML)</desc>
        <rect width="100%" height="100%" fill="#fff"/>
        <text x="\(Self.left)" y="30" font-size="17">\(title.escapedForXML)</text>
        <text x="\(Self.left)" y="50" fill="#555">kWh of an order: ordered in outline, reduced filled</text>
        \(bars)
        </svg>

        """
    }

    private var description: String {
        guard !orders.isEmpty else { return "There are no orders." }
        let more = hidden > 0 ? " \(hidden) earlier orders are not shown." : ""
        return "By order, ordered and reduced in kWh: "
            + orders.map { "\($0.label) \($0.id) \($0.ordered), \($0.reduced)" }.joined(separator: "; ") + "." + more
    }

    private var bars: String {
        guard !orders.isEmpty else {
            return "<text x=\"\(Self.left)\" y=\"\(Self.height / 2)\">There are no orders.</text>"
        }
        let most = Int128(orders.map { max($0.ordered, $0.reduced, 1) }.max() ?? 1)
        let least = Int128(orders.map { min($0.reduced, 0) }.min() ?? 0)
        func y(_ kWh: Int64) -> Int {
            let height = Int128(Self.height - Self.top - Self.bottom)
            return Self.top + Int(height * (most - Int128(kWh)) / (most - least))
        }
        let zero = y(0)
        let room = Double(Self.width - Self.left - Self.right) / Double(orders.count)
        var lines = [
            "<line x1=\"\(Self.left)\" y1=\"\(zero)\" x2=\"\(Self.width - Self.right)\" y2=\"\(zero)\" stroke=\"#555\"/>",
            "<text x=\"\(Self.left - 8)\" y=\"\(zero + 4)\" text-anchor=\"end\">0</text>",
            "<text x=\"\(Self.left - 8)\" y=\"\(Self.top + 4)\" text-anchor=\"end\">\(most)</text>",
        ]
        for (place, order) in orders.enumerated() {
            let x = Self.left + Int(room * Double(place)) + 1
            let width = max(1, Int(room) - 3)
            func bar(_ kWh: Int64, _ style: String) -> String {
                let end = y(kWh)
                return
                    "<rect x=\"\(x)\" y=\"\(min(zero, end))\" width=\"\(width)\" height=\"\(abs(zero - end))\" \(style)/>"
            }
            lines.append(bar(order.reduced, "fill=\"#00509e\""))
            if order.ordered > 0 {
                lines.append(
                    bar(order.ordered, "fill=\"none\" stroke=\"#a34700\" stroke-width=\"2\" stroke-dasharray=\"7 4\""))
            }
            guard place.isMultiple(of: (orders.count + 11) / 12) else { continue }
            lines.append("<text x=\"\(x)\" y=\"\(Self.height - Self.bottom + 20)\">\(order.label)</text>")
        }
        return lines.joined(separator: "\n")
    }
}
