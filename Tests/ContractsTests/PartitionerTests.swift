import Contracts
import Testing

@Suite struct PartitionerTests {
    /// CRC32 as zlib has it (`python3 -c 'import zlib; print(zlib.crc32(b"dr-1"))'`), which kcat and librdkafka take.
    private static let sums: [(key: String, crc: UInt32)] = [
        ("", 0x0000_0000), ("a", 0xE8B7_BE43), ("dr-1", 0xB381_59A3), ("u-1", 0xDC8F_297C), ("u-1001", 0x3118_9AF9),
        ("kt", 0x90B8_15B6), ("123456789", 0xCBF4_3926), ("김하나", 0x91A0_8F2C),
        ("dr-20261121-1.u-1001", 0x609D_2BA2), (String(repeating: "a", count: 100), 0xAF70_7A64),
    ]

    @Test(arguments: sums)
    func `a key's partition is its CRC32 modulo the count`(key: String, crc: UInt32) {
        for count: Int32 in [1, 4, 8, 13, 1000, .max] {
            #expect(Partitioner.partition(of: key, among: count) == Int32(crc % UInt32(count)))
        }
    }

    @Test func `a key's bytes are hashed, text or not`() {
        let bytes: [UInt8] = [0xFF, 0x00, 0x80]
        // zlib.crc32(b"\xff\x00\x80")
        #expect(Partitioner.partition(of: bytes.span, among: .max) == Int32(0xAC61_6EDF as UInt32 % UInt32(Int32.max)))
    }

    @Test func `customers spread evenly`() {
        var counts = [Int](repeating: 0, count: 8)
        for user in 0..<8000 { counts[Int(Partitioner.partition(of: "u-\(user)", among: 8))] += 1 }
        #expect(counts.allSatisfy { (800...1200).contains($0) }, "\(counts)")
    }
}
