import Glibc

/// Curves over the days of a year, one panel below the other, as an SVG: lines that differ in form and not in colour
/// alone, with a title and a description for those who do not see it.
struct YearChart {
    struct Panel {
        let title: String
        /// Points by day.
        let lines: [(name: String, points: [(day: Double, value: Double)])]
    }

    private static let (width, left, right, top) = (800.0, 80.0, 120.0, 60.0)
    /// Of a panel, and of what is between two.
    private static let (height, gap) = (130.0, 50.0)
    private static let styles = [
        "stroke=\"#00509e\"", "stroke=\"#a34700\" stroke-dasharray=\"7 4\"",
        "stroke=\"#2f7d4f\" stroke-dasharray=\"2 3\"",
        "stroke=\"#7a3e9d\" stroke-dasharray=\"10 3 2 3\"",
    ]
    private static let colours = ["#00509e", "#a34700", "#2f7d4f", "#7a3e9d"]
    private static let title = "What is kept, by the day"

    let days: Int
    let panels: [Panel]

    var svg: String {
        let bottom = Self.top + Double(panels.count) * (Self.height + Self.gap)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(bottom))" role="img" \
            aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#222">
            <title id="title">\(Self.title)</title>
            <desc id="desc">\(description)</desc>
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="\(Int(Self.left))" y="24" font-size="17">\(Self.title)</text>
            \(panels.indices.map(panel).joined(separator: "\n"))
            </svg>

            """
    }

    func write(to path: String) throws {
        guard let file = unsafe fopen(path, "w") else { throw MeasurementError(description: "cannot write \(path)") }
        defer { unsafe fclose(file) }
        unsafe fputs(svg, file)
    }

    private var description: String {
        panels.map { panel in
            panel.title + ": "
                + panel.lines.map { line in
                    "\(line.name) " + line.points.map { "\(Self.text($0.value))" }.joined(separator: " ")
                }.joined(separator: "; ")
        }.joined(separator: ". ") + ". "
    }

    /// Where values stand.
    private struct Scale {
        let days: Int
        let most: Double
        let top: Double

        func x(_ day: Double) -> String {
            let width = YearChart.width - YearChart.left - YearChart.right
            return YearChart.text(YearChart.left + width * day / Double(max(days, 1)))
        }

        func y(_ value: Double) -> Double { top + YearChart.height * (1 - value / most) }
    }

    private func panel(_ number: Int) -> String {
        let panel = panels[number]
        let highest = panel.lines.flatMap(\.points).map(\.value).max() ?? 0
        let scale = Scale(
            days: days, most: highest > 0 ? highest : 1, top: Self.top + Double(number) * (Self.height + Self.gap))
        return
            (["<text x=\"\(Int(Self.left))\" y=\"\(Int(scale.top) - 8)\" fill=\"#555\">\(panel.title)</text>"]
            + grid(scale) + curves(panel, scale)).joined(separator: "\n")
    }

    private func grid(_ scale: Scale) -> [String] {
        let (from, to) = (Self.text(Self.left), Self.text(Self.width - Self.right))
        let values = [0, scale.most / 2, scale.most].map { value in
            let y = Self.text(scale.y(value))
            return "<line x1=\"\(from)\" y1=\"\(y)\" x2=\"\(to)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
                + "<text x=\"\(Self.text(Self.left - 8))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
                + "\(Self.text(value))</text>"
        }
        let bottom = Self.text(scale.top + Self.height + 18)
        return values
            + stride(from: 0, through: days, by: days > 400 ? 100 : 50).map { day in
                "<text x=\"\(scale.x(Double(day)))\" y=\"\(bottom)\" text-anchor=\"middle\">\(day)</text>"
            }
    }

    private func curves(_ panel: Panel, _ scale: Scale) -> [String] {
        var parts: [String] = []
        var labels: [Double] = []
        for (place, line) in panel.lines.enumerated() {
            let points = line.points.map { "\(scale.x($0.day)),\(Self.text(scale.y($0.value)))" }
            let style = Self.styles[place % Self.styles.count]
            parts.append(
                "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke-width=\"2\" \(style)/>")
            guard let last = line.points.last else { continue }
            // One above the other where lines meet.
            var y = scale.y(last.value) + 4
            while labels.contains(where: { abs($0 - y) < 14 }) { y -= 7 }
            labels.append(y)
            let (x, colour) = (Self.text(Self.width - Self.right + 10), Self.colours[place % Self.colours.count])
            parts.append("<text x=\"\(x)\" y=\"\(Self.text(y))\" fill=\"\(colour)\">\(line.name)</text>")
        }
        return parts
    }

    /// With at most two decimals.
    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        return rest == 0 ? "\(whole)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
