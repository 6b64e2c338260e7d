import Configuration
import Daemon
import Glibc
import Kafka

@main struct Main {
    static func main() {
        // A reader that goes away is a failed write, not the end.
        signal(SIGPIPE, SIG_IGN)
        let code = run(Array(CommandLine.arguments.dropFirst()))
        // Not `exit`, whose handlers take from the threads of a client that was left behind what they use.
        _exit(code.rawValue)
    }

    private static func run(_ arguments: [String]) -> ExitCode {
        var path: [String] = []
        if arguments == ["--version"] {
            write("negawatt \(Version.text)\n\(Libraries())\n")
            return .success
        }
        do {
            switch try Parser(root: Tree.root).parse(arguments.isEmpty ? ["--help"] : arguments) {
            case .help(let path):
                write(Help(root: Tree.root, path: path).text)
                // Without a word nobody has asked for help.
                return arguments.isEmpty ? .usage : .success
            case .run(let command, let found, let words, let operands):
                path = found
                let configuration = try Environment.configuration(of: command, words)
                guard let run = command.run else { return .usage }
                return try run(Invocation(configuration: configuration, operands: operands))
            }
        } catch let error as UsageError {
            complain(error, error.path)
            writeError("Try: \((["negawatt"] + error.path).joined(separator: " ")) --help\n")
            return .usage
        } catch {
            complain(error, path)
            return exitCode(of: error)
        }
    }

    /// Says on standard error what is wrong, and in which command.
    private static func complain(_ error: any Error, _ path: [String]) {
        writeError("\((["negawatt"] + path).joined(separator: " ")): \(error)\n")
        if let error = error as? KafkaError, error.isConnection {
            writeError(
                "Is Kafka running at --bootstrap-servers, and does it require TLS or SASL (--kafka security.protocol=…)?\n"
            )
        }
    }
}

/// What an error means to whoever has started the process.
func exitCode(of error: any Error) -> ExitCode {
    switch error {
    case is UsageError, is ConfigurationError: .usage
    case is StateError: .refused
    case KafkaError.Code.invalidArgument: .usage
    default: .failure
    }
}
