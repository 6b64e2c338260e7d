import Contracts
import DRContext
import KepcoContext
import ResponseContext
import Schemas
import UserContext
import Workers

/// A worker that is fuzzed, and all that it reads.
struct Subject {
    /// An example of topics/: its fields as JSON text, in the order of their names.
    struct Example {
        let topic: String
        let type: String
        let fields: [Field]
    }

    struct Field {
        var name: String
        /// With its quotes.
        var nameText: String { "\"\(name)\"" }
        var text: String
    }

    let name: String
    let worker: any Worker.Type
    let make: (inout SeededGenerator) -> any Worker
    let examples: [Example]

    init<W: Worker>(_ worker: W.Type, _ make: @escaping (inout SeededGenerator) -> W) {
        (name, self.worker) = ("\(worker)", worker)
        self.make = { make(&$0) }
        var random = SeededGenerator(0)
        let taken = make(&random).handlers.map(\.type.description)
        let inputs = [W.context.commands, W.context.internal] + W.inputs.map(\.name)
        var examples: [Example] = []
        for file in Schemas.catalogue.values.sorted(by: { $0.name < $1.name }) {
            for (type, message) in file.messages.sorted(by: { $0.key < $1.key }) {
                let fields = (message.example.object ?? [:]).sorted { $0.key < $1.key }
                    .map { Field(name: $0.key, text: $0.value.description) }
                if inputs.contains(file.name) {
                    let example = Example(topic: file.name, type: type, fields: fields)
                    // What is passed over is tried less often.
                    examples += Array(repeating: example, count: taken.contains(type) ? 6 : 1)
                }
                // Copies of any of its records lie among what it says to itself; a forged one among the commands is refused.
                if taken.contains(type) {
                    for topic in [W.context.internal, W.context.commands] where topic != file.name {
                        examples.append(Example(topic: topic, type: type, fields: fields))
                    }
                }
            }
        }
        self.examples = examples
    }

    static var all: [Subject] {
        [
            Subject(DRWorker.self) { _ in DRWorker() },
            Subject(UserWorker.self) { _ in UserWorker() },
            // Steps of few rows, so that the work on a list is interrupted everywhere.
            Subject(ResponseWorker.self) { random in
                ResponseWorker(settings: ResponseSettings(stepRows: [1, 2, 3, 200].randomElement(using: &random) ?? 1))
            },
            Subject(KepcoWorker.self) { _ in KepcoWorker(settings: KepcoSettings()) },
        ]
    }
}
