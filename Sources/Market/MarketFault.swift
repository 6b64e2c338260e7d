/// What is wrong at one place of a market's text.
package struct MarketFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    /// Where, as kinds[0].rules[1].noticeMin; empty for the text as a whole.
    package let field: String
    /// Behind the field's name, as "is -5: write 0 to 10080".
    package let why: String

    package var description: String {
        field.isEmpty ? "line \(line): the text \(why)" : "line \(line): \(field) \(why)"
    }
}

/// All that is wrong with a market, as far as it is named.
package struct MarketFaults: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many are named: a file that is none at all has one for each of its fields.
    package static let most = 20

    /// In the order of their lines.
    package let list: [MarketFault]
    /// How many there are beyond those.
    package let more: Int

    package var count: Int { list.count + more }

    /// In one line, the first of them.
    package var description: String {
        let named = list.prefix(3).map(\.description).joined(separator: "; ")
        return count > 3 ? "\(named); and \(count - 3) more" : named
    }
}

/// Collects faults while a file of rules is read.
package final class FaultList {
    /// Whether a field that is not known is one.
    package let isStrict: Bool
    private var list: [MarketFault] = []

    package init(isStrict: Bool) { self.isStrict = isStrict }

    package func add(_ line: Int, _ field: String, _ why: String) {
        list.append(MarketFault(line: line, field: field, why: why))
    }

    package var isEmpty: Bool { list.isEmpty }

    package var faults: MarketFaults {
        let sorted = list.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map(\.element)
        return MarketFaults(
            list: Array(sorted.prefix(MarketFaults.most)), more: max(0, sorted.count - MarketFaults.most))
    }
}
