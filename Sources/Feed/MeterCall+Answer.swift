import Contracts
import FeedContext
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

    /// Words of the utility's as they may stand in a record or a log: without the key and anybody's numbers.
    func shown(_ words: String, hiding key: MeterKey) -> String? {
        var text = key.hidden(in: words)
        for number in [customerNumber] + meters {
            text = text.split(separator: number, omittingEmptySubsequences: false).joined(separator: "(number)")
        }
        text = Self.withoutNumbers(text)
        // Of characters, as the contract counts them.
        let cut = String(text.unicodeScalars.prefix(Self.reasonLimit).map(Character.init))
        return cut.isEmpty ? nil : cut
    }

    private static let reasonLimit = 150

    /// Digits in a row that may be somebody's number.
    private static func withoutNumbers(_ text: String) -> String {
        var (shown, digits) = ("", "")
        func add() { shown += digits.utf8.count >= 6 ? "(number)" : digits }
        for character in text {
            if character.isASCII, character.isWholeNumber {
                digits.append(character)
                continue
            }
            add()
            digits = ""
            // What cannot be seen could make a line look like another.
            shown.append(
                character.isNewline || character.asciiValue.map { $0 < 0x20 || $0 == 0x7F } == true ? " " : character)
        }
        add()
        return shown
    }
}
