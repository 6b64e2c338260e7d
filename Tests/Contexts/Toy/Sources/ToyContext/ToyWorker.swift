package import Contracts
package import JSON
package import Workers

/// Greets everybody once: as little as a context can be.
package struct ToyWorker: Worker {
    package static let context = Context.toy
    package static let summary = "who has been greeted"
    package static let commands = Topic.toyCommands
    package static let inputs: [Topic] = []
    package static let outputs: [Topic] = [.toyEvents]
    package static var tables: [any Table.Type] { [Greetings.self] }

    package init() {}

    package var handlers: [Handler] { [Handler(Greet.self, home: { $0.id.text }, greet)] }

    package func fire(_ timer: Timer, _ transaction: Transaction) {}

    private func greet(_ greet: Greet, _ transaction: Transaction) throws {
        guard try transaction.row(Greetings.self, greet.id.text) == nil else {
            throw Rejection.conflict("\(greet.id) has been greeted already")
        }
        transaction.put(Greetings.self, greet.id.text, Greetings.Row(name: greet.name))
        let state = UserState(id: greet.id, name: greet.name, capacity: greet.capacity, point: 0)
        transaction.emit(Greeted(state), key: greet.id.text)
    }
}

/// Who has been greeted, by their ids.
package enum Greetings: Table {
    package struct Row: Workers.Row {
        package var name: String

        package init(name: String) { self.name = name }
        package init(_ fields: borrowing Fields) throws(JSONError) { name = try fields.required("name") }
        package func write(_ json: inout JSONWriter) { json.field("name", name) }
    }

    package static let name: StaticString = "greetings"
}
