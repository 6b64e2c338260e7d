import Baselines
import Configuration
import JSON

/// `negawatt baseline FILE`: what a customer would have used, and what was reduced, without Kafka.
enum BaselineCommand {
    private static let explain = ConfigurationKey(
        flag: "explain", "how each figure was found: days, gaps, adjustment; for people")
    private static let details = ConfigurationKey(
        flag: "details", "all of a result as JSON, exactly: fractions as [numerator, denominator] in Wh")
    static let methods = ConfigurationKey(
        option: "methods", .file, "FILE",
        "methods other than KPX's: a line of JSON for each, as README describes; the last one of a name that holds "
            + "on the day is taken")

    static let command = CommandDeclaration(
        name: "baseline", summary: "Calculates baselines and reductions from a file, so that anybody can check a bill",
        operands: [CommandDeclaration.Operand(name: "FILE")], options: [explain, details, methods],
        about: """
            FILE (- is standard input) has a line of JSON for each customer or resource:
              id                id in the results
              method            \(names), or one of --methods
              order             {startsAt, endsAt, noticeAt}; times are ISO 8601 or milliseconds since 1970
              firstOrder        the first order of that day, if this is a later one: its adjustment holds for both
              kind              national (국민DR) or another; saa, abnormalDays, industrial: true or false
              holidays          [day, ...], as 2026-11-20; days are those of Korea
              excludedDays      [{day, why}, ...]: days with orders, tests and the like
              readings          [{startsAt, wh: [...], intervalMin}, ...]; intervalMin is 15 if left out
              late              readings that came after the check
            A resource has participants [name, ...] and customers {name: [readings]} instead of readings.

            Prints a line of JSON for each result: id, phase (expected, or expectedLate with the late readings), baselineWh,
            usedWh and reducedWh, each rounded once.
            Exit codes: 0 done, 1 a line could not be calculated (standard error says which and why; the others are).
            """,
        examples: [
            "negawatt baseline bill.jsonl", "negawatt baseline bill.jsonl --explain",
            "kcat -C -e -q -t bills | negawatt baseline -",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let catalogue = try catalogue(configuration)
        return try eachLine(of: invocation.operands[0], command: "baseline") { fields in
            let question = try BaselineQuestion(fields, catalogue)
            for answer in try BaselineAnswer.answers(question) {
                if configuration[explain] {
                    write(BaselineExplanation(question, answer).text)
                } else {
                    write(
                        JSONLine.text { json in
                            if configuration[details] { answer.writeDetails(&json) } else { answer.write(&json) }
                        } + "\n")
                }
            }
        }
    }

    private static let names = KPXRules.methods.map(\.name).joined(separator: ", ")

    /// KPX's methods and those of `--methods`.
    static func catalogue(_ configuration: Configuration) throws -> MethodCatalogue {
        var catalogue = MethodCatalogue()
        guard let path = configuration[methods] else { return catalogue }
        var lines = try LineReader(path)
        var reader = JSONReader()
        while let line = try lines.next() {
            do { try reader.read(line.span) { try catalogue.add($0) } } catch {
                throw ConfigurationError("\(path), line \(lines.number): \(error)")
            }
        }
        return catalogue
    }

    /// Hands each line's fields over, and says on standard error which lines are wrong.
    static func eachLine(
        of path: String, command: String, _ body: (borrowing Fields) throws -> Void
    ) throws -> ExitCode {
        var lines = try LineReader(path)
        var reader = JSONReader()
        var code = ExitCode.success
        while let line = try lines.next() {
            do { try reader.read(line.span, body) } catch {
                writeError("negawatt \(command): line \(lines.number): \(error)\n")
                code = .failure
            }
        }
        if lines.number == 0 { writeError("negawatt \(command): \(path) is empty: nothing to calculate\n") }
        return code
    }
}
