import Contracts
import Workers

/// The toy at work in the model, with a second input and a third.
struct ModelWorker: Worker {
    enum Here: Place { static let context = ModelWorker.context }
    static let context = Context("model")
    static let others = Topic(
        "other.events", owner: Context("other"), key: "user", .delete(days: 1), [Add.type, Later.type])
    /// Gives way to the others.
    static let history = Topic(
        "other.history", owner: Context("other"), key: "user", .delete(days: 1), [Add.type, Later.type])
    static let summary = "the toy in the model"
    static var commands: Topic { Toy<Here>.commands }
    static var inputs: [Topic] { [others, history] }
    static var background: [Topic] { [history] }
    static var outputs: [Topic] { Toy<Here>.outputs }
    static var counters: [WorkerCounter] { Toy<Here>.counters }
    static var tables: [any Table.Type] { Toy<Here>.tables }

    var handlers: [Handler] { Toy<Here>().handlers }
    func firesBehindCommands(_ timer: Timer) -> Bool { Toy<Here>().firesBehindCommands(timer) }
    func fire(_ timer: Timer, _ transaction: Transaction) throws { try Toy<Here>().fire(timer, transaction) }
}
