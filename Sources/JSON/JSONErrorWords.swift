import Time

/// What a field should have been.
enum Expected {
    case text(atMost: Int)
    case number(ClosedRange<Int64>, decimals: Int)
    case elements(atMost: Int)
    case other
}

/// The words of refusals: which value was found, and what would be right. Nobody comes here for what is taken.
extension JSONError {
    /// What is wrong with the record as a whole.
    @inline(never)
    init(_ reason: Reason, _ text: Span<UInt8>, at position: Int, members: Int) {
        let details: String?
        switch reason {
        case .tooManyMembers:
            details = "the record has more than \(members) members, objects' fields and arrays' elements together"
        case .tooDeep: details = "the record is nested too deeply: at most \(Scanner.depthLimit) levels are allowed"
        case .notAnObject: details = nil
        default:
            let place = min(position, text.count)
            let rest = text.extracting(place..<min(place &+ 50, text.count))
            let there = rest.isEmpty ? "at its end" : "at byte \(place): \(rest.string.shown)"
            details = "the record \(reason.rawValue), \(there)"
        }
        self.init(field: nil, reason, details: details)
    }

    @inline(never)
    init(_ name: StaticString, _ reason: Reason, _ value: JSONValue, _ expected: Expected) {
        let words = value.words(reason, expected)
        self.init(field: name.description, reason, details: "field \"\(name)\" \(words)")
    }

    /// What is wrong with an array, or with the element at a place.
    @inline(never)
    init(_ name: StaticString, _ reason: Reason, _ value: JSONValue, element: Int, _ expected: Expected) {
        switch reason {
        case .notArray, .tooManyElements, .missing: self.init(name, reason, value, expected)
        default:
            let words = value.withElement(element) { $0.words(reason, expected) } ?? reason.rawValue
            self.init(field: name.description, reason, details: "\(name)[\(element)] \(words)")
        }
    }
}

extension JSONValue {
    fileprivate func words(_ reason: JSONError.Reason, _ expected: Expected) -> String {
        switch (reason, expected) {
        case (.notNumber, .number(let bounds, let decimals)):
            return "is \(shown), not a number: write \(Self.range(bounds, decimals)), without quotes"
        case (.tooPrecise, .number(let bounds, 0)):
            return "is \(shown), not whole: write a whole number from \(Self.range(bounds, 0))"
        case (.tooPrecise, .number(_, let decimals)):
            return "is \(shown), too precise: write at most \(decimals) decimals"
        case (.outOfRange, .number(let bounds, let decimals)):
            return "is \(shown), out of range: \(Self.range(bounds, decimals))"
        case (.longNumber, _):
            return "is \(shown), a number of \(count) characters: write at most \(Self.numberLimit)"
        case (.tooLong, .text(let limit)):
            return "is \(shown) (\(count) bytes), longer than \(limit) characters"
        case (.tooManyElements, .elements(let limit)):
            return "has \(elementCount) elements: at most \(limit) are allowed"
        case (.notTime, _), (.outOfRange, _): return timeWords(reason)
        case (.rounded, _):
            return
                "is \(shown), larger than 2^53 - 1 (9007199254740991): jq and JavaScript round such a number before it is sent, "
                + "so write the id as a string, in quotes"
        case (.notText, _): return "is \(shown), not a string"
        case (.notArray, _): return "is \(shown), not an array"
        case (.notBoolean, _): return "is \(shown), neither true nor false"
        case (.notIdentifier, _): return "is \(shown), neither a string nor a whole number in plain digits"
        default: return "is \(shown), which \(reason.rawValue)"
        }
    }

    private static func range(_ bounds: ClosedRange<Int64>, _ decimals: Int) -> String {
        let divisor = (0..<decimals).reduce(1) { power, _ in power * 10 } as Int64
        return "\(bounds.lowerBound / divisor) to \(bounds.upperBound / divisor)"
    }

    private func timeWords(_ reason: JSONError.Reason) -> String {
        // Seconds often have decimals.
        let point = kind == .number ? text.indices.first { text[$0] == UInt8(ascii: ".") } ?? text.count : 0
        if point > 0, let number = try? JSONValue(text.extracting(0..<point), .number).integer() {
            let units: [(String, Int64, Int64)] = [
                ("seconds", 1000, 1), ("microseconds", 1, 1000), ("nanoseconds", 1, 1_000_000),
            ]
            for (unit, factor, divisor) in units where number.magnitude < UInt64(Int64.max) / 1000 || factor == 1 {
                let milliseconds = number * factor / divisor
                // A time of these years cannot be meant in another unit.
                guard milliseconds > 1_000_000_000_000, milliseconds < 4_102_444_800_000 else { continue }
                return
                    "is \(shown): \(unit)? write milliseconds since 1970, as \(milliseconds), or \(ISO8601.text(milliseconds))"
            }
        }
        if reason == .outOfRange {
            let (first, last) = (ISO8601.text(ISO8601.bounds.lowerBound), ISO8601.text(ISO8601.bounds.upperBound))
            return "is \(shown), out of range: \(first) to \(last)"
        }
        let forms = "2026-11-21T09:00:00Z, 2026-11-21T18:00:00+09:00 or milliseconds since 1970"
        return "is \(shown), not a time: write \(forms)"
    }
}

extension Span<UInt8> {
    /// As text, whatever is no UTF-8 replaced.
    var string: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
}
