/// The same numbers for the same seed on every machine (SplitMix64). Several words make a seed, so that each customer, day or
/// quarter hour has numbers of its own, whatever was drawn for others.
struct SeededRandom {
    private var state: UInt64 = 0

    init(_ words: UInt64...) {
        for word in words {
            state ^= word
            state = next()
        }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Between the bounds, both included.
    mutating func number(_ bounds: ClosedRange<Int64>) -> Int64 {
        let count = UInt64(bounds.upperBound - bounds.lowerBound) + 1
        return bounds.lowerBound + Int64(next().multipliedFullWidth(by: count).high)
    }

    /// Around 0, most often near it, at most `reach` away: the sum of three dice.
    mutating func noise(_ reach: Int64) -> Int64 {
        (number(-reach...reach) + number(-reach...reach) + number(-reach...reach)) / 3
    }

    /// True in `permille` of 1,000 cases.
    mutating func chance(_ permille: Int64) -> Bool { number(0...999) < permille }

    mutating func element<Element>(_ list: [Element]) -> Element { list[Int(number(0...Int64(list.count - 1)))] }
}
