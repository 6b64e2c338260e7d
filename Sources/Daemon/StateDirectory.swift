import Contracts
import Glibc

/// A context's directory of state files, which one process holds at a time.
@safe final class StateDirectory: Sendable {
    let path: String
    private let lock: Int32

    /// Makes the directory if need be, and locks it. The lock ends with the process, however that ends.
    init(_ parent: String, _ context: Context) throws(StateError) {
        path = "\(parent)/\(context.name)"
        for directory in Self.ancestors(of: path) where unsafe mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw .notWritable(directory, Self.reason)
        }
        let file = unsafe open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .notWritable(path, Self.reason) }
        guard Self.takeLock(file) else {
            close(file)
            throw .locked(path)
        }
        lock = file
        guard unsafe access(path, W_OK) == 0 else { throw .notWritable(path, Self.reason) }
    }

    deinit { close(lock) }

    func file(_ partition: Int32) -> String { "\(path)/\(partition).sqlite" }

    /// The bytes of a shard's files; 0 if there are none.
    func size(_ partition: Int32) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return unsafe stat(file(partition) + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }

    /// A process that was killed may take a moment to go, and holds the lock until then.
    private static func takeLock(_ file: Int32) -> Bool {
        let deadline = ContinuousClock.now + .seconds(2)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, .now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }

    /// The path and all above it, the topmost first.
    private static func ancestors(of path: String) -> [String] {
        var ancestors: [String] = []
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            ancestors.append(String(path[..<slash]))
            end = slash
        }
        return ancestors + [path]
    }
}
