import Contracts

/// In what a meter's numbers are written.
package enum EnergyUnit: String, CaseIterable, Sendable {
    case kilowattHours = "kWh"
    case wattHours = "Wh"

    /// One of it is 10 to this power tenths of a Wh.
    package var power: Int { self == .kilowattHours ? 4 : 1 }
}

/// Energy as text of others, exactly: no number becomes a floating-point one on its way.
package enum Energy {
    /// Why a text is no reading.
    package enum Fault: Error, Hashable, Sendable {
        case empty
        case notNumber
        case negative
        case tooLarge

        /// Behind the value.
        package var words: String {
            switch self {
            case .empty: "is empty"
            case .notNumber: "is not a number"
            case .negative: "is negative"
            case .tooLarge: "is more than a quarter hour can have, 1000000000 Wh"
            }
        }
    }

    /// Digits that can make a difference: beyond them a UInt64 overflows.
    private static let digits = 18
    /// A number that is read has at most so many characters.
    private static let limit = 100

    /// Tenths of a Wh, rounded once, halves up; digits behind the 18th do not count.
    /// - Parameters:
    ///   - power: one of the text's unit is 10 to this power tenths of a Wh.
    ///   - comma: whether decimals stand behind a comma; behind a point otherwise. Nothing separates thousands.
    package static func tenths(_ text: Span<UInt8>, power: Int, comma: Bool = false) throws(Fault) -> Int64 {
        guard !text.isEmpty else { throw .empty }
        guard text.count <= limit else { throw .notNumber }
        var number = Number()
        var position = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { position = 1 }
        let point = comma ? UInt8(ascii: ",") : UInt8(ascii: ".")
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte &- UInt8(ascii: "0") < 10 {
                number.append(byte - UInt8(ascii: "0"))
            } else if byte == point, !number.isFraction {
                number.isFraction = true
            } else if byte | 0x20 == UInt8(ascii: "e"), number.hasDigits {
                number.power += try exponent(text.extracting(position...))
                position = text.count
            } else {
                throw .notNumber
            }
        }
        guard number.hasDigits else { throw .notNumber }
        let tenths = try number.rounded(power)
        if isNegative, tenths != 0 { throw .negative }
        guard Limits.quarterTenths.contains(tenths) else { throw .tooLarge }
        return tenths
    }

    /// Whether a quarter hour can have so much.
    static func isFit(_ tenths: Int64?) -> Bool { tenths.map(Limits.quarterTenths.contains) ?? true }

    private static func exponent(_ text: Span<UInt8>) throws(Fault) -> Int {
        guard !text.isEmpty else { throw .notNumber }
        var position = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") ? 1 : 0
        guard position < text.count else { throw .notNumber }
        var exponent = 0
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .notNumber }
            // None that is taken has one beyond some dozens.
            exponent = min(exponent * 10 + Int(digit), 1000)
            position += 1
        }
        return text[0] == UInt8(ascii: "-") ? -exponent : exponent
    }

    private struct Number {
        var significand: UInt64 = 0
        var count = 0
        /// The significand times 10 to this power is the number.
        var power = 0
        var (isFraction, hasDigits) = (false, false)

        mutating func append(_ digit: UInt8) {
            hasDigits = true
            if count < digits {
                significand = significand * 10 + UInt64(digit)
                if significand > 0 { count += 1 }
                if isFraction { power -= 1 }
            } else if !isFraction {
                power += 1
            }
        }

        /// Times 10 to a power.
        func rounded(_ more: Int) throws(Fault) -> Int64 {
            var (value, power) = (significand, power + more)
            guard value > 0 else { return 0 }
            while power > 0 {
                let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { throw .tooLarge }
                (value, power) = (tenfold, power - 1)
            }
            // All of its digits lie behind the half then.
            guard power >= -digits else { return 0 }
            let divisor = (0..<(-power)).reduce(1) { divisor, _ in divisor * 10 } as UInt64
            let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
            return Int64(clamping: whole + (rest >= divisor - rest && divisor > 1 ? 1 : 0))
        }
    }
}
