package import JSON

extension JSONError {
    /// Without what stood in the field: where it may be somebody's number or address, it would else be in logs, and in
    /// a dead letter's headers.
    /// - Parameter hints: by field, what to write instead.
    package func hidden(_ hints: [String: String]) -> JSONError {
        guard let field, reason != .missing else { return self }
        return JSONError(field: field, reason, found: reason.rawValue + (hints[field].map { ": write \($0)" } ?? ""))
    }

    /// The same without any words of what was found.
    package var withoutDetails: JSONError { JSONError(field: field, reason) }
}
