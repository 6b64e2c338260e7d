extension Report {
    /// As a table, with the differences below it, of which there are only the first `limit`.
    package func text(differences limit: Int = 20) -> String {
        var lines = ["order \(order), \(startsAt) to \(endsAt)", ""]
        lines.append(row("", "observed", "expected"))
        for figure in figures {
            let isEqual = figure.observed == figure.expected
            lines.append(row(figure.name, "\(figure.observed)", "\(figure.expected)") + (isEqual ? "" : "  differs"))
        }
        lines += ["", row("stage", "time", "")]
        for (stage, took) in times { lines.append(row(stage.title, took.secondsText, "")) }
        let total = times.reduce(Duration.zero) { $0 + $1.took }
        lines += [row("in all", total.secondsText, ""), ""]
        if agrees {
            lines.append("every figure agrees, also for each customer")
        } else {
            lines.append("\(differences.count) differences:")
            lines += differences.prefix(limit).map { "  \($0)" }
            if differences.count > limit { lines.append("  and \(differences.count - limit) more") }
        }
        return lines.map { trimmed($0) + "\n" }.joined()
    }

    /// Texts to the left, numbers to the right.
    private func row(_ name: String, _ first: String, _ second: String) -> String {
        func space(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
        return name + space(34 - name.count) + space(12 - first.count) + first + space(12 - second.count) + second
    }

    private func trimmed(_ line: String) -> Substring {
        line.dropLast(line.reversed().prefix { $0 == " " }.count)
    }
}
