import Glibc

/// A text as SQLite and Kafka compare it, by its bytes. Swift takes two for equal that look alike, `é` composed and
/// not: as ids they are two orders, or two customers.
package struct ExactText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (one: ExactText, other: ExactText) -> Bool { one.text.hasSameBytes(other.text) }

    package func hash(into hasher: inout Hasher) {
        unsafe text.utf8.span.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
        hasher.combine(text.utf8.count)
    }
}

extension String {
    /// Whether it is the same text, and not only one that looks like it.
    package func hasSameBytes(_ other: String) -> Bool { compareBytes(other) == 0 }

    /// Below 0 where it comes before the other one, by bytes, and 0 where it is the same.
    package func compareBytes(_ other: String) -> Int {
        let (count, otherCount) = (utf8.count, other.utf8.count)
        let shared = min(count, otherCount)
        guard shared > 0 else { return count - otherCount }
        let order = unsafe utf8.span.withUnsafeBytes { bytes in
            unsafe other.utf8.span.withUnsafeBytes { others in
                guard let one = bytes.baseAddress, let other = others.baseAddress else { return 0 as Int32 }
                return unsafe memcmp(one, other, shared)
            }
        }
        return order == 0 ? count - otherCount : Int(order)
    }
}
