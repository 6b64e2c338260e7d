/// What values a key can have: how a text is read, what is wrong with one that is none, and how a value is written.
package struct ConfigurationKind<Value: Sendable>: Sendable {
    let form: ConfigurationForm
    /// nil where the text is none.
    let value: @Sendable (String) -> Value?
    let text: @Sendable (Value) -> String
    /// What is wrong and what would be right; nil if the text is fit.
    let complaint: @Sendable (String) -> String?

    init(
        _ form: ConfigurationForm = .other, wanted: @escaping @Sendable (String) -> String,
        text: @escaping @Sendable (Value) -> String, value: @escaping @Sendable (String) -> Value?
    ) {
        (self.form, self.value, self.text) = (form, value, text)
        complaint = { value($0) == nil ? wanted($0) : nil }
    }
}

extension ConfigurationKind<String> {
    package static var text: Self { notEmpty(.other) }
    package static var directory: Self { notEmpty(.directory) }
    package static var file: Self { notEmpty(.file) }

    private static func notEmpty(_ form: ConfigurationForm) -> Self {
        Self(form, wanted: { _ in "must not be empty" }, text: { $0 }, value: { $0.isEmpty ? nil : $0 })
    }

    package static func choice(_ words: [String]) -> Self { choice(words.map { ($0, $0) }) }

    /// HOST:PORT, several, separated by commas.
    package static var servers: Self {
        Self(
            wanted: { _ in
                "must be HOST:PORT, or several, separated by commas; an IPv6 address goes in brackets: [::1]:9092"
            },
            text: { $0 },
            value: { text in
                let servers = text.split(separator: ",", omittingEmptySubsequences: false)
                return servers.allSatisfy { ServerAddress.isFit($0) } ? text : nil
            })
    }
}

extension ConfigurationKind where Value: Equatable {
    /// One of these values, each by its word.
    package static func choice(_ values: [(word: String, value: Value)]) -> Self {
        let words = values.map(\.word)
        return Self(
            .choice(words),
            wanted: { text in
                let list =
                    words.count == 2 ? words.joined(separator: " or ") : "one of \(words.joined(separator: ", "))"
                return "must be \(list)\(nearest(to: text, in: words).map { ": did you mean \($0)?" } ?? "")"
            },
            text: { value in values.first { $0.value == value }?.word ?? "" },
            value: { text in values.first { $0.word == text }?.value })
    }
}

extension ConfigurationKind where Value: CaseIterable & RawRepresentable & Equatable, Value.RawValue == String {
    /// One of the type's values.
    package static var choice: Self { choice(Value.allCases.map { ($0.rawValue, $0) }) }
}

extension ConfigurationKind<Bool> {
    package static var boolean: Self { choice([("true", true), ("false", false)]) }
}

extension ConfigurationKind where Value: FixedWidthInteger {
    package static func integer(_ bounds: ClosedRange<Value>) -> Self {
        Self(
            wanted: { _ in "must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)" },
            text: { "\($0)" },
            value: { Value($0).flatMap { bounds.contains($0) ? $0 : nil } })
    }
}

extension ConfigurationKind<UInt16> {
    /// 0 takes a free one.
    package static var port: Self { integer(0...65_535) }
}

extension ConfigurationKind<Duration> {
    package static func milliseconds(_ bounds: ClosedRange<Int64>) -> Self { whole(.milliseconds(1), bounds) }
    package static func seconds(_ bounds: ClosedRange<Int64>) -> Self { whole(.seconds(1), bounds) }
    package static func minutes(_ bounds: ClosedRange<Int64>) -> Self { whole(.seconds(60), bounds) }

    /// A number of units.
    private static func whole(_ unit: Duration, _ bounds: ClosedRange<Int64>) -> Self {
        let number = ConfigurationKind<Int64>.integer(bounds)
        return Self(
            wanted: { number.complaint($0) ?? "" }, text: { "\(Int64($0 / unit))" },
            value: { number.value($0).map { unit * Int($0) } })
    }
}
