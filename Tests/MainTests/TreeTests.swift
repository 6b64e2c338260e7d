import Configuration
import Contracts
import Daemon
import RealKafka
import Testing

@testable import Main

@Suite struct TreeTests {
    private static func paths(_ command: CommandDeclaration, _ path: [String] = []) -> [[String]] {
        [path] + command.commands.flatMap { paths($0, path + [$0.name]) }
    }

    private func command(_ path: [String]) throws -> CommandDeclaration {
        try path.reduce(Tree.root) { command, name in try #require(command.commands.first { $0.name == name }) }
    }

    @Test(arguments: paths(Tree.root))
    func `help shows each option with its values, default and variable, and an example`(_ path: [String]) throws {
        let command = try command(path)
        let help = Help(root: Tree.root, path: path).text
        #expect(help.hasPrefix(command.summary + ".\n\nUsage: negawatt"))
        for key in command.options {
            #expect(help.contains("  \(key.option)"))
            if key.isSetting { #expect(help.contains(key.variable)) }
            if let text = key.defaultText { #expect(help.contains(text)) }
            if case .choice(let words) = key.form { #expect(words.allSatisfy(help.contains)) }
        }
        if command.run != nil {
            #expect(command.examples.contains { $0.contains("negawatt \(path.joined(separator: " "))") })
        }
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 130 })
    }

    @Test(arguments: paths(Tree.root))
    func `the defaults and the examples of a command are taken by itself`(_ path: [String]) throws {
        let command = try command(path)
        for key in command.options {
            if let text = key.defaultText { #expect(key.complaint(about: text) == nil, "\(key.name)") }
        }
        for example in command.examples {
            let words = example.split(separator: " ").map(String.init)
            guard let start = words.firstIndex(of: "negawatt"), !example.hasPrefix("source") else { continue }
            guard
                case .run(let found, _, let given, _) = try Parser(root: Tree.root).parse(Array(words[(start + 1)...]))
            else {
                Issue.record("no command: \(example)")
                continue
            }
            _ = try Configuration(options: found.options, settings: Tree.settings, words: given)
        }
    }

    @Test func `a setting is the same wherever it is declared`() {
        var kinds: [String: String] = [:]
        for path in Self.paths(Tree.root) {
            for key in (try? command(path).options) ?? [] where key.isSetting {
                #expect(kinds[key.name, default: "\(key.form)"] == "\(key.form)", "\(key.name)")
                kinds[key.name] = "\(key.form)"
            }
        }
        #expect(kinds.count > 15)
    }

    @Test(arguments: [
        (
            "negawatt ",
            Context.all.map(\.name).joined(separator: " ")
                + " gateway dev topics deadletters state health market simulate baseline rrmse settle explain held report meter-simulator webhook-receiver"
                + " completion --version --help"
        ),
        ("negawatt top", "topics"),
        ("negawatt topics ", "create verify list --help"),
        ("negawatt state re", "repair response"),
        ("negawatt state repair ke", "kepco"),
        ("negawatt deadletters list ke", "kepco"),
        ("negawatt user --mem", "--membership"),
        ("negawatt user --membership ", "static dynamic"),
        ("negawatt user --bootstrap-servers ", ""),
        ("negawatt user --membership static --log-l", "--log-level"),
    ])
    func `bash completes commands, options and values`(_ line: String, _ words: String) throws {
        let given = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        let script = """
            \(Completion(root: Tree.root).bash)
            COMP_WORDS=(\(given.joined(separator: " "))); COMP_CWORD=\(given.count - 1)
            _negawatt; echo "${COMPREPLY[*]}"
            """
        #expect(try Shell.run(script) == words + "\n")
    }
}

/// Lines as a terminal has them.
enum Shell {
    static func run(_ script: String, seconds: Int = 30) throws -> String {
        try Command.run("bash", ["-c", script], timeout: .seconds(seconds))
    }
}
