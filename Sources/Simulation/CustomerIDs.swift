import Contracts
import JSON

/// Which ids a run can use. It needs customers of its own: one whom an earlier run fed with readings has a history that
/// this run does not know, and then nobody can say what has to come out.
struct CustomerIDs {
    /// What ids of earlier runs begin with, before their digits.
    private(set) var taken: Set<String> = []

    mutating func take(_ id: String) {
        let digits = id.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
        if digits > 0 { taken.insert(String(id.dropLast(digits))) }
    }

    /// - Throws: when a prefix is asked for that is taken.
    func prefix(_ wanted: String?) throws(SimulationError) -> String {
        guard let wanted else { return free }
        guard !taken.contains(wanted) else {
            throw SimulationError(
                "there are already customers whose ids begin with \"\(wanted)\", and this run does not know their "
                    + "past readings: choose another --prefix, or leave it out and a free one is found")
        }
        return wanted
    }

    private var free: String {
        var number = 1
        var prefix = "u"
        while taken.contains(prefix) {
            number += 1
            prefix = "u\(number)-"
        }
        return prefix
    }

    /// Reads who is a customer.
    static func read(_ exchange: any Exchange) throws -> Self {
        var ids = Self()
        var reader = JSONReader()
        try exchange.replay(.userEvents) { value in
            // What cannot be read here is nobody's registration.
            try? reader.read(value) { fields in
                guard try fields.identifier("eventType") == UserRegistered.type.description else { return }
                ids.take(try fields.identifier("id"))
            }
        }
        return ids
    }
}
