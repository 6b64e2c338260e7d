import COpenSSL

/// The SHA-256 of some bytes: stands for them where they are long or secret.
package struct SHA256Digest: Hashable, Sendable {
    /// 32.
    package let bytes: InlineArray<32, UInt8>

    package init(_ message: Span<UInt8>) {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        var mutable = bytes.mutableSpan
        // It fails where there is no memory for it, and then nothing continues.
        let isDone = unsafe mutable.withUnsafeMutableBufferPointer { digest in
            unsafe message.withUnsafeBufferPointer { message in
                // Without a byte there need not be an address.
                unsafe EVP_Digest(message.baseAddress, message.count, digest.baseAddress, nil, algorithm, nil) == 1
            }
        }
        precondition(isDone, "OpenSSL cannot hash")
        self.bytes = bytes
    }

    package var hex: String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for position in bytes.indices {
            text.append(digits[Int(bytes[position] >> 4)])
            text.append(digits[Int(bytes[position] & 15)])
        }
        return text
    }

    package static func == (one: Self, other: Self) -> Bool {
        for position in one.bytes.indices where one.bytes[position] != other.bytes[position] { return false }
        return true
    }

    /// Eight bytes of it tell digests apart as well as all do.
    package func hash(into hasher: inout Hasher) {
        var word: UInt64 = 0
        for position in 0..<8 { word = word &<< 8 | UInt64(bytes[position]) }
        hasher.combine(word)
    }
}

/// Fetched once: looking it up by its name takes longer than most hashes.
private nonisolated(unsafe) let algorithm = unsafe EVP_MD_fetch(nil, "SHA2-256", nil)
