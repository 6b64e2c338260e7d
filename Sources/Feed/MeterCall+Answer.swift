import Contracts
import FeedContext
import JSON
import Meters

extension MeterCall {
    var question: MeterQuestion {
        MeterQuestion(customer: user, account: customerNumber, meters: Set(meters), day: day)
    }

    /// What the worker is told of an outcome.
    /// - Parameter key: is in no reason, whatever the utility says.
    func answer(_ outcome: MeterOutcome, hiding key: MeterKey) -> MeterAnswered {
        var answer = MeterAnswered(user: user, attempt: attempt, outcome: .unavailable)
        switch outcome {
        case .day(let day, let faults):
            (answer.outcome, answer.tenths) = (.day, day.tenths)
            answer.reason = faults.first
        case .noDataYet(let why): (answer.outcome, answer.reason) = (.none, why)
        // What concerns all is not this customer's: his day is not given up for it.
        case .retry(let why, _), .refuse(let why, of: .all): answer.reason = why
        case .refuse(let why, of: .customer): (answer.outcome, answer.reason) = (.refused, why)
        }
        answer.reason = answer.reason.flatMap { shown($0, hiding: key) }
        return answer
    }

    /// Words of the utility's as they may stand in a record or a log: without the key and anybody's numbers. They are
    /// shortened behind that: of what is cut off no beginning is left.
    func shown(_ words: String, hiding key: MeterKey) -> String? {
        var text = key.hidden(in: Self.cut(words, Self.wordsLimit))
        for number in [customerNumber] + meters {
            text = SecretWords.hide(number.utf8, in: text, as: "(number)", isLoose: true)
        }
        // Of characters, as the contract counts them.
        let shown = Self.cut(Self.withoutNumbers(text).printable, Self.reasonLimit)
        return shown.isEmpty ? nil : shown
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.prefix(limit))
        return String(scalars)
    }

    /// More is not looked at: no adapter says as much.
    private static let wordsLimit = 2000
    private static let reasonLimit = 150

    /// Digits, with or without something between them, that may be somebody's number: six and more.
    private static func withoutNumbers(_ text: String) -> String {
        var (shown, run, digits) = ("", "", 0)
        func add() {
            let end = run.lastIndex { $0.isWholeNumber }.map { run.index(after: $0) } ?? run.startIndex
            shown += (digits >= 6 ? "(number)" : run[..<end]) + run[end...]
            (run, digits) = ("", 0)
        }
        for character in text {
            if character.isWholeNumber {
                digits += 1
            } else if run.last?.isWholeNumber != true || !" -./".contains(character) {
                add()
                // What cannot be seen could make a line look like another.
                let isControl = character.asciiValue.map { $0 < 0x20 || $0 == 0x7F } == true
                shown.append(character.isNewline || isControl ? " " : character)
                continue
            }
            run.append(character)
        }
        add()
        return shown
    }
}
