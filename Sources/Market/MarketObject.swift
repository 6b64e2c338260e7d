package import Baselines
import Configuration
package import JSON

/// An object of the text of a file of rules, such as a market. What is wrong with a field is noted with its place, and
/// nil stands for its value.
package struct MarketObject {
    package let document: JSONDocument
    package let node: JSONDocument.Node
    /// As kinds[0]; empty for the whole.
    package let path: String
    package let faults: FaultList
    private let members: [JSONDocument.Member]

    /// nil, with a fault, where it is no object. A field that it does not have, or has twice, is a fault.
    package init?(
        _ document: JSONDocument, _ node: JSONDocument.Node, _ path: String, _ known: [String], _ faults: FaultList
    ) {
        guard case .object(let members) = node.value else {
            faults.add(node.line, path, "is no object")
            return nil
        }
        (self.document, self.node, self.path, self.faults, self.members) = (document, node, path, faults, members)
        var seen: Set<String> = []
        for member in members {
            if !seen.insert(member.name).inserted {
                faults.add(member.line, place(member.name), "appears twice")
            } else if !known.contains(member.name), faults.isStrict {
                let hint = nearest(to: member.name, in: known).map { "did you mean \"\($0)\"?" }
                faults.add(
                    member.line, place(member.name.prefixShown),
                    "is not known: \(hint ?? "there are \(known.joined(separator: ", "))")")
            }
        }
    }

    package func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    package func complain(_ name: String, _ why: String) { faults.add(self[name]?.line ?? node.line, place(name), why) }

    /// nil where there is none, or null.
    package subscript(name: String) -> JSONDocument.Node? {
        guard let node = members.first(where: { $0.name == name })?.node else { return nil }
        if case .null = node.value { return nil }
        return node
    }

    /// The same, of a field that has to be there.
    package func required(_ name: String) -> JSONDocument.Node? {
        if let node = self[name] { return node }
        faults.add(node.line, place(name), "is missing")
        return nil
    }

    package func text(_ name: String, atMost limit: Int = 200) -> String? {
        guard let node = self[name] else { return nil }
        guard case .text(let text) = node.value, !text.isEmpty, text.unicodeScalars.count <= limit,
            text.unicodeScalars.allSatisfy({ $0.unprintable == nil })
        else {
            complain(name, "is no text of 1 to \(limit) characters that can be seen")
            return nil
        }
        return text
    }

    /// In units of 10^-`decimals`.
    package func number(_ name: String, in bounds: ClosedRange<Int64>, decimals: Int = 0) -> Int64? {
        guard let node = self[name] else { return nil }
        guard let number = document.integer(node, decimals: decimals), bounds.contains(number) else {
            let unit = decimals == 0 ? 1 : 1000 as Int64
            let kind = decimals == 0 ? "a whole number" : "a number of at most \(decimals) decimals"
            complain(
                name,
                "is \(shown(node)): write \(kind), \(bounds.lowerBound / unit) to \(bounds.upperBound / unit)")
            return nil
        }
        return number
    }

    package func flag(_ name: String) -> Bool? {
        guard let node = self[name] else { return nil }
        guard case .boolean(let value) = node.value else {
            complain(name, "is \(shown(node)): write true or false")
            return nil
        }
        return value
    }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Choice.Type) -> Choice?
    {
        guard let node = self[name] else { return nil }
        if case .text(let text) = node.value, let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        complain(name, "is \(shown(node)): write one of \(words.joined(separator: ", "))")
        return nil
    }

    package func day(_ name: String) -> Day? { self[name].flatMap { day($0, place(name)) } }

    package func day(_ node: JSONDocument.Node, _ place: String) -> Day? {
        if case .text(let text) = node.value, let day = Day(text) { return day }
        faults.add(node.line, place, "is \(shown(node)), no date as 2026-11-20")
        return nil
    }

    /// The elements of an array, with their places; none without such a field.
    package func elements(_ name: String, atMost limit: Int) -> [(node: JSONDocument.Node, place: String)] {
        guard let node = self[name] else { return [] }
        guard case .array(let elements) = node.value else {
            complain(name, "is \(shown(node)), not an array")
            return []
        }
        if elements.count > limit { complain(name, "has \(elements.count) elements: at most \(limit) are allowed") }
        return elements.prefix(limit).enumerated().map { ($1, "\(place(name))[\($0)]") }
    }

    /// A value as it is written, shortened.
    package func shown(_ node: JSONDocument.Node) -> String {
        switch node.value {
        case .object: "an object"
        case .array: "an array"
        default: String(decoding: document.bytes(node).prefix(60), as: UTF8.self).prefixShown
        }
    }
}
