import Configuration
import Foundation
import RealKafka
import Testing

@testable import Main

/// The README's table of settings is what the program declares, and so what `--help` shows.
@Suite struct SettingsTableTests {
    /// What all daemons have stands under the first.
    private static let parts: [(command: CommandDeclaration, title: String)] =
        DaemonCommand.all.map { ($0, "`\($0.name)`") } + [
            (GatewayCommand.command, "the gateway"), (TopicsCommand.command, "`topics create`"),
        ]

    /// Each setting with the first command that has it.
    private static var rows: [String] {
        var seen: Set<String> = []
        var rows: [String] = []
        for (command, title) in parts {
            let options = command.options + command.commands.flatMap(\.options)
            for key in options where key.isSetting && seen.insert(key.name).inserted {
                let text = key.defaultText.map { "`\($0)`" } ?? ""
                let isOfAll = DaemonCommand.all.allSatisfy { $0.options.contains { $0.name == key.name } }
                let title = isOfAll ? "every daemon" : title
                rows.append("| \(title) | `\(key.option) \(key.placeholder ?? "")` | \(text) | \(key.documentation) |")
            }
        }
        return rows
    }

    @Test func `the README lists all settings as they are declared`() throws {
        let readme = try String(contentsOfFile: "\(RealKafka.packageRoot)/README.md", encoding: .utf8)
        let lines = readme.split(separator: "\n").map(String.init)
        let found = lines.filter { $0.hasPrefix("| ") && $0.contains("| `--") }
        #expect(found == Self.rows, "the table has to be:\n\(Self.rows.joined(separator: "\n"))")
        // Nothing but what one process is told as such, as `dev` and `health` are, is missing.
        #expect(
            Set(Tree.settings.map(\.name)).isSubset(
                of: Set(
                    Self.parts.flatMap { part in
                        (part.command.options + part.command.commands.flatMap(\.options)).map(\.name)
                    })))
    }
}
