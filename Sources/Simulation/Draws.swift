import Chance

/// What a simulation draws. The numbers of a seed are part of what its tests expect.
extension SeededGenerator {
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
