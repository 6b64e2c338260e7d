/// Numbers are exact: whatever denotes a whole number is one, as 412, 412.0 and 4.12e2 do. Senders compute in floating
/// point, and JSON Schema calls all three integers.
extension JSONValue {
    /// A number in units of 10^-`decimals`. What is left behind that must be zeros.
    func integer(decimals: Int = 0) throws(Reason) -> Int64 {
        guard kind == .number else { throw .notNumber }
        var position = text[0] == UInt8(ascii: "-") ? 1 : 0
        // So many digits cannot overflow, and are nearly all that there is.
        guard text.count &- position <= 15 else { return try exact(decimals) }
        var value: Int64 = 0
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return try exact(decimals) }
            value = value &* 10 &+ Int64(digit)
            position &+= 1
        }
        for _ in 0..<decimals { value = try Self.append(0, to: value) }
        return text[0] == UInt8(ascii: "-") ? -value : value
    }

    /// The same, within bounds.
    func integer(decimals: Int, in bounds: ClosedRange<Int64>) throws(Reason) -> Int64 {
        let number = try integer(decimals: decimals)
        guard bounds.contains(number) else { throw .outOfRange }
        return number
    }

    /// An array of numbers as we write them: digits without a sign, or null, and nothing between them but commas. Rows
    /// have many, and this takes a third of the time that their elements take one by one; nil for any other, and where
    /// one is out of bounds.
    func plainNumbers(in bounds: ClosedRange<Int64>, atMost limit: Int) -> [Int64?]? {
        guard kind == .nested, text[0] == UInt8(ascii: "[") else { return nil }
        let end = text.count &- 1
        var numbers: [Int64?] = []
        numbers.reserveCapacity(min(limit, text.count / 2))
        var position = 1
        while position < end {
            guard numbers.count < limit else { return nil }
            let start = position
            var number: Int64? = 0
            if text[position] == UInt8(ascii: "n") {
                // The text is JSON: there is no other word with it.
                position &+= 4
                number = nil
            } else {
                var value: Int64 = 0
                while true {
                    let digit = text[position] &- UInt8(ascii: "0")
                    guard digit < 10 else { break }
                    value = value &* 10 &+ Int64(digit)
                    position &+= 1
                }
                // So many digits cannot overflow.
                guard position > start, position &- start <= 15, bounds.contains(value) else { return nil }
                number = value
            }
            guard text[position] == UInt8(ascii: ",") || position == end else { return nil }
            numbers.append(number)
            position &+= 1
        }
        return numbers
    }

    /// A number with a point, an exponent or many digits: its digits without the zeros at their end, times a power of
    /// ten.
    private func exact(_ decimals: Int) throws(Reason) -> Int64 {
        guard text.count <= Self.numberLimit else { throw .longNumber }
        var (digits, power, zeros) = (0 as Int64, decimals, 0)
        var (isFraction, isTooLarge) = (false, false)
        var position = text[0] == UInt8(ascii: "-") ? 1 : 0
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            if digit < 10 {
                if isFraction { power -= 1 }
                zeros += 1
                if digit > 0 {
                    // Zeros count only when something follows them.
                    do {
                        for place in 1...zeros { digits = try Self.append(place == zeros ? digit : 0, to: digits) }
                    } catch { isTooLarge = true }
                    zeros = 0
                }
            } else if text[position] == UInt8(ascii: ".") {
                isFraction = true
            } else {
                power += exponent(from: position &+ 1)
                break
            }
            position &+= 1
        }
        if digits == 0 { return 0 }
        power += zeros
        // The last of the digits is not zero.
        guard power >= 0 else { throw .tooPrecise }
        guard !isTooLarge else { throw .outOfRange }
        // Ends by itself after 19 digits.
        for _ in 0..<power { digits = try Self.append(0, to: digits) }
        return text[0] == UInt8(ascii: "-") ? -digits : digits
    }

    /// Bounded: no number that is taken has one beyond some hundreds.
    private func exponent(from start: Int) -> Int {
        var (exponent, position) = (0, start)
        let isNegative = text[start] == UInt8(ascii: "-")
        if isNegative || text[start] == UInt8(ascii: "+") { position &+= 1 }
        while position < text.count {
            exponent = min(exponent * 10 + Int(text[position] &- UInt8(ascii: "0")), 1_000_000)
            position &+= 1
        }
        return isNegative ? -exponent : exponent
    }

    private static func append(_ digit: UInt8, to value: Int64) throws(Reason) -> Int64 {
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tenfold.addingReportingOverflow(Int64(digit))
        guard !overflow, !carry else { throw .outOfRange }
        return sum
    }
}
