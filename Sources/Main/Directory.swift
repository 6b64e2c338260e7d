import Daemon
import Glibc

/// Directories that come and go.
enum Directory {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// A new one for this run.
    static func makeTemporary() throws(Failure) -> String {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var path = Array("\(parent)/negawatt-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&path) != nil else {
            throw Failure(
                description: "cannot create a directory in \(parent): \(systemReason()); give a --state-directory")
        }
        return String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Takes it away with all that is in it, links and not what they lead to. What cannot be removed stays.
    static func remove(_ path: String) {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in DirectoryListing.names(in: path) { remove("\(path)/\(name)") }
        }
        unsafe _ = Glibc.remove(path)
    }
}
