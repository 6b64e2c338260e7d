import Contracts
import JSON
import Schemas
import Workers
import WorkersTesting

@testable import ResponseContext

/// A response context in memory, told what other contexts and customers would tell it. Times are seconds from its
/// start.
struct Scene {
    static let start: Int64 = 1_795_251_600_000
    /// What the clock says at first: behind all that is said, for nothing is said from the future.
    static let now = 2000.0
    let harness: Harness

    init(
        seed: UInt64 = 1, stepRows: Int = 200, partitions: Int32 = 4, clock: Timestamp? = nil,
        retention: Retention = .init()
    ) {
        let worker = ResponseWorker(settings: ResponseSettings(stepRows: stepRows, retention: retention))
        harness = Harness([worker], partitions: partitions, seed: seed, clock: clock ?? Scene.time(Scene.now)) {
            let isInternal = [MakeList.type, ChangeList.type, SaveList.type, CancelList.type].map(\.description)
                .contains($0.type)
            try Schemas.check(isInternal ? Topic.responseInternal.name : $0.topic, $0.type, $0.value)
        }
    }

    static func time(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: start + Int64(seconds * 1000)) }

    func register(
        _ user: String, name: String? = nil, capacity: Int64 = 3000, resource: String? = nil,
        at seconds: Double = -1000
    ) {
        let state = UserState(
            id: UserID(text: user), name: name ?? "name of \(user)", capacity: capacity, point: 0,
            resource: resource.map { ResourceID(text: $0) })
        event(.userEvents, UserRegistered(state), user, seconds)
    }

    /// - Parameter since: from when on it holds, where that is later.
    func update(
        _ user: String, name: String, capacity: Int64 = 3000, resource: String? = nil, at seconds: Double,
        since: Double? = nil
    ) {
        let state = UserState(
            id: UserID(text: user), name: name, capacity: capacity, point: 0,
            resource: resource.map { ResourceID(text: $0) })
        event(.userEvents, UserUpdated(state, updatedAt: since.map(Scene.time)), user, seconds)
    }

    func leave(_ user: String, at seconds: Double) {
        let left = UserLeft(id: UserID(text: user), leftAt: Scene.time(seconds), reason: "moves away")
        event(.userEvents, left, user, seconds)
    }

    /// - Parameter resources: whom it asks; nil: everybody.
    func announce(
        _ order: String, endsAt: Double? = nil, resources: [String]? = nil, unassigned: Bool = false,
        methods: [String: String] = [:], kind: OrderRules? = nil, at seconds: Double = 0
    ) {
        let targets = resources.map { names in
            OrderTargets(names.map { ResourceID(text: $0) }, isUnassigned: unassigned) { methods[$0.text] }
        }
        let started = DRStarted(
            id: OrderID(text: order), name: "kt", kind: "reliable", status: "started", startsAt: Scene.time(seconds),
            endsAt: endsAt.map(Scene.time), rules: kind, targets: targets)
        event(.drEvents, started, order, seconds)
    }

    /// - Parameter endsAt: the end that it names, where that is another time than its own.
    func end(_ order: String, endsAt: Double? = nil, at seconds: Double) {
        let ended = DREnded(
            id: OrderID(text: order), name: "kt", kind: "reliable", status: "ended", startsAt: Scene.time(0),
            endsAt: Scene.time(endsAt ?? seconds), reason: "ended by an operator")
        event(.drEvents, ended, order, seconds)
    }

    func change(
        _ order: String, version: Int64 = 1, endsAt: Double? = nil, resources: [String]? = nil,
        unassigned: Bool = false, at seconds: Double
    ) {
        let targets = resources.map { OrderTargets($0.map { ResourceID(text: $0) }, isUnassigned: unassigned) }
        let changed = DRChanged(
            id: OrderID(text: order), name: "kt", kind: "reliable", status: "started", version: version,
            startsAt: Scene.time(0), endsAt: endsAt.map(Scene.time), targets: targets)
        event(.drEvents, changed, order, seconds)
    }

    func cancel(_ order: String, at seconds: Double) {
        let cancelled = DRCancelled(
            id: OrderID(text: order), name: "kt", kind: "reliable", status: "cancelled", startsAt: Scene.time(0),
            endsAt: nil, cancelledAt: Scene.time(seconds), reason: "KPX withdrew it")
        event(.drEvents, cancelled, order, seconds)
    }

    /// Without a key it lands in any partition.
    func answer(
        _ type: String, _ order: String, _ user: String, at seconds: Double, channel: String? = nil,
        keyless: Bool = false, request: Request? = nil
    ) {
        let channel = channel.map { ",\"channel\":\"\($0)\"" } ?? ""
        let value = "{\"eventType\":\"\(type)\",\"drId\":\"\(order)\",\"userId\":\"\(user)\"\(channel)}"
        harness.send(
            .responseCommands, key: keyless ? nil : user, value, at: Scene.time(seconds), request: request)
    }

    func check(_ order: String, _ user: String, isReal: Bool, version: Int64 = 1, at seconds: Double) {
        let outcome = ReductionOutcome(
            order: OrderID(text: order), user: UserID(text: user), reducedWh: isReal ? 10 : -3,
            adjustPoint: isReal ? 10 : 0, isReal: isReal, version: version)
        event(.kepcoEvents, outcome, user, seconds)
    }

    func event(_ topic: Topic, _ message: some Message, _ key: String, _ seconds: Double) {
        var json = JSONWriter()
        json.message(message, at: Scene.time(seconds))
        let bytes = json.bytes
        var text = ""
        unsafe bytes.withUnsafeBufferPointer { unsafe text = String(decoding: $0, as: UTF8.self) }
        harness.send(topic, key: key, text, type: type(of: message).type.description)
    }

    /// Lets all steps be done that are to do: they are a millisecond apart.
    func settle() throws {
        try harness.run()
        for _ in 0..<3 { try harness.advance(by: .milliseconds(500)) }
    }

    /// What was said by events of a type: `<order>.<user> <answer>`, in the order of the texts.
    func said(_ type: MessageType) throws -> [String] {
        try entries(type).map { "\($0.id) \($0.answer.rawValue)" }.sorted()
    }

    func entries(_ type: MessageType) throws -> [ListEntry] {
        try harness.values(.responseEvents, type).map { value in
            var entry: ListEntry?
            var reader = JSONReader()
            let bytes = Array(value.utf8)
            let isNamed = type != ListChanged.type && type != ListCancelled.type
            try reader.read(bytes.span) { entry = try ListEntry($0, isNamed: isNamed) }
            guard let entry else { throw JSONError(.notAnObject) }
            return entry
        }
    }

    /// What each response remembers.
    func histories() throws -> [[GivenAnswer]] {
        try harness.rows(.response, Responses.self).values.map { value in
            var history: History?
            var reader = JSONReader()
            let bytes = Array(value.utf8)
            try reader.read(bytes.span) { history = try History($0) }
            return history?.answers ?? []
        }
    }

    /// How many answers wait.
    var waiting: Int { harness.rows(.response, WaitingAnswers.self).keys.count { !$0.hasPrefix("/") } }

    /// `<kind>: <reason>` of each.
    var refusals: [String] { harness.deadLetters.map { "\($0.rejection)" }.sorted() }

    /// `<kind> <order>.<customer> <word>` of each answer among the dead letters.
    func refusedAnswers() throws -> [String] {
        try harness.deadLetters.map { letter in
            var choice: Choice?
            var reader = JSONReader()
            try reader.read((letter.value ?? "").utf8.span) { choice = try Choice($0) }
            guard let choice else { throw JSONError(.notAnObject) }
            let word = letter.value?.contains("Accept") == true ? "accept" : "deny"
            return "\(letter.rejection.kind) \(choice.id) \(word)"
        }.sorted()
    }

    /// How many are set, but for those of sweeps.
    var timers: Int { harness.timers(.response).count }

    func count<T: Table>(_ table: T.Type) -> Int { harness.rows(.response, table).count }
}
