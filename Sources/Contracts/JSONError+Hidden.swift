import JSON

extension JSONError {
    /// Without what stood in the field: where it may be somebody's number or address, it would else be in logs, and in
    /// a dead letter's headers.
    /// - Parameter rules: by field, what to write instead.
    func hidden(_ rules: [String: String]) -> JSONError {
        guard let field, reason != .missing else { return self }
        return JSONError(field: field, reason, found: reason.rawValue + (rules[field].map { ": write \($0)" } ?? ""))
    }
}
