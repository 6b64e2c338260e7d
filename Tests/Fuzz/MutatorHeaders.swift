import Chance
import Contracts
import Workers

extension Mutator {
    private static let headers = ["traceparent", "actor", "command", "idempotency"]

    /// Headers that say where the record comes from: none, good ones, those of others' fields, and any bytes in any
    /// number.
    func mutateHeaders(_ record: inout FuzzedRecord, _ random: inout SeededGenerator) {
        guard Int.random(in: 0..<3, using: &random) == 0 else { return }
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let name = Self.headers.randomElement(using: &random) ?? ""
            var value = Array(text(&random).utf8)
            if Int.random(in: 0..<4, using: &random) == 0 { mutateBytes(&value, &random) }
            record.headers.append((name, value))
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        case 1: "\u{AE40} \"7\" <kim@kt.kr>\\"
        case 2: String(repeating: "\"", count: Int.random(in: 0...200, using: &random))
        case 3: ["", "\u{202E}", "a\nb", "\0", "\u{E9}"].randomElement(using: &random) ?? ""
        default: "c-\(UInt64.random(in: 0...UInt64.max, using: &random))"
        }
    }
}
