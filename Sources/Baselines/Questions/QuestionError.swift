/// Why a question cannot be calculated: the sentence names the field.
package struct QuestionError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// Something is wrong inside of a field.
    init(within field: String, _ error: any Error) { description = "in \(field): \(error)" }
}

/// What a line of a file may be, so that no arithmetic of a customer overflows.
package enum QuestionLimits {
    /// Readings of one customer, also those that are replaced: some two years of quarter hours in one message, or less
    /// in many.
    package static let readings = 100_000
    package static let batches = 20_000
    package static let days = 5000
    package static let customers = 20_000
    /// Tenths of a Wh.
    package static let tenths: ClosedRange<Int64> = 0...10_000_000_000
    /// An order's minutes.
    package static let order: ClosedRange<Int64> = 1...1440
}
