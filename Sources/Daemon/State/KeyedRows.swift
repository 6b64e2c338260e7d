import Glibc

/// Rows of one table in memory, by their keys: the last value of each, or that there is none.
///
/// Nothing is allocated a row: bytes lie in large arena, and a table of hashes says where. A value that fits takes the
/// place of the one before it. A row keeps its number until all are forgotten.
@safe struct KeyedRows: ~Copyable {
    /// What is known of a row.
    enum State: UInt32 {
        /// Nothing: whoever has the others has to be asked.
        case unknown
        /// It is as it was found.
        case found
        /// It has been changed since.
        case changed
    }

    /// The value lies behind the key.
    @unsafe private struct Entry {
        var start: UnsafeMutablePointer<UInt8>
        var hash: UInt32
        /// The state, and above it how long the key is.
        var stateAndKeyCount: UInt32
        /// Negative where there is no row.
        var valueCount: Int32
        /// How many bytes there are for the value.
        var room: Int32

        var keyCount: Int { unsafe Int(stateAndKeyCount >> 2) }
        var key: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: start, count: keyCount) }
        var value: UnsafeMutablePointer<UInt8> { unsafe start + keyCount }
    }

    private var arena = ByteArena()
    private var entries: [Entry] = unsafe []
    /// By hash: a row's number, or -1. A power of two, at most half of them taken.
    private var slots: [Int32] = []
    /// Keys come from outside: nobody can choose some that all meet in one slot.
    private let seed = UInt64.random(in: .min ... .max)

    /// Bytes of memory.
    var size: Int { unsafe arena.size + entries.capacity * MemoryLayout<Entry>.stride + slots.count * 4 }

    /// How many keys there are.
    var count: Int { unsafe entries.count }

    // MARK: By key

    /// A row's number; nil for a key that has not been added.
    func find(_ key: Span<UInt8>) -> Int? {
        guard !slots.isEmpty else { return nil }
        return unsafe key.withUnsafeBufferPointer { key in
            let (_, number) = unsafe look(for: key, hash: Self.hash(key, seed))
            return number < 0 ? nil : Int(number)
        }
    }

    /// A row's number; of a new key nothing is known.
    /// - Parameter count: how long the value is going to be.
    mutating func findOrAdd(_ key: Span<UInt8>, for count: Int) -> Int {
        if unsafe entries.count * 2 >= slots.count { grow() }
        return unsafe key.withUnsafeBufferPointer { key in
            let hash = unsafe Self.hash(key, seed)
            let (slot, number) = unsafe look(for: key, hash: hash)
            guard number < 0 else { return Int(number) }
            slots[slot] = unsafe Int32(entries.count)
            let room = Self.room(for: count)
            unsafe entries.append(
                Entry(
                    start: arena.allocate(key.count + room), hash: hash, stateAndKeyCount: UInt32(key.count) << 2,
                    valueCount: -1, room: Int32(room)))
            let last = unsafe entries.count - 1
            if let start = key.baseAddress { unsafe entries[last].start.update(from: start, count: key.count) }
            return last
        }
    }

    /// The slot of a key, and what is in it.
    @inline(__always)
    private func look(for key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> (slot: Int, number: Int32) {
        var slot = Int(hash) & (slots.count - 1)
        while true {
            let number = slots[slot]
            guard number >= 0 else { return (slot, number) }
            let entry = unsafe entries[Int(number)]
            if unsafe entry.hash == hash, unsafe Self.order(entry.key, key) == 0 { return (slot, number) }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: max(1024, slots.count * 2))
        for number in 0..<count {
            var slot = unsafe Int(entries[number].hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    /// Forgets all of them.
    mutating func removeAll() { self = KeyedRows() }

    // MARK: By number

    func state(_ number: Int) -> State {
        State(rawValue: unsafe entries[number].stateAndKeyCount & 3) ?? .unknown
    }

    mutating func setState(_ number: Int, _ state: State) {
        unsafe entries[number].stateAndKeyCount = entries[number].stateAndKeyCount & ~3 | state.rawValue
    }

    /// It stays where it is until all are forgotten.
    func key(_ number: Int) -> UnsafeBufferPointer<UInt8> { unsafe entries[number].key }

    /// Nil where there is no row. It stays as it is until the row is changed, or all are forgotten.
    func value(_ number: Int) -> UnsafeBufferPointer<UInt8>? {
        let entry = unsafe entries[number]
        guard unsafe entry.valueCount >= 0 else { return nil }
        return unsafe UnsafeBufferPointer(start: entry.value, count: Int(entry.valueCount))
    }

    /// - Parameter value: nil for no row.
    mutating func set(_ number: Int, _ value: Span<UInt8>?) {
        guard let value else {
            unsafe entries[number].valueCount = -1
            return
        }
        if unsafe value.count > entries[number].room { makeRoom(number, value.count) }
        unsafe value.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { unsafe entries[number].value.update(from: start, count: bytes.count) }
        }
        unsafe entries[number].valueCount = Int32(value.count)
    }

    private mutating func makeRoom(_ number: Int, _ count: Int) {
        let room = Self.room(for: count)
        let key = unsafe entries[number].key
        let start = unsafe arena.allocate(key.count + room)
        if let old = key.baseAddress { unsafe start.update(from: old, count: key.count) }
        unsafe entries[number].start = start
        unsafe entries[number].room = Int32(room)
    }

    /// A little more: numbers grow.
    private static func room(for count: Int) -> Int { count == 0 ? 0 : (count + 7) & ~3 }

    // MARK: In order

    private struct SortKey {
        /// The key's first bytes behind what all keys have in common, as a number that sorts as they do.
        var prefix: UInt64
        var number: Int32
    }

    /// Bytes of memory that sorting takes a row.
    static let sortingSize = MemoryLayout<SortKey>.stride + MemoryLayout<Int32>.stride

    /// Rows in the order in which SQLite keeps texts: byte by byte.
    func sorted(_ numbers: some RandomAccessCollection<Int32>) -> [Int32] {
        let common = commonCount(numbers)
        var places = numbers.map { number in
            unsafe SortKey(prefix: Self.prefix(of: entries[Int(number)].key, behind: common), number: number)
        }
        places.sort { one, other in
            if one.prefix != other.prefix { return one.prefix < other.prefix }
            return order(one.number, other.number) < 0
        }
        return places.map(\.number)
    }

    /// Below 0 where the first comes first.
    func order(_ one: Int32, _ other: Int32) -> Int {
        unsafe Self.order(entries[Int(one)].key, entries[Int(other)].key)
    }

    /// How many bytes all keys begin with.
    private func commonCount(_ numbers: some RandomAccessCollection<Int32>) -> Int {
        guard let first = numbers.first else { return 0 }
        let start = unsafe entries[Int(first)].start
        var common = unsafe entries[Int(first)].keyCount
        for number in numbers {
            let entry = unsafe entries[Int(number)]
            common = unsafe min(common, entry.keyCount)
            while common > 0, unsafe memcmp(start, entry.start, common) != 0 { common -= 1 }
        }
        return common
    }

    private static func prefix(of key: UnsafeBufferPointer<UInt8>, behind start: Int) -> UInt64 {
        var prefix: UInt64 = 0
        for index in start..<start + 8 { prefix = unsafe prefix << 8 | (index < key.count ? UInt64(key[index]) : 0) }
        return prefix
    }

    /// Below 0 where the first comes first, 0 where they are the same.
    static func order(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Int {
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
