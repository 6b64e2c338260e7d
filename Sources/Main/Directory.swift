import Glibc

/// Directories, without Foundation.
enum Directory {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// What is in it, in no order; nothing if it is not there.
    static func names(in path: String) -> [String] {
        guard let handle = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// A new one for this run.
    static func makeTemporary() throws(Failure) -> String {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var path = Array("\(parent)/negawatt-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&path) != nil else {
            throw Failure(
                description: "no directory can be made in \(parent): \(systemReason()); give a --state-directory")
        }
        return String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Takes it away with all that is in it, links and not what they lead to. What cannot be removed stays.
    static func remove(_ path: String) {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { remove("\(path)/\(name)") }
        }
        unsafe _ = Glibc.remove(path)
    }
}
