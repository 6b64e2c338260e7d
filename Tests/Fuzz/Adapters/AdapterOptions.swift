/// What was asked for on the command line, behind `--adapters`.
struct AdapterOptions {
    var bodies = 1_000_000
    var seed = UInt64.random(in: 0..<1_000_000)

    init(_ words: [String]) throws {
        var words = words.dropFirst()
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { throw Fault("\(word) needs a value") }
            switch (word, UInt64(value)) {
            case ("--bodies", let number?) where number > 0 && number < 1 << 40: bodies = Int(number)
            case ("--seed", let number?): seed = number
            default: throw Fault("\(word) \(value) is not understood: --adapters [--bodies N] [--seed S]")
            }
        }
    }

    /// The same once more, with the seed that was drawn.
    var words: [String] { ["--adapters", "--bodies", "\(bodies)", "--seed", "\(seed)"] }
}
