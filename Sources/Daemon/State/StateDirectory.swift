package import Contracts
import Glibc
import SQLite
package import Telemetry
import Threads

/// A context's directory of state files, which one process holds at a time, and which nobody but its user can read.
@safe package final class StateDirectory: Sendable {
    package let path: String
    private let lock: Int32

    /// Makes the directory if need be, and locks it. The lock ends with the process, however that ends.
    /// - Parameters:
    ///   - timeout: how long it may take until another one lets the directory go: a process that was killed keeps its
    ///     lock until the system has taken it apart.
    ///   - log: is told once which modes were too wide and have been narrowed.
    package init(
        _ parent: String, _ context: Context, timeout: Duration = .seconds(2), log: Logger? = nil
    ) throws(StateError) {
        for directory in Self.ancestors(of: parent) where unsafe mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw .notWritable(directory, Self.reason)
        }
        // Where the directory lies may be reached by links; from here on nothing is one.
        guard let real = unsafe realpath(parent, nil) else { throw .notWritable(parent, Self.reason) }
        defer { unsafe free(real) }
        let parent = unsafe String(cString: real)
        let path = "\(parent == "/" ? "" : parent)/\(context.name)"
        self.path = path
        guard OwnFile.makeDirectory(path) else { throw .notWritable(path, Self.reason) }
        var narrowed: [(path: String, mode: mode_t)] = []
        if !OwnFile.isMountPoint(path, in: parent) {
            guard try OwnFile.check(path, .directory, narrowed: { narrowed.append((path, $0)) }) else {
                throw .notWritable(path, Self.reason)
            }
        }
        let lockPath = "\(path)/lock"
        if try !OwnFile.check(lockPath, narrowed: { narrowed.append((lockPath, $0)) }) { OwnFile.make(lockPath) }
        lock = try Self.lock(lockPath, of: path, timeout)
        guard unsafe access(path, W_OK) == 0 else { throw .notWritable(path, Self.reason) }
        removeUnfinished()
        for name in DirectoryListing.names(in: path) where name.contains(".sqlite") {
            let file = "\(path)/\(name)"
            _ = try OwnFile.check(file, narrowed: { narrowed.append((file, $0)) })
        }
        if let first = narrowed.first {
            log?.info(
                "others could read the state: its file modes have been restricted",
                [
                    "files": narrowed.count, "first": first.path, "mode.before": String(first.mode, radix: 8),
                    "mode": first.path == path ? "700" : "600",
                ])
        }
    }

    deinit { close(lock) }

    /// - Returns: the lock's file, open.
    private static func lock(_ path: String, of directory: String, _ timeout: Duration) throws(StateError) -> Int32 {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .notWritable(directory, reason) }
        let deadline = ContinuousClock.now + timeout
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard .now < deadline else {
                close(file)
                throw .locked(directory)
            }
            sleep(.milliseconds(10))
        }
        return file
    }

    func file(_ partition: Int32) -> String { "\(path)/\(partition).sqlite" }

    /// The partition whose file an error is about.
    static func partition(of error: SQLiteError) -> Int32? {
        guard let name = error.path?.split(separator: "/").last, let end = name.firstRange(of: ".sqlite") else {
            return nil
        }
        return Int32(name[..<end.lowerBound])
    }

    /// Whether the file can be written with what SQLite has beside it, or made where there is none.
    package static func canWrite(_ path: String) -> Bool {
        var status = stat()
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard unsafe access(directory, W_OK | X_OK) == 0 else { return false }
        guard unsafe lstat(path, &status) == 0 else { return true }
        guard status.st_mode & S_IFMT == S_IFREG else { return false }
        return DatabaseFiles.all.allSatisfy { suffix in
            unsafe access(path + suffix, F_OK) != 0 || access(path + suffix, R_OK | W_OK) == 0
        }
    }

    /// The bytes of a shard's files; 0 if there are none.
    func size(_ partition: Int32) -> Int64 { DatabaseFiles.bytes(of: file(partition)) }

    /// What a restore that was killed has left, also of partitions that will not come again.
    private func removeUnfinished() {
        for name in DirectoryListing.names(in: path) where name.hasSuffix(ShardFile.buildingSuffix) {
            unsafe _ = unlink("\(path)/\(name)")
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
