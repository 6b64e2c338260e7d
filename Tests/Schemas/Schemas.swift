import Foundation

/// The contract in topics/, for tests to hold records against. It shares no code with what it checks.
package enum Schemas {
    /// All files of topics/, by the topics' names.
    package static let catalogue: [String: TopicFile] = {
        do { return try read() } catch { fatalError("topics/ cannot be read: \(error)") }
    }()

    /// Throws what is wrong with a record's value, by topic, message and JSON path. Changelogs and dead letters hold
    /// what they hold and are not checked.
    ///
    /// The message is the one that the value names in its `eventType`, or else the one in the header, `type`.
    package static func check(_ topic: String, _ type: String?, _ value: String?) throws {
        guard let file = catalogue[topic] else { throw SchemaError(message: topic, path: "$", "is in no known topic") }
        if topic.hasSuffix(".changelog") || topic.hasSuffix(".deadletters") { return }
        guard let value else { throw SchemaError(message: topic, path: "$", "is not there: the record has no value") }
        let json: JSONTree
        do { json = try JSONTree(value) } catch {
            throw SchemaError(message: topic, path: "$", "is not JSON: \(error)")
        }
        guard let name = json["eventType"]?.string ?? type else {
            throw SchemaError(message: topic, path: "$.eventType", "is missing")
        }
        // What a context says to itself may be one of its commands.
        let commands = topic.hasSuffix(".internal") ? catalogue["\(file.owner).commands"]?.messages[name] : nil
        guard let message = file.messages[name] ?? commands else {
            let known = file.messages.keys.sorted().joined(separator: ", ")
            throw SchemaError(
                message: topic, path: "$.eventType", "says \(name), which is not among the topic's messages: \(known)")
        }
        do throws(SchemaError) { try message.validator.check(json) } catch {
            throw SchemaError(message: "\(topic) \(name)", path: error.path, error.reason)
        }
    }

    private static func read() throws -> [String: TopicFile] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("topics")
        var files: [String: TopicFile] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".json") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            do {
                let file = try TopicFile(try JSONTree(text))
                guard "\(file.name).json" == name else { throw SchemaError(path: "$.name", "is not the file's") }
                files[file.name] = file
            } catch { throw SchemaError(message: name, path: "", "\(error)") }
        }
        return files
    }
}
