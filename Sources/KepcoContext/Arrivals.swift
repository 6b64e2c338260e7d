import Contracts

/// The arrivals of a day's readings, short as text: of each quarter hour by how much it differs from what the two
/// before it let expect. A day that came as one message takes 9 characters, one that came by the quarter hour three or
/// four for each.
///
/// The differences, with their sign in the lowest bit, are written in digits of five bits, the lowest first; a sixth
/// bit says that another one follows. What is behind the last one that is not 0 is left out.
struct Arrivals {
    private static let count = Int(Quarter.perDay)
    /// Characters of a text: no difference has more than 64 bits.
    static let limit = count * 13
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    /// By the byte; 0 for what is no digit.
    private static let values: [UInt64] = {
        var values = [UInt64](repeating: 0, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt64(value) }
        return values
    }()

    private var numbers: [Int64]

    init(_ text: String) {
        numbers = Array(repeating: 0, count: Self.count)
        guard !text.isEmpty else { return }
        var expectation = Expectation()
        var position = 0
        var (difference, shift) = (UInt64(0), UInt64(0))
        for byte in text.utf8 where position < Self.count {
            let value = Self.values[Int(byte)]
            difference |= (value & 31) << shift
            shift += 5
            guard value < 32 else { continue }
            numbers[position] = expectation.meet(Int64(bitPattern: difference >> 1) ^ -Int64(difference & 1))
            position += 1
            (difference, shift) = (0, 0)
        }
        for position in position..<Self.count { numbers[position] = expectation.meet(0) }
    }

    subscript(position: Int) -> Arrival {
        get { Arrival(number: numbers[position]) }
        set { numbers[position] = newValue.number }
    }

    /// - Parameter isThere: whether there is a reading. What is written where there is none does not matter: before the
    ///   first one its arrival, and elsewhere what is expected.
    func text(_ isThere: (Int) -> Bool) -> String {
        guard let first = numbers.indices.first(where: isThere) else { return "" }
        var text: [UInt8] = []
        text.reserveCapacity(Self.limit / 3)
        var expectation = Expectation()
        var end = 0
        for position in numbers.indices {
            let isKept = position == 0 || isThere(position)
            let difference = isKept ? expectation.difference(of: numbers[max(position, first)]) : 0
            _ = expectation.meet(difference)
            var rest = UInt64(bitPattern: difference << 1 ^ difference >> 63)
            repeat {
                text.append(Self.digits[Int(rest & 31 | (rest > 31 ? 32 : 0))])
                rest >>= 5
            } while rest > 0
            if difference != 0 { end = text.count }
        }
        return String(decoding: text[..<end], as: UTF8.self)
    }

    /// Of the next number, by the two before it: once more the same step.
    private struct Expectation {
        private var last: Int64 = 0
        private var step: Int64?

        func difference(of number: Int64) -> Int64 { number &- last &- (step ?? 0) }

        mutating func meet(_ difference: Int64) -> Int64 {
            let before = last
            last = last &+ (step ?? 0) &+ difference
            // The first one's distance from 0 is no step.
            step = step == nil ? 0 : last &- before
            return last
        }
    }
}
