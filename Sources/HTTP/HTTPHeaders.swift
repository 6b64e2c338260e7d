/// The headers of a request, in their order. Names are found whether they are in capitals or not.
///
/// All bytes lie in one array, and texts are made of them when they are asked for: a request has ten headers, of which
/// one or two are.
package struct HTTPHeaders: Sendable {
    private struct Field {
        let start: Int32
        let nameEnd: Int32
        let end: Int32
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    /// None.
    package init() {}

    /// In this order; a name may come more than once.
    package init(_ fields: [(name: String, value: String)]) {
        for field in fields { append(field.name.utf8.span, field.value.utf8.span) }
    }

    /// How many fields there are.
    package var count: Int { fields.count }

    mutating func reserve(bytes count: Int) {
        bytes.reserveCapacity(count)
        fields.reserveCapacity(12)
    }

    mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let start = Int32(truncatingIfNeeded: bytes.count)
        let nameEnd = start &+ Int32(truncatingIfNeeded: name.count)
        unsafe name.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        unsafe value.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        fields.append(Field(start: start, nameEnd: nameEnd, end: Int32(truncatingIfNeeded: bytes.count)))
    }

    /// The value of the first header of this name.
    package subscript(name: String) -> String? {
        for field in fields where isNamed(field, name) { return text(field.nameEnd, field.end) }
        return nil
    }

    /// The values of all headers of this name.
    /// A header that is a list, which may stand in several lines; nil where it is not there.
    package func list(_ name: String) -> String? {
        let lines = all(name)
        return lines.count > 1 ? lines.joined(separator: ",") : lines.first
    }

    package func all(_ name: String) -> [String] {
        fields.filter { isNamed($0, name) }.map { text($0.nameEnd, $0.end) }
    }

    /// All of them, as they came.
    package var pairs: [(name: String, value: String)] {
        fields.map { (name: text($0.start, $0.nameEnd), value: text($0.nameEnd, $0.end)) }
    }

    private func isNamed(_ field: Field, _ name: String) -> Bool {
        guard name.utf8.count == Int(field.nameEnd - field.start) else { return false }
        var index = Int(field.start)
        for byte in name.utf8 {
            if lowercased(byte) != lowercased(bytes[index]) { return false }
            index += 1
        }
        return true
    }

    /// What is no UTF-8 in it becomes U+FFFD.
    private func text(_ start: Int32, _ end: Int32) -> String {
        String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }
}
