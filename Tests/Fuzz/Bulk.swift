import Chance
import Workers

/// Makes a record large, or costly to read for its size: as someone would who wants to stop a daemon with it.
struct Bulk {
    /// About the bounds of what is looked at.
    private static let sizes = [40_000, 65_000, 65_536, 65_537, 70_000, 524_288, 600_000]
    private static let counts = [900, 990, 1000, 1001, 1100, 8000, 8001]

    func add(to value: inout [UInt8], _ random: inout SeededGenerator) {
        let size = Self.sizes.randomElement(using: &random) ?? 0
        let count = Self.counts.randomElement(using: &random) ?? 0
        let left = max(size - value.count - 20, 0)
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            value.append(
                contentsOf: repeatElement(UInt8(ascii: " "), count: left + Int.random(in: 0...40, using: &random)))
        case 1: insert(#""x":"\#(String(repeating: "\\u0061", count: left / 6))""#, into: &value)
        case 2: insert(#""x":"\#(String(repeating: "\u{D55C}", count: left / 3))""#, into: &value)
        case 3: insert(#""\#(String(repeating: "\\u0061", count: left / 6))":1"#, into: &value)
        case 4: insert(#""x":\#(String(repeating: "7", count: left))"#, into: &value)
        case 5: insert("\"x\":[" + list("1", count) + "]", into: &value)
        case 6: insert(list(#""timestamq":1"#, count), into: &value)
        case 7: insert(list(#""\u0069\u0065":1"#, count), into: &value)
        case 8:
            let depth = Int.random(in: 50...66, using: &random)
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            insert("\"x\":[" + list(nest, max(count / 60, 1)) + "]", into: &value)
        default: escapeAll(&value)
        }
    }

    private func list(_ element: String, _ count: Int) -> String {
        Array(repeating: element, count: count).joined(separator: ",")
    }

    /// In front of the other fields, which continue to count.
    private func insert(_ field: String, into value: inout [UInt8]) {
        guard value.count > 2, value[0] == UInt8(ascii: "{") else { return }
        value.insert(contentsOf: Array((field + ",").utf8), at: 1)
    }

    /// Every dead letter and digit of the strings, those of names too: the same record, six times as long.
    private func escapeAll(_ value: inout [UInt8]) {
        var (escaped, isInString, place) = ([] as [UInt8], false, 0)
        while place < value.count {
            let byte = value[place]
            var end = place + 1
            if isInString, byte == UInt8(ascii: "\\"), end < value.count {
                // An escape stays as it is.
                end = min(place + (value[end] == UInt8(ascii: "u") ? 6 : 2), value.count)
                escaped += value[place..<end]
            } else if isInString, byte < 0x80, byte != UInt8(ascii: "\"") {
                escaped += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            } else {
                escaped.append(byte)
                if byte == UInt8(ascii: "\"") { isInString.toggle() }
            }
            place = end
        }
        value = escaped
    }
}
