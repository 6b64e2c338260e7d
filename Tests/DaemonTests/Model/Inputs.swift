import Contracts

/// What the schedule has sent to the inputs, and what has to come of it.
struct Inputs {
    enum Meaning {
        case add(user: String)
        case later(user: String)
        /// Refused by the worker.
        case refused(user: String)
        /// Not even JSON.
        case malformed
    }

    static let users = (0..<6).map { "u\($0)" }
    /// By the value: each is another one.
    private(set) var meanings: [String: Meaning] = [:]
    /// In the order in which they were sent.
    private(set) var values: [String] = []

    /// One more record, and the partition where it is at home.
    mutating func next(_ dice: inout Dice, partitions: Int) -> (key: String, value: String, home: Int) {
        let number = values.count
        var user = dice.element(of: Self.users)
        let value: String
        switch dice.number(below: 12) {
        case 0:
            value = "{malformed \(number)"
            meanings[value] = .malformed
        case 1:
            value = World.add(number, user: user, amount: -13)
            meanings[value] = .refused(user: user)
        case 2, 3:
            user = "w\(number)"
            let wait = dice.element(of: [0, 10, 1000, 8000])
            value = #"{"eventType":"Later","user":"\#(user)","wait":\#(wait)}"#
            meanings[value] = .later(user: user)
        default:
            value = World.add(number, user: user, amount: number)
            meanings[value] = .add(user: user)
        }
        values.append(value)
        return (user, value, Self.home(of: user, partitions))
    }

    static func home(of user: String, _ partitions: Int) -> Int {
        Int(Partitioner.partition(of: user, among: Int32(partitions)))
    }
}

extension Inputs.Meaning {
    /// Whose it is; nil where nobody can tell.
    var user: String? {
        switch self {
        case .add(let user), .later(let user), .refused(let user): user
        case .malformed: nil
        }
    }
}
