import Configuration
import Testing

@testable import Main

@Suite struct ParserTests {
    private static let number = ConfigurationKey<Int?>("number", .integer(1...9), "N", "a number")
    private static let words = ConfigurationKey(properties: "word", "words")
    private static let flag = ConfigurationKey(flag: "flag", "a flag")
    private static let leaf = CommandDeclaration(
        name: "leaf", summary: "A leaf",
        operands: [
            CommandDeclaration.Operand(name: "COLOR", choices: ["red", "blue"]),
            CommandDeclaration.Operand(name: "REST", isOptional: true),
        ],
        options: [number, words, flag]
    ) { _ in .success }
    private let parser = Parser(
        root: CommandDeclaration(
            name: "tree", summary: "A tree",
            commands: [
                CommandDeclaration(name: "branch", summary: "A branch", commands: [Self.leaf])
            ]))

    private func run(_ line: String) throws -> (path: [String], words: [String], operands: [String]) {
        guard
            case .run(_, let path, let words, let operands) = try parser.parse(
                line.split(separator: " ").map(String.init))
        else { throw UsageError(description: "help", path: []) }
        return (path, words.map { "\($0.name)=\($0.text)" }, operands)
    }

    @Test(arguments: [
        ("branch leaf red", [], ["red"]),
        ("branch leaf --number 3 red", ["number=3"], ["red"]),
        ("branch leaf red --number=3", ["number=3"], ["red"]),
        ("branch leaf --number= red", ["number="], ["red"]),
        ("branch leaf --word a=b --word=c=d red", ["word=a=b", "word=c=d"], ["red"]),
        ("branch leaf --word --flag red", ["word=--flag"], ["red"]),
        ("branch leaf --flag -- red --number", ["flag="], ["red", "--number"]),
        ("branch leaf red -", [], ["red", "-"]),
    ])
    func `a command line is read as getopt_long does`(_ line: String, _ words: [String], _ operands: [String]) throws {
        let found = try run(line)
        #expect(found.path == ["branch", "leaf"])
        #expect(found.words == words)
        #expect(found.operands == operands)
    }

    @Test(arguments: [
        ("brunch", "unknown command brunch; did you mean branch?", ""),
        ("xyz", "unknown command xyz; the commands are branch", ""),
        ("branch", "a command is missing: leaf", "branch"),
        ("branch leaf", "COLOR is missing: red, blue", "branch leaf"),
        ("branch leaf rad", "COLOR cannot be \"rad\"; did you mean red?", "branch leaf"),
        ("branch leaf red x y", "unexpected argument \"y\"", "branch leaf"),
        ("branch leaf --nmber 3 red", "unknown option --nmber; did you mean --number?", "branch leaf"),
        ("branch leaf -n 3 red", "unknown option -n", "branch leaf"),
        ("branch leaf red --number", "--number needs a value: --number N", "branch leaf"),
        ("branch leaf red --flag=1", "--flag takes no value", "branch leaf"),
        ("--flag branch leaf red", "unknown option --flag", ""),
    ])
    func `what is not understood is answered with what would be`(_ line: String, _ text: String, _ path: String) {
        let error = #expect(throws: UsageError.self) { try run(line) }
        #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
        #expect(error?.path.joined(separator: " ") == path)
    }

    @Test(arguments: ["-h", "branch --help", "branch leaf -h", "branch leaf --number 99 --help"])
    func `help is asked for at every level`(_ line: String) throws {
        guard case .help(let path) = try parser.parse(line.split(separator: " ").map(String.init)) else {
            Issue.record("no help")
            return
        }
        #expect(path == line.split(separator: " ").map(String.init).filter { ["branch", "leaf"].contains($0) })
    }

    @Test(arguments: [
        ("state user users u1", ["state"], ["user", "users", "u1"]),
        ("state repair user users u1", ["state", "repair"], ["user", "users", "u1"]),
        // A table may be called so.
        ("state user repair", ["state"], ["user", "repair"]),
    ])
    func `a command can have operands and commands of its own`(
        _ line: String, _ path: [String], _ operands: [String]
    ) throws {
        guard
            case .run(_, let found, _, let given) = try Parser(root: Tree.root).parse(
                line.split(separator: " ").map(String.init))
        else {
            Issue.record("help")
            return
        }
        #expect(found == path && given == operands)
    }

    @Test func `a value may look like help`() throws {
        #expect(try run("branch leaf --word -h red").words == ["word=-h"])
    }
}
