import Glibc

/// What is in a directory, without Foundation.
package enum DirectoryListing {
    /// The names, in no order; none if the directory is not there.
    package static func names(in path: String) -> [String] {
        guard let place = MemoryLayout<dirent>.offset(of: \.d_name), let handle = unsafe opendir(path) else {
            return []
        }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            // By its address: an entry is as long as its name, not as long as its type.
            let name = unsafe String(cString: (UnsafeRawPointer(entry) + place).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
