import Contracts
import Glibc
import SQLite

/// A context's directory of state files, which one process holds at a time.
@safe final class StateDirectory: Sendable {
    let path: String
    private let lock: Int32

    /// A process that was killed keeps its lock until the system has taken it apart, which takes a moment.
    private static let patience = Duration.seconds(2)

    /// Makes the directory if need be, and locks it. The lock ends with the process, however that ends.
    /// - Parameter patience: how long it may take until another one lets the directory go.
    init(_ parent: String, _ context: Context, patience: Duration = patience) throws(StateError) {
        path = "\(parent)/\(context.name)"
        for directory in Self.ancestors(of: path) where unsafe mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw .notWritable(directory, Self.reason)
        }
        let file = unsafe open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .notWritable(path, Self.reason) }
        let deadline = ContinuousClock.now + patience
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard .now < deadline else {
                close(file)
                throw .locked(path)
            }
            sleep(.milliseconds(10))
        }
        lock = file
        guard unsafe access(path, W_OK) == 0 else { throw .notWritable(path, Self.reason) }
        removeUnfinished()
    }

    deinit { close(lock) }

    func file(_ partition: Int32) -> String { "\(path)/\(partition).sqlite" }

    /// The partition whose file an error is about.
    func partition(of error: SQLiteError) -> Int32? {
        guard let name = error.path?.split(separator: "/").last, let end = name.firstRange(of: ".sqlite") else {
            return nil
        }
        return Int32(name[..<end.lowerBound])
    }

    /// Whether the file can be written with what SQLite has beside it, or made where there is none.
    static func canWrite(_ path: String) -> Bool {
        var status = stat()
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard unsafe access(directory, W_OK | X_OK) == 0 else { return false }
        guard unsafe stat(path, &status) == 0 else { return true }
        guard status.st_mode & S_IFMT == S_IFREG else { return false }
        return ["", "-wal", "-shm"].allSatisfy { suffix in
            unsafe access(path + suffix, F_OK) != 0 || access(path + suffix, R_OK | W_OK) == 0
        }
    }

    /// The bytes of a shard's files; 0 if there are none.
    func size(_ partition: Int32) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return unsafe stat(file(partition) + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }

    /// What a restore that was killed has left, also of partitions that will not come again.
    private func removeUnfinished() {
        guard let place = MemoryLayout<dirent>.offset(of: \.d_name), let handle = unsafe opendir(path) else { return }
        defer { unsafe closedir(handle) }
        while let entry = unsafe readdir(handle) {
            // By its address: an entry is as long as its name, not as long as its type.
            let name = unsafe String(cString: (UnsafeRawPointer(entry) + place).assumingMemoryBound(to: CChar.self))
            if name.hasSuffix(ShardFile.buildingSuffix) { unsafe _ = unlink("\(path)/\(name)") }
        }
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
