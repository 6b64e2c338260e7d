import Contexts
import Contracts
import Foundation
import JSON
import Schemas
import Workers

/// A released version: rows and messages as it writes them, and what it takes for them. Made once, by `scripts/rows`.
struct Release: Sendable, CustomStringConvertible {
    struct Row: Sendable, CustomStringConvertible {
        let context: String
        let table: String
        let key: String
        let value: String

        var description: String { "\(context) \(table)/\(key) \(value.prefix(300))" }
    }

    struct Fault: Error, CustomStringConvertible { let description: String }

    let version: String
    let rows: [Row]
    /// The topics' files as they were.
    let topics: [String: TopicFile]
    /// That there were then.
    let contexts: [Context]
    private let rules: JSONTree

    var description: String { version }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Rows")

    static let all: [Release] = {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map(Release.init)
        } catch { fatalError("Tests/Rows cannot be read: \(error)") }
    }()

    init(_ version: String) throws {
        self.version = version
        let folder = Self.folder.appendingPathComponent(version)
        func text(_ path: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        }
        rules = try JSONTree(try text("rules.json"))
        var rows: [Row] = []
        contexts = Context.all.filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0.name).path)
        }
        for context in contexts {
            for file in try FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent(context.name).path
            ).sorted() {
                for line in try text("\(context.name)/\(file)").split(separator: "\n") {
                    let json = try JSONTree(String(line))
                    guard let key = json["key"]?.string, let value = json["value"]?.string else {
                        throw Fault(description: "\(file) has a line that is no row: \(line)")
                    }
                    rows.append(
                        Row(context: context.name, table: String(file.dropLast(6)), key: key, value: value))
                }
            }
        }
        self.rows = rows
        var topics: [String: TopicFile] = [:]
        for file in try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("topics").path)
        {
            let topic = try TopicFile(try JSONTree(try text("topics/\(file)")))
            topics[topic.name] = topic
        }
        self.topics = topics
    }

    /// Throws where this release could not read a row.
    func check(_ row: Row) throws {
        guard let rule = rules[row.context]?[row.table], let pattern = rule["key"], let value = rule["value"] else {
            throw Fault(description: "\(version) refuses the table of \(row)")
        }
        // It may say what it likes.
        if let unread = rule["unread"], (try? key(unread).check(.string(row.key))) != nil { return }
        let definitions = rules["$defs"] ?? .null
        var schema = value
        schema["$defs"] = definitions
        do {
            try key(pattern).check(.string(row.key))
            try Validator(schema).check(try JSONTree(row.value))
        } catch { throw Fault(description: "\(version) cannot read \(row): \(error)") }
    }

    private func key(_ pattern: JSONTree) throws -> Validator {
        try Validator(.object(["type": .string("string"), "pattern": pattern]))
    }

    /// Throws where this release could not read an event. What it does not know it passes over.
    func check(_ topic: String, _ value: String) throws {
        let json = try JSONTree(value)
        guard let message = topics[topic]?.messages[json["eventType"]?.string ?? ""] else { return }
        // Fields that are new: the schema forbids them, the daemon does not.
        var known = json
        for name in (json.object ?? [:]).keys where message.schema["properties"]?[name] == nil { known[name] = nil }
        do throws(SchemaError) { try message.validator.check(known) } catch {
            throw Fault(description: "\(version) cannot read \(value) of \(topic): \(error)")
        }
    }
}

/// The tables of this version.
enum Tables {
    static func of(_ context: String) -> [any Table.Type] {
        Contexts.types.filter { $0.context.name == context }.flatMap { [Timers.self] + $0.tables }
    }

    /// The row as this version writes it after it has read it.
    static func rewritten(_ row: Release.Row) throws -> Release.Row {
        guard let table = of(row.context).first(where: { $0.name.description == row.table }) else {
            throw Release.Fault(description: "there is no table any more for \(row)")
        }
        if table == Timers.self, Timer(key: row.key) == nil {
            throw Release.Fault(description: "no timer has the key of \(row)")
        }
        let value: String
        do { value = try text(row.value, of: table) } catch {
            throw Release.Fault(description: "\(row) cannot be read: \(error)")
        }
        return Release.Row(context: row.context, table: row.table, key: row.key, value: value)
    }

    private static func text<T: Table>(_ value: String, of table: T.Type) throws -> String {
        var reader = JSONReader()
        var text = ""
        try reader.read(value.utf8.span) { fields throws in
            let row = try T.Row(fields)
            var json = JSONWriter()
            _ = json.object { row.write(&$0) }
            let bytes = json.bytes
            text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        return text
    }
}
