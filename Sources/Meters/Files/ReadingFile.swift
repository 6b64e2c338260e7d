package import Contracts

/// A file of readings as it is read, piece by piece: memory is bounded however large it is.
package protocol ReadingFile: AnyObject {
    /// The next piece.
    /// - Throws: `FileFault` where nothing of the rest can be understood, and whatever the sink throws.
    func take(_ bytes: Span<UInt8>) throws
    /// The end of the file: what has been collected goes to the sink.
    func finish() throws
}

/// Where readings go, and what is refused.
package protocol ReadingSink: AnyObject {
    func take(_ readings: MeterReadings) throws
    /// What a line says has no effect; the others do.
    func refuse(_ fault: FileFault)
}

/// What is wrong with a file, or with a line of it.
package struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    package let why: String

    package init(line: Int, _ why: String) { (self.line, self.why) = (line, why) }

    package var description: String { "line \(line): \(why)" }
}
