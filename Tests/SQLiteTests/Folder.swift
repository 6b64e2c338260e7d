import Glibc

/// A directory of a test's own, which goes with it.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/negawatt-sqlite-XXXXXX".utf8CString)
        path = unsafe String(cString: mkdtemp(&template))
    }

    deinit {
        unsafe chmod(path, 0o755)
        for name in names { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    var names: [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ name: String, _ content: [UInt8]) {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
        unsafe fwrite(content, 1, content.count, file)
        unsafe fclose(file)
    }

    func read(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen("\(path)/\(name)", "r") else { return [] }
        defer { unsafe fclose(file) }
        var content = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&content, 1, content.count, file)
        return Array(content[..<count])
    }
}

/// Runs `body` as someone who is not root, on this thread only: root may write everywhere.
func asNobody<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard geteuid() == 0 else { return try body() }
    // Not in the Glibc module.
    typealias SetID = @convention(c) (uid_t) -> Int32
    let setID = unsafe unsafeBitCast(dlsym(nil, "setfsuid"), to: SetID.self)
    _ = setID(65534)
    defer { _ = setID(0) }
    return try body()
}
