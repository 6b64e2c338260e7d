import Contracts
import JSON
package import NotifyContext

/// What customers read, by kind of notice and language. Lines of `KIND.LANGUAGE.PART = words`, PART being title or
/// text; `{name}` stands for a fact. Blank lines and those that begin with # are passed over.
package struct Templates: Sendable {
    /// What is wrong with a line of them.
    package struct Fault: Error, Hashable, CustomStringConvertible {
        /// 0: of the whole.
        package let line: Int
        package let reason: String
        package var description: String { line > 0 ? "line \(line): \(reason)" : reason }
    }

    /// Characters of a template, and of what becomes of it.
    package static let (templateLimit, textLimit) = (500, 1000)

    /// A piece of a template.
    private enum Piece: Sendable {
        case words(String)
        case fact(Fact)
    }

    /// What can stand in a template.
    package enum Fact: String, Sendable, CaseIterable {
        /// The order's id, or the withdrawal's.
        case id
        /// The order's times, in the customers' zone.
        case start, end
        /// Wh reduced, points or their change.
        case amount
        /// The balance of points.
        case balance
        case reason
    }

    private struct Slot: Hashable {
        let kind: NoticeKind
        let language: Language
        let isTitle: Bool
    }

    private var pieces: [Slot: [Piece]] = [:]
    private let utcOffset: Int64

    /// Those of the program.
    /// - Parameter utcOffset: minutes that customers' clocks are ahead of UTC.
    package init(utcOffset: Int64) {
        self.utcOffset = utcOffset
        do throws(Fault) { try take(Self.builtIn) } catch { preconditionFailure("a template of ours: \(error)") }
    }

    /// Others in place of some of the program's.
    package mutating func take(_ text: String) throws(Fault) {
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (place, line) in lines.enumerated() {
            let words = line.trimmed
            guard !words.isEmpty, !words.hasPrefix("#") else { continue }
            do throws(Complaint) { try take(line: words) } catch { throw Fault(line: place + 1, reason: error.reason) }
        }
    }

    private struct Complaint: Error { let reason: String }

    private mutating func take(line: String) throws(Complaint) {
        guard let equals = line.firstIndex(of: "=") else {
            throw Complaint(reason: "has no =: write KIND.LANGUAGE.PART = words")
        }
        let name = String(line[..<equals]).trimmed.split(separator: ".", omittingEmptySubsequences: false)
        guard name.count == 3, let kind = NoticeKind(rawValue: String(name[0])),
            let language = Language(rawValue: String(name[1])), ["title", "text"].contains(name[2])
        else {
            let kinds = NoticeKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Complaint(reason: "KIND.LANGUAGE.PART is one of \(kinds), then ko or en, then title or text")
        }
        let words = String(line[line.index(after: equals)...]).trimmed
        guard !words.isEmpty, words.unicodeScalars.count <= Self.templateLimit else {
            throw Complaint(reason: "words have 1 to \(Self.templateLimit) characters")
        }
        pieces[Slot(kind: kind, language: language, isTitle: name[2] == "title")] = try Self.parse(words, kind)
    }

    private static func parse(_ words: String, _ kind: NoticeKind) throws(Complaint) -> [Piece] {
        var pieces: [Piece] = []
        var rest = words[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw Complaint(reason: "a brace is not closed, or not opened")
            }
            let name = String(rest[rest.index(after: open)..<close])
            let known = facts(of: kind)
            guard let fact = Fact(rawValue: name), known.contains(fact) else {
                let list = known.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw Complaint(reason: "there is no {\(name.printable)} for \(kind.rawValue): it has \(list)")
            }
            pieces += [.words(String(rest[..<open])), .fact(fact)]
            rest = rest[rest.index(after: close)...]
        }
        return pieces + [.words(String(rest))]
    }

    private static func facts(of kind: NoticeKind) -> [Fact] {
        switch kind {
        case .asked, .changed, .ended: [.id, .start, .end]
        case .withdrawn: [.id, .start, .end, .reason]
        case .result: [.id, .amount]
        case .points: [.id, .amount, .balance, .reason]
        case .adjusted: [.amount, .balance, .reason]
        case .expired: [.amount, .balance]
        case .paid: [.id, .amount]
        case .unpaid: [.id, .amount, .balance, .reason]
        }
    }

    /// What a customer is told: without anything invisible, whatever the facts hold.
    package func words(_ call: NoticeCall) -> (title: String, text: String) {
        (words(call, isTitle: true), words(call, isTitle: false))
    }

    private func words(_ call: NoticeCall, isTitle: Bool) -> String {
        let slot = Slot(kind: call.kind, language: call.language, isTitle: isTitle)
        var text = ""
        for piece in pieces[slot] ?? [] {
            switch piece {
            case .words(let words): text += words
            case .fact(let fact): text += value(fact, call).withoutHidden
            }
        }
        return text.shortened(to: Self.textLimit)
    }

    private func value(_ fact: Fact, _ call: NoticeCall) -> String {
        let (facts, isKorean) = (call.facts, call.language == .ko)
        return switch fact {
        case .id: call.key.reference
        case .start: facts.startsAt.map(local) ?? ""
        case .end: facts.endsAt.map(local) ?? (isKorean ? "별도 안내 시" : "further notice")
        case .amount: facts.amount.map(Self.grouped) ?? ""
        case .balance: facts.balance.map(Self.grouped) ?? ""
        case .reason: facts.reason ?? "-"
        }
    }

    /// As 2026-11-21 18:00.
    private func local(_ time: Timestamp) -> String {
        let shown = (time + .seconds(utcOffset * 60)).withinBounds.description
        return String(shown.prefix(16).map { $0 == "T" ? " " : $0 })
    }

    /// As 12,345.
    private static func grouped(_ number: Int64) -> String {
        let digits = Array(String(number.magnitude))
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + text
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let isBlank = { (letter: Character) in letter == " " || letter == "\t" || letter == "\r" || letter == "\r\n" }
        let start = drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }
        return end.map { String(start[...$0]) } ?? ""
    }
}

extension String {
    /// What somebody has written, without what nobody sees: it could make a text look like another.
    fileprivate var withoutHidden: String {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars { scalars.append(scalar.unprintable == nil ? scalar : " ") }
        return String(scalars)
    }

    fileprivate func shortened(to limit: Int) -> String {
        guard unicodeScalars.count > limit else { return self }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: unicodeScalars.prefix(limit - 1))
        scalars.append("…")
        return String(scalars)
    }
}
