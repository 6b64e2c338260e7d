package import Baselines
import JSON

/// Load against baseline by the quarter hour, as an SVG: two lines that differ in form and not in colour alone, with a
/// title and a description for those who do not see it.
package struct LoadChart {
    private static let (width, height) = (800, 420)
    private static let (left, right, top, bottom) = (80, 120, 60, 60)

    private let title: String
    private let quarters: [(minute: Int64, baseline: Int64, used: Int64)]
    private let totals: OrderTotals.Group

    package init(_ order: ReportedOrder, _ totals: OrderTotals, _ zone: Zone) {
        title = "Load and baseline of \(order.id), \(Day(of: zone.minute(of: order.startsAt)))"
        // Seconds behind the last whole minute would look like a quarter hour.
        let end = order.minutes(zone).upperBound
        quarters = totals.quarters.filter { $0.key < end }.sorted { $0.key < $1.key }.map { minute, sum in
            (minute, nearest(sum.baselineMilliWh, over: 1000), nearest(sum.usedMilliWh, over: 1000))
        }
        self.totals = totals.all
    }

    package var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(Self.height)" role="img" \
        aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#222">
        <title id="title">\(title.escapedForXML)</title>
        <desc id="desc">\(description.escapedForXML)</desc>
        <rect width="100%" height="100%" fill="#fff"/>
        <text x="\(Self.left)" y="30" font-size="17">\(title.escapedForXML)</text>
        \(quarters.isEmpty ? empty : plot)
        </svg>

        """
    }

    private var description: String {
        guard let first = quarters.first, let last = quarters.last else { return "There are no readings yet." }
        let end = last.minute + 15
        return
            "\(totals.checked) customers from \(Self.clock(first.minute)) to \(Self.clock(end)): the baseline comes to "
            + "\(totals.baselineWh) Wh, the use to \(totals.usedWh) Wh, \(totals.reducedWh) Wh were reduced. By the quarter "
            + "hour, baseline and use in Wh: "
            + quarters.map { "\(Self.clock($0.minute)) \($0.baseline), \($0.used)" }.joined(separator: "; ") + "."
    }

    private var empty: String {
        "<text x=\"\(Self.left)\" y=\"\(Self.height / 2)\">There are no readings yet.</text>"
    }

    private var plot: String {
        let step = Self.step(quarters.map { max($0.baseline, $0.used) }.max() ?? 0)
        let least = Self.floor(quarters.map { min($0.baseline, $0.used, 0) }.min() ?? 0, step)
        let most = max(-Self.floor(-(quarters.map { max($0.baseline, $0.used) }.max() ?? 0), step), least + step)
        let scale = Scale(
            least: least, most: most, first: quarters[0].minute, last: quarters[quarters.count - 1].minute)
        return [
            grid(scale, step), clocks(scale),
            path(scale, \.baseline, "stroke=\"#a34700\" stroke-dasharray=\"7 4\""),
            path(scale, \.used, "stroke=\"#00509e\""),
            labels(scale),
        ].joined(separator: "\n")
    }

    /// Where values and minutes stand.
    private struct Scale {
        let least: Int64
        let most: Int64
        let first: Int64
        let last: Int64

        func x(_ minute: Int64) -> Int {
            let width = Int64(LoadChart.width - LoadChart.left - LoadChart.right)
            return LoadChart.left + Int(width * (minute - first) / (last + 15 - first))
        }

        func y(_ wh: Int64) -> Int {
            let height = Int128(LoadChart.height - LoadChart.top - LoadChart.bottom)
            let share = Int128(most) - Int128(wh)
            return LoadChart.top + Int(height * share / (Int128(most) - Int128(least)))
        }
    }

    private func grid(_ scale: Scale, _ step: Int64) -> String {
        var lines: [String] = []
        let isKWh = step >= 1000
        for value in stride(from: scale.least, through: scale.most, by: Int64.Stride(step)) {
            let y = scale.y(value)
            let label = isKWh && value.isMultiple(of: 1000) ? value / 1000 : value
            lines.append(
                "<line x1=\"\(Self.left)\" y1=\"\(y)\" x2=\"\(Self.width - Self.right)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
                    + "<text x=\"\(Self.left - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">\(label)</text>")
        }
        let unit = isKWh ? "kWh" : "Wh"
        lines.append("<text x=\"\(Self.left)\" y=\"50\" fill=\"#555\">\(unit) in a quarter hour</text>")
        return lines.joined(separator: "\n")
    }

    /// At most some ten of them.
    private func clocks(_ scale: Scale) -> String {
        let every = [15, 30, 60, 120, 240, 720].first { (scale.last + 15 - scale.first) / $0 <= 10 } ?? 1440 as Int64
        let y = Self.height - Self.bottom
        return stride(from: scale.first, through: scale.last + 15, by: 15).filter { ($0 % 1440).isMultiple(of: every) }
            .map { minute in
                "<line x1=\"\(scale.x(minute))\" y1=\"\(y)\" x2=\"\(scale.x(minute))\" y2=\"\(y + 5)\" stroke=\"#555\"/>"
                    + "<text x=\"\(scale.x(minute))\" y=\"\(y + 20)\" text-anchor=\"middle\">\(Self.clock(minute))</text>"
            }.joined(separator: "\n")
    }

    /// A step for each quarter hour; a gap where quarters are missing.
    private func path(
        _ scale: Scale, _ value: KeyPath<(minute: Int64, baseline: Int64, used: Int64), Int64>, _ style: String
    ) -> String {
        var text = ""
        var end: Int64?
        for quarter in quarters {
            let y = scale.y(quarter[keyPath: value])
            text +=
                "\(end == quarter.minute ? "V\(y)" : "M\(scale.x(quarter.minute)) \(y)")H\(scale.x(quarter.minute + 15))"
            end = quarter.minute + 15
        }
        return "<path d=\"\(text)\" fill=\"none\" stroke-width=\"2.5\" \(style)/>"
    }

    /// Beside the lines' ends, one above the other where they meet.
    private func labels(_ scale: Scale) -> String {
        guard let last = quarters.last else { return "" }
        var (baseline, used) = (scale.y(last.baseline) + 4, scale.y(last.used) + 4)
        if (used - baseline).magnitude < 16 {
            let middle = (baseline + used) / 2
            (baseline, used) = last.baseline >= last.used ? (middle - 8, middle + 8) : (middle + 8, middle - 8)
        }
        let x = Self.width - Self.right + 10
        return "<text x=\"\(x)\" y=\"\(baseline)\" fill=\"#a34700\">baseline</text>"
            + "<text x=\"\(x)\" y=\"\(used)\" fill=\"#00509e\">use</text>"
    }

    /// 1, 2 or 5 times a power of ten, of which about five reach to the highest value.
    private static func step(_ most: Int64) -> Int64 {
        var power: Int64 = 1
        while power < Int64.max / 1000, power * 50 < most { power *= 10 }
        return [1, 2, 5].map { $0 * power }.first { $0 * 5 >= most } ?? power * 10
    }

    /// The multiple of a step that is not above.
    private static func floor(_ value: Int64, _ step: Int64) -> Int64 {
        let quotient = value / step
        return (value < 0 && quotient * step != value ? quotient - 1 : quotient) * step
    }

    private static func clock(_ minute: Int64) -> String {
        func pair(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(pair(minute % 1440 / 60)):\(pair(minute % 60))"
    }
}
