/// What a line says beside its message, in this order. Keys are ours: plain words, none of them `ts`, `level` or `msg`.
package struct LogFields: ExpressibleByDictionaryLiteral, Sendable {
    package var list: [(key: StaticString, value: any LogValue)]

    package init(dictionaryLiteral elements: (StaticString, any LogValue)...) {
        list = elements.map { (key: $0.0, value: $0.1) }
    }

    package static func + (one: LogFields, other: LogFields) -> LogFields {
        if one.list.isEmpty { return other }
        var sum = one
        sum.list += other.list
        return sum
    }
}

/// What a field can hold: a text or a number. Its description is what the line says.
package protocol LogValue: Sendable, CustomStringConvertible {
    /// Whether JSON lines have it without quotes: the description is then a JSON number, true or false.
    var isBareInJSON: Bool { get }
}

extension LogValue {
    package var isBareInJSON: Bool { false }
}

extension LogValue where Self: FixedWidthInteger {
    package var isBareInJSON: Bool { true }
}

extension String: LogValue {}
extension Substring: LogValue {}
extension StaticString: LogValue {}
extension Int: LogValue {}
extension Int8: LogValue {}
extension Int16: LogValue {}
extension Int32: LogValue {}
extension Int64: LogValue {}
extension UInt: LogValue {}
extension UInt8: LogValue {}
extension UInt16: LogValue {}
extension UInt32: LogValue {}
extension UInt64: LogValue {}
extension Bool: LogValue { package var isBareInJSON: Bool { true } }
extension Double: LogValue { package var isBareInJSON: Bool { isFinite } }
