import Configuration

/// Reads a command line as getopt_long does: `--key value`, `--key=value`, options anywhere, nothing but operands
/// behind `--`.
struct Parser {
    /// What a command line asks for.
    enum Outcome {
        case help([String])
        case run(CommandDeclaration, [String], words: [(name: String, text: String)], operands: [String])
    }

    let root: CommandDeclaration

    func parse(_ arguments: [String]) throws(UsageError) -> Outcome {
        var command = root
        var path: [String] = []
        var words: [(name: String, text: String)] = []
        var operands: [String] = []
        // As others have it: help COMMAND.
        let isHelp = arguments.first == "help"
        var rest = isHelp ? arguments.dropFirst() + ["--help"] : arguments[...]
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions, word == "--" {
                takesOptions = false
            } else if takesOptions, word == "-h" || word == "--help" {
                return .help(path)
            } else if takesOptions, word.hasPrefix("-"), word != "-" {
                try words.append(option(word, &rest, command, path))
            } else if operands.isEmpty, command.run == nil || words.isEmpty,
                let next = command.commands.first(where: { $0.name == word })
            {
                command = next
                path.append(word)
            } else if command.run == nil {
                throw unknownCommand(word, command, path)
            } else {
                try check(word, at: operands.count, of: command, path)
                operands.append(word)
            }
        }
        guard command.run != nil else {
            throw UsageError(
                description: "a command is missing: \(command.commands.map(\.name).joined(separator: ", "))", path: path
            )
        }
        if let missing = command.operands.dropFirst(operands.count).first(where: { !$0.isOptional }) {
            let choices = missing.choices.isEmpty ? "" : ": \(missing.choices.joined(separator: ", "))"
            throw UsageError(description: "\(missing.name) is missing\(choices)", path: path)
        }
        return .run(command, path, words: words, operands: operands)
    }

    private func option(
        _ word: String, _ rest: inout ArraySlice<String>, _ command: CommandDeclaration, _ path: [String]
    ) throws(UsageError) -> (name: String, text: String) {
        let equals = word.firstIndex(of: "=")
        let name = String(word[..<(equals ?? word.endIndex)])
        let known = command.options.map(\.option) + ["--help"]
        guard let key = command.options.first(where: { $0.option == name }) else {
            let advice = command.commands.isEmpty || path.isEmpty ? "" : "; options go after the command"
            let hint = nearest(to: name, in: known).map { "; did you mean \($0)?" }
            throw UsageError(description: "unknown option \(name)\(hint ?? advice)", path: path)
        }
        let text = equals.map { String(word[word.index(after: $0)...]) }
        if key.form == .flag {
            guard text == nil else { throw UsageError(description: "\(name) takes no value", path: path) }
            return (key.name, "")
        }
        guard let text = text ?? rest.popFirst() else {
            throw UsageError(description: "\(name) needs a value: \(name) \(key.placeholder ?? "")", path: path)
        }
        return (key.name, text)
    }

    private func unknownCommand(_ word: String, _ command: CommandDeclaration, _ path: [String]) -> UsageError {
        let names = command.commands.map(\.name)
        let hint = nearest(to: word, in: names).map { "did you mean \($0)?" }
        return UsageError(
            description: "unknown command \(word); \(hint ?? "the commands are \(names.joined(separator: ", "))")",
            path: path)
    }

    private func check(_ word: String, at index: Int, of command: CommandDeclaration, _ path: [String])
        throws(UsageError)
    {
        guard index < command.operands.count else {
            throw UsageError(description: "unexpected argument \"\(word)\"", path: path)
        }
        let operand = command.operands[index]
        guard !operand.choices.isEmpty, !operand.choices.contains(word) else { return }
        let hint = nearest(to: word, in: operand.choices).map { "did you mean \($0)?" }
        let choices = operand.choices.joined(separator: ", ")
        throw UsageError(
            description: "\(operand.name) cannot be \"\(word)\"; \(hint ?? "choose one of \(choices)")", path: path)
    }
}
