import Configuration
import Glibc
import Market

/// A file that is read whole: rules, a key, words. Any thread.
struct SmallFile: Sendable {
    /// What tells whether a file is another one: Kubernetes exchanges the link behind which it lies.
    struct Mark: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let seconds: Int
        let nanoseconds: Int
        let size: Int64
    }

    let path: String

    /// nil where there is none.
    var mark: Mark? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Mark(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec, size: Int64(status.st_size))
    }

    /// All of it, and of a larger one no more than is looked at.
    func read() throws(ConfigurationError) -> [UInt8] {
        // A FIFO that nobody writes does not hold this up.
        let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= MarketLimits.file {
            let count = unsafe Glibc.read(file, &part, part.count)
            guard count >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: part[..<count])
        }
        throw ConfigurationError("\(path) has more than \(MarketLimits.file >> 10) KiB: a file of this kind has less")
    }
}
