/// JSON text as a tree, each value with its line: for files that people write and that are to be told of every fault at
/// once. Records are read by `JSONReader`, which makes no tree.
package struct JSONDocument: Sendable {
    /// Why the text is no JSON object, and where that was found. Lines count from 1.
    package struct Fault: Error, Hashable, Sendable {
        package let line: Int
        /// Behind "the text".
        package let reason: JSONError.Reason
    }

    /// A value, with the line on which it begins and its bytes in `text`.
    package struct Node: Sendable {
        package let line: Int
        package let range: Range<Int>
        package let value: Value
    }

    package indirect enum Value: Sendable {
        case object([Member])
        case array([Node])
        case text(String)
        case number
        case boolean(Bool)
        case null
    }

    /// A field of an object, with the line of its name. A name may be there twice.
    package struct Member: Sendable {
        package let name: String
        package let line: Int
        package let node: Node
    }

    package let text: [UInt8]
    package let root: Node

    /// - Parameter members: at most so many fields and elements, nested ones included.
    package init(_ text: [UInt8], members: Int) throws(Fault) {
        self.text = text
        let lines = text.indices.filter { text[$0] == UInt8(ascii: "\n") }
        var scanner = Scanner(text.span, members: members)
        do throws(JSONError.Reason) {
            guard text.count <= Int32.max else { throw .tooLarge }
            guard scanner.peek() == UInt8(ascii: "{") else { throw .notAnObject }
            root = try Self.node(&scanner, depth: 1, lines)
            _ = scanner.peek()
            guard scanner.position == text.count else { throw .trailing }
        } catch { throw Fault(line: Self.line(of: scanner.position, lines), reason: error) }
    }

    /// A number in units of 10^-`decimals`; nil where it is none, or has more decimals.
    package func integer(_ node: Node, decimals: Int = 0) -> Int64? {
        guard case .number = node.value else { return nil }
        return try? JSONValue(text.span.extracting(node.range), .number).integer(decimals: decimals)
    }

    /// A value's own text.
    package func bytes(_ node: Node) -> [UInt8] { Array(text[node.range]) }

    /// The text without the blanks between its tokens: two texts that differ in those alone become the same.
    package var compact: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var (isText, isEscaped) = (false, false)
        for byte in text {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isText = true
            } else if byte <= 0x20 {
                continue
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// The value at the scanner's place, which has no blanks in front.
    private static func node(_ scanner: inout Scanner, depth: Int, _ lines: [Int]) throws(JSONError.Reason) -> Node {
        guard depth <= Scanner.depthLimit else { throw .tooDeep }
        let start = scanner.position
        let value: Value
        switch scanner.next {
        case UInt8(ascii: "{"): value = .object(try members(&scanner, depth: depth, lines))
        case UInt8(ascii: "["): value = .array(try elements(&scanner, depth: depth, lines))
        default:
            let token = try scanner.passValue(depth: depth)
            switch token.kind {
            case .text, .escapedText: value = .text(try string(scanner, token))
            case .true, .false: value = .boolean(token.kind == .true)
            case .null: value = .null
            case .number, .nested: value = .number
            }
        }
        return Node(line: line(of: start, lines), range: start..<scanner.position, value: value)
    }

    private static func members(
        _ scanner: inout Scanner, depth: Int, _ lines: [Int]
    ) throws(JSONError.Reason) -> [Member] {
        var members: [Member] = []
        scanner.position += 1
        guard scanner.peek() != UInt8(ascii: "}") else {
            scanner.position += 1
            return []
        }
        repeat {
            try scanner.countMember()
            guard scanner.peek() == UInt8(ascii: "\"") else { throw .syntax }
            let start = scanner.position
            let name = try string(scanner, try scanner.passString())
            try scanner.pass(UInt8(ascii: ":"))
            _ = scanner.peek()
            let node = try node(&scanner, depth: depth + 1, lines)
            members.append(Member(name: name, line: line(of: start, lines), node: node))
        } while try scanner.passSeparator(orEnd: UInt8(ascii: "}"))
        return members
    }

    private static func elements(
        _ scanner: inout Scanner, depth: Int, _ lines: [Int]
    ) throws(JSONError.Reason) -> [Node] {
        var elements: [Node] = []
        scanner.position += 1
        guard scanner.peek() != UInt8(ascii: "]") else {
            scanner.position += 1
            return []
        }
        repeat {
            try scanner.countMember()
            _ = scanner.peek()
            elements.append(try node(&scanner, depth: depth + 1, lines))
        } while try scanner.passSeparator(orEnd: UInt8(ascii: "]"))
        return elements
    }

    private static func string(_ scanner: borrowing Scanner, _ token: Token) throws(JSONError.Reason) -> String {
        try JSONValue(scanner.text.extracting(token.range), token.kind).string()
    }

    private static func line(of position: Int, _ lines: [Int]) -> Int {
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low + 1
    }
}
