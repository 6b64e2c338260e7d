import Configuration

/// A script that completes command lines in bash, made from the tree.
struct Completion {
    let root: CommandDeclaration

    var bash: String {
        let commands = all(root, path: "")
        let paths = commands.map(\.path).filter { !$0.isEmpty }
        var text = """
            # Completion of \(root.name) for bash: source <(\(root.name) completion bash)
            _\(root.name)() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= words= i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$path/${COMP_WORDS[i]}" in
                        \(paths.joined(separator: "|"))) path=$path/${COMP_WORDS[i]} ;;
                    esac
                done
                case "$prev" in

            """
        var seen: Set<String> = []
        for key in commands.flatMap(\.command.options) where seen.insert(key.name).inserted {
            guard let reply = reply(key) else { continue }
            text += "        \(key.option)) \(reply) return ;;\n"
        }
        text += "    esac\n    case \"$path\" in\n"
        for (path, command) in commands {
            let words =
                command.commands.map(\.name) + command.operands.flatMap(\.choices) + command.options.map(\.option)
                + ["--help"]
            text += "        \"\(path)\") words='\(words.joined(separator: " "))' ;;\n"
        }
        text += """
                esac
                COMPREPLY=($(compgen -W "$words" -- "$cur"))
            }
            complete -F _\(root.name) \(root.name)

            """
        return text
    }

    private func all(_ command: CommandDeclaration, path: String) -> [(path: String, command: CommandDeclaration)] {
        [(path, command)] + command.commands.flatMap { all($0, path: "\(path)/\($0.name)") }
    }

    /// What completes the option's value; nil for a flag, which has none.
    private func reply(_ key: any ConfigurationOption) -> String? {
        switch key.form {
        case .flag: nil
        case .choice(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$cur\"));"
        case .directory: "COMPREPLY=($(compgen -d -- \"$cur\"));"
        case .file: "COMPREPLY=($(compgen -f -- \"$cur\"));"
        default: "COMPREPLY=();"
        }
    }
}
