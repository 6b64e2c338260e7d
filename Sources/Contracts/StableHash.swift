extension Span<UInt8> {
    /// FNV-1a: the same in every process and every version, so that rows may keep what follows from it.
    package var stableHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for position in indices { hash = (hash ^ UInt64(self[position])) &* 0x100_0000_01B3 }
        return hash
    }
}

extension String {
    /// The same, mixed once more: a text's last bytes alone do not change all of its bits else.
    package var stableHash: UInt64 {
        let hash = utf8.span.stableHash
        return hash ^ hash >> 32
    }
}
