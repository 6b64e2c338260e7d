/// What was asked for on the command line, of the fuzzing of a gateway.
struct GatewayOptions {
    /// The program that is tried.
    let negawatt: String
    /// Mutated ones; others come beside them.
    var requests = 1_000_000
    var seed = UInt64.random(in: 0..<1_000_000)
    /// The first one's number.
    var first = 0
    /// It ends then, however many there have been.
    var minutes = 24 * 60
    /// Clients at a time.
    var lanes = 48

    static let usage =
        "--gateway PROGRAM [--requests N] [--seed S] [--from NUMBER] [--minutes M] [--lanes N]"

    init(_ words: [String]) throws(Fault) {
        var words = words[...]
        guard words.popFirst() == "--gateway", let program = words.popFirst() else { throw Fault(Self.usage) }
        negawatt = program
        while let word = words.popFirst() {
            guard let number = words.popFirst().flatMap(Int.init) else { throw Fault("\(word) needs a number") }
            switch word {
            case "--requests" where number > 0: requests = number
            case "--seed" where number >= 0: seed = UInt64(number)
            case "--from" where number >= 0: first = number
            case "--minutes" where number > 0: minutes = number
            case "--lanes" where number > 0: lanes = number
            default: throw Fault("\(word) \(number) is not understood: \(Self.usage)")
            }
        }
    }
}
