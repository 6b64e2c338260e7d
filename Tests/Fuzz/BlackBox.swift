import Glibc

/// What was worked on last, in a file that outlives the process: when it traps, its parent reads it.
@safe final class BlackBox {
    private static let size = 8 << 20
    private let memory: UnsafeMutableRawPointer

    /// Opens the file, or makes it.
    init(_ path: String) throws {
        let file = unsafe open(path, O_RDWR | O_CREAT, 0o600)
        guard file >= 0, ftruncate(file, off_t(Self.size)) == 0,
            let memory = unsafe mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
            unsafe memory != MAP_FAILED
        else { throw Fault("\(path) cannot be mapped: \(errno)") }
        close(file)
        unsafe self.memory = memory
    }

    deinit { unsafe munmap(memory, Self.size) }

    func write(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.size - 8))
        // Shorter than it is while it is being written.
        unsafe memory.storeBytes(of: 0, as: Int.self)
        unsafe bytes.withUnsafeBytes { unsafe (memory + 8).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        unsafe memory.storeBytes(of: bytes.count, as: Int.self)
    }

    var text: String {
        let count = unsafe min(max(memory.load(as: Int.self), 0), Self.size - 8)
        return unsafe String(decoding: UnsafeRawBufferPointer(start: memory + 8, count: count), as: UTF8.self)
    }
}
