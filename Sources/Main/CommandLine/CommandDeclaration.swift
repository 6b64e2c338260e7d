import Configuration

/// A command as it is declared. The tree of them drives parsing, help, errors and completion.
struct CommandDeclaration: Sendable {
    /// A word that is no option.
    struct Operand: Sendable {
        let name: String
        var isOptional = false
        /// What it can be; empty when that is not known beforehand.
        var choices: [String] = []
    }

    let name: String
    /// One line, without a full stop.
    let summary: String
    var operands: [Operand] = []
    var options: [any ConfigurationOption] = []
    /// Further text of its help.
    var about = ""
    /// Whole command lines.
    var examples: [String] = []
    var commands: [CommandDeclaration] = []
    /// nil when only its subcommands do something.
    var run: (@Sendable (Invocation) throws -> ExitCode)?
}

/// What a command is called with.
struct Invocation: Sendable {
    let configuration: Configuration
    let operands: [String]
}

/// How the process ends.
enum ExitCode: Int32, Sendable {
    case success = 0
    case failure = 1
    /// The command line, the environment or the file is wrong.
    case usage = 2
    /// What lies in the state directory or in Kafka does not fit; someone has to do something. EX_CONFIG of
    /// sysexits.h.
    case refused = 78
}

/// A command line that is not understood.
struct UsageError: Error, Hashable, CustomStringConvertible {
    let description: String
    /// The command whose help is of use: "topics create".
    let path: [String]
}
