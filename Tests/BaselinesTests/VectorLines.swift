import Baselines
import Foundation
import JSON
import Testing

/// Lines of Tests/Vectors/baseline-random.jsonl: what `negawatt baseline` takes, with what is expected beside it.
enum VectorLines {
    static func lines(_ file: String) throws -> [[UInt8]] {
        try self.file(file).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    static func file(_ name: String) throws -> [UInt8] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/\(name)")
        return Array(try Data(contentsOf: url))
    }

    /// As Foundation reads it, for what is expected.
    static func object(_ line: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }

    static func answers(_ line: [UInt8], _ catalogue: MethodCatalogue = .init()) throws -> [BaselineAnswer] {
        var reader = JSONReader()
        var answers: [BaselineAnswer] = []
        try reader.read(line.span) { fields in
            answers = try BaselineAnswer.answers(BaselineQuestion(fields, catalogue))
        }
        return answers
    }

    /// What is written of an answer, as Foundation reads it.
    static func details(_ answer: BaselineAnswer) throws -> [String: Any] {
        var json = JSONWriter()
        json.object { answer.writeDetails(&$0) }
        return try object(json.take())
    }
}

/// Whether two values of JSON are the same.
func same(_ one: Any?, _ other: Any?) -> Bool {
    switch (one, other) {
    case (nil, nil): true
    case (let one as NSObject, let other as NSObject): one.isEqual(other)
    default: false
    }
}
