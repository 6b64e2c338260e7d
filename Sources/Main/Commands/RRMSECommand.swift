import Baselines
import Configuration
import JSON

/// `negawatt rrmse FILE`: the admission test.
enum RRMSECommand {
    static let command = CommandDeclaration(
        name: "rrmse",
        summary: "Tests from a file whether customers or resources can be admitted: RRMSE of at most 30 %",
        operands: [CommandDeclaration.Operand(name: "FILE")], options: [BaselineCommand.methods],
        about: """
            RRMSE says how far a method's baseline is from what is used on days without an order: the root of the mean squared
            error of each hour from 9 to 20 h, over the mean use, on 45 weekdays that end 20 days before the registration, out of
            75. A gap counts as 0. FILE (- is standard input) has a line of JSON for each customer or resource:
              id, method, holidays, excludedDays    as negawatt baseline takes them
              registered                            the day of the registration, as 2026-06-29
              removedDays                           [day, ...]: at most 5
              readings, or participants and customers, as negawatt baseline takes them; or
              hourlyWhFrom9                         {day: [Wh from 9 h on, Wh from 10 h on, ...]}

            Prints a line of JSON for each: id, rrmse and percent (rounded once), admitted, and the days that were compared.
            Exit codes: 0 done, 1 a line could not be calculated (standard error says which and why; the others are).
            """,
        examples: ["negawatt rrmse applicants.jsonl"]
    ) { invocation in
        let catalogue = try BaselineCommand.catalogue(invocation.configuration)
        return try BaselineCommand.eachLine(of: invocation.operands[0], command: "rrmse") { fields in
            let question = try AdmissionQuestion(fields, catalogue)
            let result = try question.result()
            write(JSONLine.text { question.write(result, &$0) } + "\n")
        }
    }
}
