import Contracts
import Daemon
import HTTPClient
import JSON
import Simulation
import Threads

/// What a gateway shows of an order beside what the simulation knows: its view follows by itself, and has to come to
/// the same.
struct GatewayFigures {
    /// Where the gateway is: http://127.0.0.1:8080
    let address: String

    /// Asks until all agree, or for so long.
    /// - Throws: when the gateway gives no answer at all.
    func figures(_ report: Report, within timeout: Duration) throws -> [Report.Figure] {
        let deadline = ContinuousClock.now + timeout
        while true {
            let figures = try look(report)
            if figures.allSatisfy({ $0.observed == $0.expected }) || .now >= deadline { return figures }
            sleep(.milliseconds(100))
        }
    }

    private func look(_ report: Report) throws -> [Report.Figure] {
        let answer = try HTTPClient().get("\(address)/drs/\(report.order.text)", accept: "application/json")
        var observed: [String: Int64] = [:]
        // An order that the view has not come to yet has no figures.
        if answer.status == 200 {
            var reader = JSONReader()
            var objects: [String: [UInt8]] = [:]
            try reader.read(answer.body.span) { fields in
                for name in ["counts", "reduction"] {
                    if case .object(let bytes) = try fields.loose(name, atMost: 0) { objects[name] = bytes }
                }
            }
            let figures: [(String, [StaticString])] = [
                ("counts", ["accepted", "checked", "real"]), ("reduction", ["reducedWh", "points"]),
            ]
            for (object, names) in figures {
                var inner = JSONReader()
                let bytes = objects[object] ?? Array("{}".utf8)
                try inner.read(bytes.span) { fields in
                    for name in names {
                        observed[name.description] = try fields.optional(name, in: Int64.min...Int64.max)
                    }
                }
            }
        }
        func expected(_ name: String) -> Int64 { report.figures.first { $0.name == name }?.expected ?? 0 }
        // Who accepted and did not reduce stands as one who has denied, once that is known.
        return [
            ("accepted and real", "accepted", expected("really reduced")), ("checked", "checked", expected("accepted")),
            ("really reduced", "real", expected("really reduced")), ("Wh reduced", "reducedWh", expected("Wh reduced")),
            ("points", "points", expected("points paid")),
        ].map { Report.Figure(name: $0.0, observed: observed[$0.1] ?? 0, expected: $0.2) }
    }
}
