package import Baselines
package import Contracts

/// How a utility is asked for the readings of a customer's day, and what its answers mean: all that is different from
/// one utility to the next. No clock, no I/O; another utility's is another file.
package protocol MeterAdapter: Sendable {
    /// Minutes that the utility's clock is ahead of UTC.
    var utcOffset: Int64 { get }
    /// Bytes of an answer that are looked at.
    var answerLimit: Int { get }
    func request(for question: MeterQuestion) -> MeterRequest
    /// Whatever bytes come, in bounded time and memory.
    func outcome(of answer: MeterAnswer, to question: MeterQuestion) -> MeterOutcome
}

/// One customer's day.
package struct MeterQuestion: Hashable, Sendable {
    package let customer: UserID
    /// What the utility calls the customer.
    package let account: String
    /// The meters that count; empty for all of the account, which are added up.
    package let meters: Set<String>
    package let day: Day

    package init(customer: UserID, account: String, meters: Set<String> = [], day: Day) {
        (self.customer, self.account, self.meters, self.day) = (customer, account, meters, day)
    }
}

/// What to send. Nothing in it is secret: all of it may stand in a log. The key is put in by `form`, where it is sent.
package struct MeterRequest: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// Without a query.
    package let url: String
    package let parameters: [Parameter]
    /// The name of the parameter that the key goes into.
    package let keyName: String

    package init(url: String, parameters: [(name: String, value: String)], keyName: String) {
        (self.url, self.keyName) = (url, keyName)
        self.parameters = parameters.map { Parameter(name: $0.name, value: $0.value) }
    }

    /// The body of a POST, as `application/x-www-form-urlencoded`: there the key is in no URL, and in no proxy's log.
    package func form(_ key: MeterKey) -> [UInt8] {
        var form: [UInt8] = []
        for parameter in parameters { Self.append(parameter.name, parameter.value.utf8, to: &form) }
        Self.append(keyName, key.bytes, to: &form)
        return form
    }

    private static func append(_ name: String, _ value: some Sequence<UInt8>, to form: inout [UInt8]) {
        if !form.isEmpty { form.append(UInt8(ascii: "&")) }
        escape(name.utf8, to: &form)
        form.append(UInt8(ascii: "="))
        escape(value, to: &form)
    }

    private static func escape(_ bytes: some Sequence<UInt8>, to form: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                form.append(byte)
            default: form += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}

/// An answer, whatever it says.
package struct MeterAnswer: Sendable {
    package let status: Int
    /// What its `Retry-After` comes to.
    package let retryAfter: Duration?
    package let body: [UInt8]

    package init(status: Int, retryAfter: Duration? = nil, body: [UInt8]) {
        (self.status, self.retryAfter, self.body) = (status, retryAfter, body)
    }
}
