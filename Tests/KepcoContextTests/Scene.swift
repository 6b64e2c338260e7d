import Contracts
import JSON
import Schemas
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// The kepco worker with customers' readings and orders. Its clock stands at Saturday, 2026-11-21, 18:00 in Korea.
struct Scene {
    let harness: Harness

    init(seed: UInt64 = 1, partitions: Int32 = 4, _ settings: KepcoSettings = .init()) {
        harness = Harness([KepcoWorker(settings: settings)], partitions: partitions, seed: seed) { record in
            try Schemas.check(record.topic, record.type, record.value)
        }
    }

    /// `json` is the id as it stands in the text; without a key the record lies anywhere.
    func reading(_ user: String, _ start: String, _ wh: Int64, json: String? = nil, isKeyed: Bool = true) throws {
        let id = json ?? "\"\(user)\""
        harness.send(
            .kepcoReadings, key: isKeyed ? user : nil,
            #"{"eventType":"MeterReading","userId":\#(id),"startsAt":"\#(start)+09:00","wh":\#(wh)}"#)
    }

    func readings(
        _ user: String, _ start: String, _ wh: [Int64?], json: String? = nil, isKeyed: Bool = true
    ) throws {
        let id = json ?? "\"\(user)\""
        let numbers = wh.map { $0.map(String.init) ?? "null" }.joined(separator: ",")
        harness.send(
            .kepcoReadings, key: isKeyed ? user : nil,
            #"{"eventType":"MeterReadings","userId":\#(id),"startsAt":"\#(start)+09:00","wh":[\#(numbers)]}"#)
    }

    /// In tenths of a Wh.
    func tenths(_ user: String, _ start: String, _ tenths: [Int64]) {
        let numbers = tenths.map { "\($0 / 10).\($0 % 10)" }.joined(separator: ",")
        harness.send(
            .kepcoReadings, key: user,
            #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":"\#(start)+09:00","wh":[\#(numbers)]}"#)
    }

    /// Thursday and Wednesday at ten: a baseline of 410.5 and 409.5 Wh.
    func reference(_ user: String) throws {
        try readings(user, "2026-11-19T10:00", [400, 410])
        try readings(user, "2026-11-18T10:00", [421, 409])
    }

    /// Friday from ten to half past ten, if nothing else is said.
    func saved(
        _ user: String, _ order: String = "dr-1", answer: String = "accept", from: String = "2026-11-20T10:00",
        to: String? = "2026-11-20T10:30", json: String? = nil, market: Int64? = nil, kind: String = "k",
        resource: String? = nil, method: String? = nil, partition: Int32? = nil
    ) {
        let id = json ?? "\"\(user)\""
        let end =
            (to.map { #","endsAt":"\#($0)+09:00""# } ?? "")
            + (resource.map { #","resource":"\#($0)""# } ?? "")
            + (market.map { #","market":\#($0),"kind":"\#(kind)""# } ?? "")
            + (method.map { #","resourceMethod":"\#($0)""# } ?? "")
        harness.send(
            .responseEvents, key: user,
            #"{"eventType":"Listsaved","timestamp":1795251500000,"id":"\#(order).\#(user)","drId":"\#(order)","userId":\#(id),"#
                + #""userName":"Kim","userCapacity":3000,"answer":"\#(answer)","startsAt":"\#(from)+09:00"\#(end)}"#,
            partition: partition)
    }

    /// The readings of each day as its row has them, without their arrivals.
    func days() -> [String: String] {
        harness.rows(.kepco, Days.self).mapValues { $0.replacing(/,"arrived":"[^"]*"/, with: "") }
    }

    /// As of a version that knows none of them, and so without sweeps.
    func takeOutTimers() {
        for key in harness.rows(.kepco, Timers.self).keys { harness.takeOut(.kepco, Timers.self, key) }
    }

    /// The keys of the checks that wait for readings.
    var waiting: [String] { harness.rows(.kepco, Waiting.self).keys.filter { !$0.hasPrefix("/") }.sorted() }

    /// A customer's checks that readings may correct; nil where there are none.
    func recent(_ user: String) throws -> RecentChecks? {
        guard let text = harness.rows(.kepco, Waiting.self)["/\(user)"] else { return nil }
        var reader = JSONReader()
        var row: Waiting.Row?
        let bytes = Array(text.utf8)
        try reader.read(bytes.span) { row = try Waiting.Row($0) }
        guard case .recent(let recent) = row else { return nil }
        return recent
    }

    func checks() throws -> [ReductionCheck] {
        try harness.values(.kepcoEvents, ReductionCheck.type).map(Self.check)
    }

    /// The only check, as JSON without its time.
    func onlyCheck() throws -> String {
        let checks = try checks()
        try #require(checks.count == 1)
        var json = JSONWriter()
        json.object { checks[0].write(&$0) }
        return unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    static func check(_ value: String) throws -> ReductionCheck {
        var reader = JSONReader()
        var check: ReductionCheck?
        let bytes = Array(value.utf8)
        try reader.read(bytes.span) { check = try ReductionCheck($0) }
        return try #require(check)
    }
}
