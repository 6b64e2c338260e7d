/// Memory that is given out in pieces and freed as a whole.
@safe struct ByteArena: ~Copyable {
    private static let blockSize = 1 << 18

    private var blocks: [UnsafeMutablePointer<UInt8>] = unsafe []
    private var free: UnsafeMutablePointer<UInt8>?
    private var freeCount = 0
    private(set) var size = 0

    mutating func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let start = unsafe free, count <= freeCount {
            unsafe free = start + count
            freeCount -= count
            return unsafe start
        }
        // What is large gets a block of its own, and the open one goes on.
        let isLarge = count > Self.blockSize / 4
        let capacity = isLarge ? count : Self.blockSize
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe blocks.append(block)
        size += capacity
        if !isLarge { unsafe (free, freeCount) = (block + count, capacity - count) }
        return unsafe block
    }

    deinit { for index in unsafe blocks.indices { unsafe blocks[index].deallocate() } }
}
