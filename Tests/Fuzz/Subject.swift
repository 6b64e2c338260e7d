import Chance
import Contexts
import Contracts
import ResponseContext
import Schemas
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

    init(_ worker: any Worker) {
        let kind = type(of: worker)
        (name, self.worker) = ("\(kind)", kind)
        // Steps of few rows, so that the work on a list is interrupted everywhere.
        make = { random in
            let rows = [1, 2, 3, 200].randomElement(using: &random) ?? 1
            return worker is ResponseWorker ? ResponseWorker(settings: ResponseSettings(stepRows: rows)) : worker
        }
        let context = kind.context
        let taken = worker.handlers.map(\.type.description)
        let inputs = [context.commands, context.internal] + kind.inputs.map(\.name)
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
                // Copies of any of its records lie among what it says to itself; a forged one among the commands is
                // refused.
                if taken.contains(type) {
                    for topic in [context.internal, context.commands] where topic != file.name {
                        examples.append(Example(topic: topic, type: type, fields: fields))
                    }
                }
            }
        }
        self.examples = examples
    }

    static var all: [Subject] { Contexts.workers().map(Subject.init) }
}
