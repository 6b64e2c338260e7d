import Baselines

/// What is different in another market, in short lines for people.
package enum MarketChanges {
    /// How many lines there are at the most; the last one says how many more there would be.
    package static let most = 30
    /// Characters of a line.
    private static let length = 200

    package static func lines(from old: Market, to new: Market) -> [String] {
        var lines: [String] = []
        if old.version != new.version { lines.append("version \(old.version) → \(new.version)") }
        if old.zone != new.zone { lines.append("utcOffset \(old.zone.offset) → \(new.zone.offset) minutes") }
        if old.otherKinds != new.otherKinds {
            lines.append("otherKinds \(old.otherKinds ?? "refused") → \(new.otherKinds ?? "refused")")
        }
        for kind in old.kinds where !new.kinds.contains(where: { $0.id == kind.id }) {
            lines.append("kind \(kind.id) is gone")
        }
        for kind in new.kinds {
            guard let before = old.kinds.first(where: { $0.id == kind.id }) else {
                lines.append("kind \(kind.id) is new: \(kind.korean), \(kind.english)")
                continue
            }
            lines += changes(of: kind, since: before)
        }
        lines += holidays(old, new)
        if lines.isEmpty, old.text != new.text { lines.append("only words, or the order of fields, are different") }
        let short = lines.map { $0.unicodeScalars.count > length ? "\($0.prefix(length - 1))…" : $0 }
        return short.count <= most ? short : short.prefix(most - 1) + ["and \(short.count - most + 1) more"]
    }

    private static func changes(of kind: Kind, since before: Kind) -> [String] {
        var lines: [String] = []
        if (kind.korean, kind.english) != (before.korean, before.english) {
            lines.append("\(kind.id): its name → \(kind.korean), \(kind.english)")
        }
        for rules in before.rules where !kind.rules.contains(where: { $0.from == rules.from }) {
            lines.append("\(kind.id) from \(rules.from): these rules are gone")
        }
        for rules in kind.rules {
            guard let old = before.rules.first(where: { $0.from == rules.from }) else {
                lines.append("\(kind.id) from \(rules.from): new rules")
                continue
            }
            for (one, other) in zip(old.described, rules.described) where one.text != other.text {
                lines.append("\(kind.id) from \(rules.from): \(one.name) \(one.text) → \(other.text)")
            }
            if old.method?.name == rules.method?.name, old.method != rules.method {
                lines.append("\(kind.id) from \(rules.from): the method \(rules.method?.name ?? "") works otherwise")
            }
        }
        return lines
    }

    private static func holidays(_ old: Market, _ new: Market) -> [String] {
        var lines: [String] = []
        let added = new.holidays.subtracting(old.holidays).sorted()
        let gone = old.holidays.subtracting(new.holidays).sorted()
        if !added.isEmpty { lines.append("holidays added: \(list(added))") }
        if !gone.isEmpty { lines.append("holidays taken out: \(list(gone))") }
        if old.holidaysUntil != new.holidaysUntil {
            lines.append("holidays known until \(old.holidaysUntil) → \(new.holidaysUntil)")
        }
        return lines
    }

    private static func list(_ days: [some CustomStringConvertible]) -> String {
        let named = days.prefix(10).map(\.description).joined(separator: ", ")
        return days.count > 10 ? "\(named) and \(days.count - 10) more" : named
    }
}
