import Contracts
import JSON

/// Customers and checks as the peers' benchmark has them.
struct Load {
    private let client: Client

    init(_ client: Client) { self.client = client }

    static func customer(_ number: Int) -> UserID {
        let digits = String(number)
        return UserID(text: "u" + String(repeating: "0", count: max(7 - digits.count, 0)) + digits)
    }

    /// The other way round; nil for someone else.
    static func number(_ customer: String) -> Int? { customer.first == "u" ? Int(customer.dropFirst()) : nil }

    /// All numbers below a count, each once, but not in their order.
    static func shuffled(_ position: Int, of count: Int) -> Int {
        precondition(count % 7919 != 0, "the stride shares no factor with the count")
        return position * 7919 % count
    }

    static func points(_ check: Int) -> Int64 { Int64(50 + check % 50) }

    func register(_ customers: Int) throws {
        for number in 0..<customers {
            let id = Self.customer(number)
            try client.send(.userCommands, id.text, RegisterUser(id: id, name: "Customer \(id)", capacity: 3000))
        }
        try client.flush()
    }

    /// Each customer once an order, so that every check is paid.
    func checks(of customers: Int, count: Int) throws {
        for position in 0..<count {
            let id = Self.customer(Self.shuffled(position % customers, of: customers))
            try client.send(
                .kepcoEvents, id.text,
                LoadCheck(id: position, response: ResponseID(OrderID(text: "dr-\(position / customers)"), id)))
        }
        try client.flush()
    }

    /// One in each of these partitions.
    func checkInEach(of partitions: [Int32]) throws {
        let check = LoadCheck(id: 0, response: ResponseID(OrderID(text: "dr-0"), Self.customer(0)))
        for partition in partitions {
            try client.send(.kepcoEvents, Self.customer(0).text, check, partition: partition)
        }
    }
}

/// A check with the fields that the peers' records have.
private struct LoadCheck: Message {
    static let type = ReductionCheck.type
    let id: Int
    let response: ResponseID

    init(id: Int, response: ResponseID) { (self.id, self.response) = (id, response) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = Int(try fields.required("id", in: 0...Int64.max))
        response = ResponseID(try fields.required("drId"), try fields.required("userId"))
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", Int64(id))
        json.field("drId", response.order)
        json.field("userId", response.user)
        json.field("userName", "Customer \(response.user)")
        json.field("responseId", response)
        json.field("responseAnswer", Answer.accept.rawValue)
        json.field("adjustPoint", Load.points(id))
        json.field("isReal", true)
    }
}
