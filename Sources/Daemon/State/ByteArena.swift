/// Memory that is given out in pieces and freed as a whole.
@safe struct ByteArena: ~Copyable {
    /// The first block is small, since many tables have few rows; each further one is twice as large, up to a limit.
    private static let (firstSize, lastSize) = (1 << 12, 1 << 18)

    private var blocks: [UnsafeMutablePointer<UInt8>] = unsafe []
    private var free: UnsafeMutablePointer<UInt8>?
    private var freeCount = 0
    private var blockSize = firstSize
    private(set) var size = 0

    mutating func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let start = unsafe free, count <= freeCount {
            unsafe free = start + count
            freeCount -= count
            return unsafe start
        }
        // What is large gets a block of its own, and the open one goes on.
        let isLarge = count > blockSize / 4
        let capacity = isLarge ? count : blockSize
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe blocks.append(block)
        size += capacity
        if !isLarge {
            unsafe (free, freeCount) = (block + count, capacity - count)
            blockSize = min(blockSize * 2, Self.lastSize)
        }
        return unsafe block
    }

    deinit { for index in unsafe blocks.indices { unsafe blocks[index].deallocate() } }
}
