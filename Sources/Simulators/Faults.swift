/// A kind of fault, by the word for it.
package protocol FaultKind: CaseIterable, Hashable, RawRepresentable, Sendable where RawValue == String {}

/// What goes wrong with a simulator's answers, each in so many of 1,000 cases: of an answer at most one kind, drawn
/// anew for each attempt, so that a repeated one may succeed; beside that, what lasts.
package struct Faults<Answer: FaultKind, Lasting: FaultKind>: Hashable, Sendable {
    private var answers: [Answer: Int] = [:]
    private var lasting: [Lasting: Int] = [:]

    /// None.
    package init() {}

    /// As `slow=5,503=20`, in thousandths; `none`, or `all` for ten of each. nil where it is no such text.
    package init?(_ text: String) {
        if text == "none" { return }
        let list = text == "all" ? Self.words.map { "\($0)=10" }.joined(separator: ",") : text
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, let permille = Int(words[1]), (0...1000).contains(permille) else { return nil }
            if let kind = Answer(rawValue: String(words[0])) {
                answers[kind] = permille
            } else if let kind = Lasting(rawValue: String(words[0])) {
                lasting[kind] = permille
            } else {
                return nil
            }
        }
        guard answers.values.reduce(0, +) <= 1000 else { return nil }
    }

    package static var words: [String] { Answer.allCases.map(\.rawValue) + Lasting.allCases.map(\.rawValue) }

    /// Which fault of an answer a draw comes to.
    package func kind(_ draw: UInt64) -> Answer? {
        let draw = Int(draw % 1000)
        var bound = 0
        for kind in Answer.allCases {
            bound += answers[kind] ?? 0
            if draw < bound { return kind }
        }
        return nil
    }

    /// Whether a draw comes to what lasts.
    package func has(_ kind: Lasting, _ draw: UInt64) -> Bool { Int(draw % 1000) < lasting[kind] ?? 0 }
}
