/// Which partition a key belongs to: CRC32 of its bytes, as kcat and librdkafka's `consistent` have it.
package enum Partitioner {
    package static func partition(of key: Span<UInt8>, among count: Int32) -> Int32 {
        Int32(checksum(of: key) % UInt32(count))
    }

    /// CRC32, as zip has it.
    package static func checksum(of bytes: Span<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for position in bytes.indices { crc = table[Int((crc ^ UInt32(bytes[position])) & 0xFF)] ^ (crc >> 8) }
        return crc ^ 0xFFFF_FFFF
    }

    package static func partition(of key: String, among count: Int32) -> Int32 {
        partition(of: key.utf8.span, among: count)
    }

    private static let table: InlineArray<256, UInt32> = InlineArray { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        return value
    }
}
