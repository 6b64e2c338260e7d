package import Glibc

/// Files and directories that belong to the user of this process and are nobody else's to read: they hold customers.
package enum OwnFile {
    /// What is there, and may be used.
    package enum Kind {
        case file, directory

        fileprivate var type: mode_t { self == .file ? S_IFREG : S_IFDIR }
        fileprivate var mode: mode_t { self == .file ? 0o600 : 0o700 }
        fileprivate var name: String { self == .file ? "file" : "directory" }
    }

    /// Whether something is there. If others may read or write it, that ends here.
    /// - Parameter narrowed: is told the mode that it had.
    /// - Throws: when it is a link, something else or somebody else's: what is in it may be made to look like ours.
    package static func check(
        _ path: String, _ kind: Kind = .file, narrowed: (mode_t) -> Void = { _ in }
    ) throws(StateError) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT != S_IFLNK else { throw .link(path) }
        guard status.st_mode & S_IFMT == kind.type else { throw .otherKind(path, kind.name) }
        guard status.st_uid == geteuid() else {
            throw .foreign(path, in: kind == .file ? directory(of: path) : path, owner: status.st_uid)
        }
        let mode = status.st_mode & 0o7777
        let wanted = kind == .file ? kind.mode : mode & 0o7000 | kind.mode
        guard mode != wanted else { return true }
        // A file system without modes of its own keeps what it has.
        if unsafe chmod(path, wanted) == 0, mode & 0o077 != 0 { narrowed(mode & 0o777) }
        return true
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// Makes an empty file, whatever the umask. Does nothing where that fails: who opens it says why.
    package static func make(_ path: String) {
        let file = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, Kind.file.mode)
        guard file >= 0 else { return }
        fchmod(file, Kind.file.mode)
        close(file)
    }

    /// The same for a directory.
    /// - Returns: whether it is there.
    static func makeDirectory(_ path: String) -> Bool {
        guard unsafe mkdir(path, Kind.directory.mode) == 0 else { return errno == EEXIST }
        // Not what the umask has left of it.
        return unsafe chmod(path, Kind.directory.mode) == 0
    }

    /// Whether a directory is where another file system begins: its owner is the volume's then.
    static func isMountPoint(_ path: String, in parent: String) -> Bool {
        var (own, above) = (stat(), stat())
        guard unsafe lstat(path, &own) == 0, unsafe stat(parent, &above) == 0 else { return false }
        return own.st_mode & S_IFMT == S_IFDIR && own.st_dev != above.st_dev
    }
}
