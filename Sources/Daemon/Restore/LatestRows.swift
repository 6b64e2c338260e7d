import Glibc

/// The last value of each key of one table among the changelog records that were taken. SQLite is fast where it gets
/// keys in their order: each page is touched once, and behind the last row there is nothing to look for. So rows are
/// collected here first.
///
/// Nothing is allocated a row: bytes lie in large blocks, and a table of hashes says where. A value that fits takes the
/// place of the one before it.
@safe struct LatestRows: ~Copyable {
    @unsafe private struct Entry {
        var key: UnsafeMutablePointer<UInt8>
        var value: UnsafeMutablePointer<UInt8>
        var keyCount: Int32
        /// Negative for a deletion.
        var valueCount: Int32
        /// How many bytes there are for the value.
        var room: Int32
        var hash: UInt32

        var keyBytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: key, count: Int(keyCount)) }
    }

    private struct Place {
        /// The key's first bytes behind what all keys have in common, as a number that sorts as they do.
        var prefix: UInt64
        var entry: Int32
    }

    private var blocks = ByteBlocks()
    private var entries: [Entry] = unsafe []
    /// By hash: an entry's index, or -1. A power of two, at most half of them taken.
    private var slots: [Int32] = []
    /// Keys come from outside: nobody can choose some that all meet in one slot.
    private let seed = UInt64.random(in: .min ... .max)

    /// Bytes of memory, those for sorting included.
    var size: Int {
        unsafe blocks.size + entries.count * (MemoryLayout<Entry>.stride + MemoryLayout<Place>.stride) + slots.count * 4
    }

    /// How many keys there are.
    var count: Int { unsafe entries.count }

    /// - Parameter value: nil for a deletion.
    mutating func take(key: Span<UInt8>, value: Span<UInt8>?) {
        if unsafe entries.count * 2 >= slots.count { grow() }
        unsafe key.withUnsafeBufferPointer { key in
            let hash = unsafe Self.hash(key, seed)
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] >= 0 {
                let index = Int(slots[slot])
                if unsafe entries[index].hash == hash, unsafe Self.order(entries[index].keyBytes, key) == 0 {
                    return set(index, value)
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = unsafe Int32(entries.count)
            let copy = unsafe blocks.place(key.count)
            if let start = key.baseAddress { unsafe copy.update(from: start, count: key.count) }
            unsafe entries.append(
                Entry(key: copy, value: copy, keyCount: Int32(key.count), valueCount: -1, room: 0, hash: hash))
            unsafe set(entries.count - 1, value)
        }
    }

    private mutating func set(_ index: Int, _ value: Span<UInt8>?) {
        guard let value else {
            unsafe entries[index].valueCount = -1
            return
        }
        if unsafe value.count > entries[index].room {
            // A little more: numbers grow.
            let room = (value.count + 15) & ~7
            unsafe entries[index].value = blocks.place(room)
            unsafe entries[index].room = Int32(room)
        }
        unsafe value.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress {
                unsafe entries[index].value.update(from: start, count: bytes.count)
            }
        }
        unsafe entries[index].valueCount = Int32(value.count)
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: max(1024, slots.count * 2))
        for index in 0..<count {
            var slot = unsafe Int(entries[index].hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    // MARK: In order

    /// Lends each key with its last value, nil for a deletion, in the order in which SQLite keeps texts: byte by byte.
    func forEachInOrder(_ body: (Span<UInt8>, Span<UInt8>?) throws -> Void) throws {
        for place in places() {
            let entry = unsafe entries[Int(place.entry)]
            let key = unsafe Span(_unsafeElements: entry.keyBytes)
            guard unsafe entry.valueCount >= 0 else {
                try body(key, nil)
                continue
            }
            let value = unsafe UnsafeBufferPointer(start: entry.value, count: Int(entry.valueCount))
            try unsafe body(key, Span(_unsafeElements: value))
        }
    }

    private func places() -> [Place] {
        let common = commonCount()
        var places = (0..<count).map { index in
            unsafe Place(prefix: Self.prefix(of: entries[index].keyBytes, behind: common), entry: Int32(index))
        }
        places.sort { one, other in
            if one.prefix != other.prefix { return one.prefix < other.prefix }
            return unsafe Self.order(entries[Int(one.entry)].keyBytes, entries[Int(other.entry)].keyBytes) < 0
        }
        return places
    }

    /// How many bytes all keys begin with.
    private func commonCount() -> Int {
        guard let first = unsafe entries.first else { return 0 }
        var common = unsafe Int(first.keyCount)
        for index in 0..<count {
            let entry = unsafe entries[index]
            common = unsafe min(common, Int(entry.keyCount))
            while common > 0, unsafe memcmp(first.key, entry.key, common) != 0 { common -= 1 }
        }
        return common
    }

    private static func prefix(of key: UnsafeBufferPointer<UInt8>, behind start: Int) -> UInt64 {
        var prefix: UInt64 = 0
        for index in start..<start + 8 { prefix = unsafe prefix << 8 | (index < key.count ? UInt64(key[index]) : 0) }
        return prefix
    }

    /// Below 0 where the first comes first, 0 where they are the same.
    private static func order(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Int {
        let common = min(one.count, other.count)
        if common > 0, let start = one.baseAddress, let otherStart = other.baseAddress {
            let order = unsafe memcmp(start, otherStart, common)
            if order != 0 { return Int(order) }
        }
        return one.count - other.count
    }

    /// Eight bytes at a time, each time the two halves of a product.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ seed: UInt64) -> UInt32 {
        let raw = UnsafeRawBufferPointer(bytes)
        var hash = seed ^ UInt64(raw.count)
        var index = 0
        while index + 8 <= raw.count {
            hash = unsafe mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < raw.count {
            rest = unsafe rest << 8 | UInt64(raw[index])
            index += 1
        }
        hash = mix(hash ^ rest)
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}

/// Memory that is given out in pieces and freed as a whole.
@safe private struct ByteBlocks: ~Copyable {
    private static let blockSize = 1 << 18

    private var blocks: [UnsafeMutablePointer<UInt8>] = unsafe []
    private var next: UnsafeMutablePointer<UInt8>?
    private var left = 0
    private(set) var size = 0

    mutating func place(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let start = unsafe next, count <= left {
            unsafe next = start + count
            left -= count
            return unsafe start
        }
        // What is large gets a block of its own, and the open one goes on.
        let isLarge = count > Self.blockSize / 4
        let capacity = isLarge ? count : Self.blockSize
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe blocks.append(block)
        size += capacity
        if !isLarge { unsafe (next, left) = (block + count, capacity - count) }
        return unsafe block
    }

    deinit { for index in unsafe blocks.indices { unsafe blocks[index].deallocate() } }
}
