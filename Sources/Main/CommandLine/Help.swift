import Configuration

/// What `--help` says of a command.
struct Help {
    private static let width = 100

    let root: CommandDeclaration
    let path: [String]

    var text: String {
        var command = root
        for name in path { command = command.commands.first { $0.name == name } ?? command }
        var text = "\(command.summary).\n\nUsage: \(usage(command))\n"
        if !command.about.isEmpty { text += "\n\(command.about)\n" }
        if !command.commands.isEmpty {
            text += "\nCommands:\n"
            text += columns(command.commands.map { ($0.name, $0.summary) })
        }
        let options = command.options.map { (head($0), description($0)) } + [("-h, --help", "this text")]
        text += "\nOptions:\n" + columns(options)
        if command.options.contains(where: \.isSetting) {
            text +=
                "\nThe command line takes precedence over the environment, then the file (--config), then the defaults.\n"
        }
        if !command.examples.isEmpty {
            text += "\n\(command.examples.count == 1 ? "Example" : "Examples"):\n"
            for example in command.examples { text += "  \(example)\n" }
        }
        return text
    }

    private func usage(_ command: CommandDeclaration) -> String {
        var words = [root.name] + path
        if command.run == nil { words.append("COMMAND") }
        words += command.operands.map { $0.isOptional ? "[\($0.name)]" : $0.name }
        words.append("[OPTION]...")
        return words.joined(separator: " ")
    }

    private func head(_ key: any ConfigurationOption) -> String {
        [key.option, key.placeholder].compactMap { $0 }.joined(separator: " ")
    }

    /// The summary with the values, then the default and the variable where there are such.
    private func description(_ key: any ConfigurationOption) -> String {
        var text = key.documentation
        if key.isRepeatable { text += "; repeatable" }
        if let value = key.defaultText { text += " (default \(value))" }
        if key.isSetting { text += " [\(key.variable)\(key.isRepeatable ? "_…" : "")]" }
        return text
    }

    private func columns(_ rows: [(head: String, text: String)]) -> String {
        let column = min(30, (rows.map(\.head.count).max() ?? 0) + 4)
        var text = ""
        for row in rows {
            var line = "  " + row.head
            // A head that is too long has a line of its own.
            if line.count + 2 > column {
                text += line + "\n"
                line = ""
            }
            line += String(repeating: " ", count: column - line.count)
            for word in row.text.split(separator: " ") {
                if line.count + word.count > Self.width, line.count > column {
                    text += line.trimmingEnd + "\n"
                    line = String(repeating: " ", count: column)
                }
                line += word + " "
            }
            text += line.trimmingEnd + "\n"
        }
        return text
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
