import JSON

// How members of items are written.

extension JSONWriter {
    /// A time, or null.
    mutating func time(_ name: StaticString, _ milliseconds: Int64?) {
        if let milliseconds { field(name, time: milliseconds) } else { null(name) }
    }

    /// A number, or null.
    mutating func number(_ name: StaticString, _ number: Int64?) {
        if let number { field(name, number) } else { null(name) }
    }

    /// A text, or null.
    mutating func text(_ name: StaticString, _ text: String?) {
        if let text { field(name, text) } else { null(name) }
    }

    /// An order's quarter hours: those that it touches, from the one in which it starts.
    mutating func quarters(from startsAt: Int64, baseline: [Int64?], used: [Int64?]) {
        let quarter: Int64 = 900_000
        let first = startsAt / quarter * quarter
        field("quarters", objects: max(baseline.count, used.count)) { json, place in
            json.field("at", time: first + Int64(place) * quarter)
            func figure(_ values: [Int64?], _ name: StaticString) {
                if place < values.count, let value = values[place] {
                    json.field(name, value)
                } else {
                    json.null(name)
                }
            }
            figure(baseline, "baselineMilliWh")
            figure(used, "usedMilliWh")
        }
    }
}
