/// What goes wrong with a receiver's answers, each in so many of 1,000 cases.
package struct ReceiverFaults: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// The first byte comes late; the notices were taken.
        case slow
        /// Nothing was taken.
        case error500 = "500"
        /// 503, with `Retry-After`.
        case busy503 = "503"
        /// The notices were taken, and half of the answer comes.
        case cut
        /// The notices were taken, and the status says that something has gone wrong.
        case lost
        /// Of each second notice nothing is said.
        case partly
    }

    package private(set) var answers: [Kind: Int] = [:]
    /// Of addresses: they are refused, each time.
    package private(set) var refusedAddresses = 0

    /// None.
    package init() {}

    /// As `slow=5,503=20,refused=10`, in thousandths; `none`, or `all` for ten of each. nil where it is no such text.
    package init?(_ text: String) {
        if text == "none" { return }
        let list = text == "all" ? Self.words.map { "\($0)=10" }.joined(separator: ",") : text
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, let permille = Int(words[1]), (0...1000).contains(permille) else { return nil }
            if let kind = Kind(rawValue: String(words[0])) {
                answers[kind] = permille
            } else if words[0] == "refused" {
                refusedAddresses = permille
            } else {
                return nil
            }
        }
        guard answers.values.reduce(0, +) <= 1000 else { return nil }
    }

    package static let words = Kind.allCases.map(\.rawValue) + ["refused"]

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
