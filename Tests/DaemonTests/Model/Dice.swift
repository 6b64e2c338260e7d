import Chance
import Workers

/// The one source of chance in a schedule: the same seed, the same schedule.
struct Dice {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed) }

    mutating func number(below count: Int) -> Int { Int(generator.next() % UInt64(count)) }
    mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + number(below: range.count) }
    mutating func chance(of one: Int, in many: Int) -> Bool { number(below: many) < one }
    mutating func element<Element>(of list: [Element]) -> Element { list[number(below: list.count)] }

    /// The place of one of the weights, each as likely as it is heavy.
    mutating func weighted(_ weights: [Int]) -> Int {
        var left = number(below: weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            if left < weight { return place }
            left -= weight
        }
        return weights.count - 1
    }
}
