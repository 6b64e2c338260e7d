/// The same numbers for the same seed on every machine (SplitMix64): the one source of chance of the simulation and of
/// all tests.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    /// Several words make a seed, so that each customer, day or quarter hour has numbers of its own, whatever was drawn
    /// for others.
    package init(_ first: UInt64, _ second: UInt64, _ more: UInt64...) {
        state = 0
        for word in [first, second] + more {
            state ^= word
            state = next()
        }
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
