import Glibc

/// A pipe of the kernel's.
struct Pipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        unsafe pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
    }

    func closeWriting() { close(writing) }

    /// All that is written until nobody can write any more.
    func readAll() -> String {
        defer { close(reading) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(reading, &part, part.count)
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += part[..<count]
        }
    }
}
