package import JSON

/// The trace that a record is part of, as W3C Trace Context writes it in the header `traceparent`:
/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. Negawatt has no spans of its own: whatever follows from a
/// record says the same as it.
package struct TraceParent: Hashable, Sendable, CustomStringConvertible {
    package static let header: StaticString = "traceparent"

    private let high: UInt64
    private let low: UInt64
    private let parent: UInt64
    private let flags: UInt8

    /// Those that the standard knows, sampled and random; the others are to be sent on as zeros.
    private static let knownFlags: UInt8 = 0b11
    private static let length = 55

    /// nil when this is none: records say what they like, and one with a wrong trace is worth as much as one without.
    /// Of a later version the part that this one knows is read.
    package init?(_ text: Span<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard text.count >= Self.length, text[2] == dash, text[35] == dash, text[52] == dash,
            let version = Self.number(text, 0..<2), version != 0xFF,
            text.count == Self.length || version > 0 && text[Self.length] == dash,
            let high = Self.number(text, 3..<19), let low = Self.number(text, 19..<35), high | low != 0,
            let parent = Self.number(text, 36..<52), parent != 0,
            let flags = Self.number(text, 53..<55)
        else { return nil }
        (self.high, self.low, self.parent) = (high, low, parent)
        self.flags = UInt8(flags) & Self.knownFlags
    }

    /// What is the same for all that belongs together; logs say it.
    package var traceID: String {
        var bytes: [UInt8] = []
        Self.append(high, 16, to: &bytes)
        Self.append(low, 16, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what the header says.
    package func write(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "00-".utf8)
        Self.append(high, 16, to: &bytes)
        Self.append(low, 16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(parent, 16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(UInt64(flags), 2, to: &bytes)
    }

    /// Small letters only: so says the standard.
    private static func number(_ text: Span<UInt8>, _ digits: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for position in digits {
            let digit = text[position]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    private static func append(_ number: UInt64, _ digits: Int, to bytes: inout [UInt8]) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(number >> (4 * UInt64(place)) & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

extension Fields {
    package func trace() throws(JSONError) -> TraceParent? {
        guard let text: String = try optional(TraceParent.header) else { return nil }
        return TraceParent(text.utf8.span)
    }
}

extension JSONWriter {
    package mutating func field(ifThere trace: TraceParent?) {
        if let trace { field(TraceParent.header, trace.description) }
    }
}
