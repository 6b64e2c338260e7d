import Baselines
import Contracts
import Daemon
import Market

/// What `negawatt dev` prints when all is ready: lines to copy that take one order from its start to the points.
struct Tour {
    private static let quarter: Int64 = 900_000
    private static let day: Int64 = 86_400_000

    let servers: String
    let directory: String
    let isEmbedded: Bool
    let utcOffset: Duration
    /// Of the simulated utility; nil where another one is asked.
    var utility: String?
    /// The simulated receiver's own pages; nil where others are called.
    var receiver: String?

    func text(ports: [(name: String, port: UInt16)], now: Timestamp = .current) -> String {
        let address = servers.split(separator: ",").first.map(String.init) ?? servers
        let health = ports.filter { $0.name != "gateway" }.map { "\($0.name) http://127.0.0.1:\($0.port)" }
            .joined(separator: ", ")
        let gateway = ports.first { $0.name == "gateway" }.map { "http://127.0.0.1:\($0.port)" } ?? ""
        var lines = [
            "ready",
            "",
            "# \(isEmbedded ? "An embedded broker, which forgets everything at the end" : "Your Kafka"), files in \(directory)",
            "# /readyz and /metrics: \(health)",
            "# Everything in a browser: \(gateway)/",
        ]
        if let utility { lines.append("# A simulated utility, customers 1000000001 to 1000001000: \(utility)") }
        if let receiver {
            lines.append(
                "# Notices go to a simulated receiver, channels push and sms: \(receiver)/counts, \(receiver)/notices")
        }
        lines += [
            "# A whole order, line by line, in another terminal:",
            "",
            "B=\(address)", "G=\(gateway)",
        ]
        if let receiver { lines.append("R=\(receiver)") }
        for step in steps(now) { lines += ["", "# \(step.comment)", step.line] }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// The order began an hour ago and ends when it is asked to; the meter's readings are all there.
    private func steps(_ now: Timestamp) -> [(comment: String, line: String)] {
        let start = Timestamp(milliseconds: (now.milliseconds - 3_600_000) / Self.quarter * Self.quarter)
        let days = weekdays(before: start)
        let meter =
            days.map { readings(Timestamp(milliseconds: start.milliseconds - $0 * Self.day), wh: 2000) }
            + [readings(start, wh: 500)]
        let order = "dr-\(now.milliseconds / 1000)"
        return [
            (
                "a customer",
                send(#"{"eventType":"RegisterUser","id":"u1","name":"Kim","capacity":8000}"#, "user.commands", "u1")
            ),
            (
                "an order that began an hour ago: the customer is asked",
                send(
                    #"{"eventType":"StartDr","id":"\#(order)","name":"kt","type":"reliable","startsAt":"\#(start)"}"#,
                    "dr.commands", order)
            ),
            (
                "the customer accepts",
                send(#"{"eventType":"Accept","drId":"\#(order)","userId":"u1"}"#, "response.commands", "u1")
            ),
            (
                "the meter: 2000 Wh per quarter hour on earlier weekdays, 500 during the order",
                "printf '%s\\n' " + meter.map { "'\($0)'" }.joined(separator: " ")
                    + " | kcat -P -b $B -t kepco.readings -k u1"
            ),
            ("the order ends", send(#"{"eventType":"EndDr","id":"\#(order)"}"#, "dr.commands", order)),
            (
                "the request and the answer, what was really reduced, and the points",
                "for t in response.events kepco.events user.events; do kcat -C -b $B -t $t -o beginning -e -q; done"
            ),
            (
                "a reading of the order is corrected; 2 s later, so are the check and the points: look again",
                send(
                    #"{"eventType":"MeterReading","userId":"u1","startsAt":"\#(start)","wh":700}"#, "kepco.readings",
                    "u1")
            ),
        ]
    }

    private func send(_ value: String, _ topic: String, _ key: String) -> String {
        "echo '\(value)' | kcat -P -b $B -t \(topic) -k \(key)"
    }

    /// Three hours of quarter hours.
    private func readings(_ start: Timestamp, wh: Int) -> String {
        let list = repeatElement("\(wh)", count: 12).joined(separator: ",")
        return #"{"eventType":"MeterReadings","userId":"u1","startsAt":"\#(start)","wh":[\#(list)]}"#
    }

    /// How many days before the order's the last two working days of the built-in market were, in the market's zone.
    private func weekdays(before start: Timestamp) -> [Int64] {
        let today = Day(number: (start + utcOffset).milliseconds / Self.day)
        return Array((1...14).filter { Market.korea.isWorkday(today - $0) }.prefix(2))
    }
}
