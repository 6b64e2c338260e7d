/// What goes wrong with answers, each in so many of 1,000 cases.
package struct MeterFaults: Hashable, Sendable {
    /// Of an answer: drawn anew for each attempt, so that a repeated one may succeed.
    package enum Kind: String, CaseIterable, Sendable {
        /// The first byte comes late.
        case slow
        case error500 = "500"
        /// 503, with `Retry-After`.
        case busy503 = "503"
        /// Half of the body, with its length.
        case cut
        /// A page of HTML with status 200.
        case html
        /// A value that is none: negative, a word, or more than a quarter hour can have.
        case wrong
        /// A meter is there twice.
        case duplicate
    }

    /// Of a day, the same in each answer until it is over.
    package enum DayKind: String, CaseIterable, Sendable {
        /// Some of its values are corrected a day later.
        case corrected
        /// Some of its values come a day later.
        case gaps
    }

    package private(set) var answers: [Kind: Int] = [:]
    package private(set) var days: [DayKind: Int] = [:]

    /// None.
    package init() {}

    /// As `slow=5,503=20`, in thousandths; `none`, or `all` for ten of each. nil where it is no such text.
    package init?(_ text: String) {
        if text == "none" { return }
        let list = text == "all" ? Self.words.map { "\($0)=10" }.joined(separator: ",") : text
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, let permille = Int(words[1]), (0...1000).contains(permille) else { return nil }
            if let kind = Kind(rawValue: String(words[0])) {
                answers[kind] = permille
            } else if let kind = DayKind(rawValue: String(words[0])) {
                days[kind] = permille
            } else {
                return nil
            }
        }
        guard answers.values.reduce(0, +) <= 1000 else { return nil }
    }

    package static let words = Kind.allCases.map(\.rawValue) + DayKind.allCases.map(\.rawValue)

    /// Which fault a draw of 0 to 999 comes to.
    func kind(_ draw: Int) -> Kind? {
        var bound = 0
        for kind in Kind.allCases {
            bound += answers[kind] ?? 0
            if draw < bound { return kind }
        }
        return nil
    }
}
