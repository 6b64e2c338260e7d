import Contracts
import JSON

/// The list of participants for spreadsheets, as RFC 4180 has it: UTF-8 with a mark in front, by which spreadsheets
/// know it, lines that end with CR LF, and no cell that a spreadsheet would take for a formula.
package enum ParticipantCSV {
    package static let heading =
        "\u{FEFF}drId,userId,name,resource,answer,answeredAt,channel,withdrawn,baselineWh,usedWh,reducedWh,points,real,"
        + "reason,checkVersion\r\n"

    package static func line(_ participant: Participant, order: String) -> String {
        let check = participant.check
        // Texts are others'; figures are our own, and a negative one is no formula.
        let cells = [
            text(order), text(participant.user), text(participant.name), text(participant.resource ?? ""),
            participant.answer.rawValue, participant.answeredAt?.description ?? "", text(participant.channel ?? ""),
            participant.isCancelled ? "true" : "", number(check?.baselineWh), number(check?.usedWh),
            number(check?.reducedWh), number(check?.points), check.map { "\($0.isReal)" } ?? "",
            text(check?.reason ?? ""), number(check?.version),
        ]
        return cells.joined(separator: ",") + "\r\n"
    }

    private static func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "" }

    /// With an apostrophe in front of what begins as a formula does, by which spreadsheets take it for text. By code
    /// points, as they read it: a quotation mark with an accent on it is another character for Swift, but ends a cell.
    package static func text(_ text: String) -> String {
        let visible = text.printable
        let isFormula = visible.unicodeScalars.first { !$0.isBlank }.map { formulas.contains($0) } ?? false
        let safe = (isFormula ? "'\(visible)" : visible).unicodeScalars
        let isPlain = safe.first != " " && safe.last != " " && !safe.contains { [",", "\"", "'"].contains($0) }
        guard !isPlain else { return String(safe) }
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in safe { quoted.append(contentsOf: scalar == "\"" ? [scalar, scalar] : [scalar]) }
        quoted.append("\"")
        return String(quoted)
    }

    /// Also in full width, which spreadsheets of East Asia take for the same.
    private static let formulas: Set<Unicode.Scalar> = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]
}
