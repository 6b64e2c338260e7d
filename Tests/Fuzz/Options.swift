/// What was asked for on the command line.
struct Options {
    var records = 1_000_000
    var seed = UInt64.random(in: 0..<1_000_000)
    var subjects = Subject.all
    /// Only this one.
    var era: Int?

    init(_ words: [String]) throws {
        var words = words[...]
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { throw Fault("\(word) needs a value") }
            switch (word, Int(value)) {
            case ("--records", let number?) where number > 0: records = number
            case ("--seed", _):
                guard let number = UInt64(value) else { throw Fault("\(value) is no seed") }
                seed = number
            case ("--era", let number?) where number >= 0: era = number
            case ("--workers", _):
                let names = value.split(separator: ",").map(String.init)
                subjects = Subject.all.filter { names.contains($0.name) }
                guard subjects.count == names.count else {
                    throw Fault("the workers are \(Subject.all.map(\.name).joined(separator: ", "))")
                }
            default:
                throw Fault("\(word) \(value) is not understood: [--records N] [--seed S] [--era E] [--workers A,B]")
            }
        }
    }

    /// The same once more, with the seed that was drawn.
    var words: [String] {
        ["--records", "\(records)", "--seed", "\(seed)", "--workers", subjects.map(\.name).joined(separator: ",")]
            + (era.map { ["--era", "\($0)"] } ?? [])
    }
}
