package import AnswerLinks
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

    /// Characters of a template, and of what becomes of it without its link.
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
        /// By which the customer answers.
        case link
    }

    private struct Slot: Hashable {
        let kind: NoticeKind
        let language: Language
        let isTitle: Bool
    }

    private var pieces: [Slot: [Piece]] = [:]
    private let utcOffset: Int64
    private let links: AnswerLinkMaker?

    /// Those of the program.
    /// - Parameters:
    ///   - utcOffset: minutes that customers' clocks are ahead of UTC.
    ///   - links: makes what `{link}` stands for; nil where customers answer in another way.
    package init(utcOffset: Int64, links: AnswerLinkMaker? = nil) {
        (self.utcOffset, self.links) = (utcOffset, links)
        do throws(Fault) {
            try take(Self.builtIn)
            if links != nil { try take(Self.builtInWithLinks) }
        } catch { preconditionFailure("a template of ours: \(error)") }
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
        pieces[Slot(kind: kind, language: language, isTitle: name[2] == "title")] = try parse(words, kind)
    }

    private func parse(_ words: String, _ kind: NoticeKind) throws(Complaint) -> [Piece] {
        var pieces: [Piece] = []
        var rest = words[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw Complaint(reason: "a brace is not closed, or not opened")
            }
            let name = String(rest[rest.index(after: open)..<close])
            let known = Self.facts(of: kind).filter { $0 != .link || links != nil }
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
        case .asked, .changed: [.id, .start, .end, .link]
        case .ended: [.id, .start, .end]
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

    /// By which the customer answers what he is asked; nil where there is nothing to answer, or no page for it.
    package func link(_ call: NoticeCall) -> String? {
        guard Self.facts(of: call.kind).contains(.link) else { return nil }
        return links?.link(call.key, language: call.language, expiresAt: call.end)
    }

    private func words(_ call: NoticeCall, isTitle: Bool) -> String {
        let pieces = pieces[Slot(kind: call.kind, language: call.language, isTitle: isTitle)] ?? []
        let link = link(call) ?? ""
        let whole = text(pieces, call, link: link)
        guard whole.unicodeScalars.count > Self.textLimit else { return whole }
        // Half a link leads nowhere.
        let plain = text(pieces, call, link: "")
        return plain.shortened(to: Self.textLimit) + (whole == plain ? "" : " \(link)")
    }

    private func text(_ pieces: [Piece], _ call: NoticeCall, link: String) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .words(let words): text += words
            case .fact(let fact): text += value(fact, call, link: link).withoutHidden
            }
        }
        return text
    }

    private func value(_ fact: Fact, _ call: NoticeCall, link: String) -> String {
        let (facts, isKorean) = (call.facts, call.language == .ko)
        return switch fact {
        case .id: call.key.reference
        case .start: facts.startsAt.map(local) ?? ""
        case .end: facts.endsAt.map(local) ?? (isKorean ? "별도 안내 시" : "further notice")
        case .amount: facts.amount.map(Self.grouped) ?? ""
        case .balance: facts.balance.map(Self.grouped) ?? ""
        case .reason: facts.reason ?? "-"
        case .link: link
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
