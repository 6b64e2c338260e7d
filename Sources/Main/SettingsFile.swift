import Configuration
import Glibc
import Kafka

/// The file that `--config` names.
enum SettingsFile {
    /// What no file of settings has.
    private static let limit = 1_048_576

    /// Reads it, and says on standard error if others can read a secret in it.
    static func read(_ path: String) throws(ConfigurationError) -> ConfigurationFile {
        // A FIFO that nobody writes does not hold this up.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw ConfigurationError("\(path) cannot be read: \(systemReason())")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError("\(path) is \(kind(status.st_mode)), not a settings file")
        }
        guard status.st_size <= limit else { throw tooLarge(path) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        // One that is written meanwhile, or that does not tell its size.
        while bytes.count <= limit {
            let count = unsafe Glibc.read(descriptor, &part, part.count)
            guard count >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
        }
        guard bytes.count <= limit else { throw tooLarge(path) }
        let file = try ConfigurationFile(bytes: bytes, path: path)
        if let warning = warning(file, path, status) { writeError("negawatt: warning: \(warning)\n") }
        return file
    }

    private static func tooLarge(_ path: String) -> ConfigurationError {
        ConfigurationError("\(path) is larger than 1 MiB, too large for a settings file")
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a directory"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    /// Who owns the file should be alone with it; what someone else has given to this user's group is theirs to share.
    private static func warning(_ file: ConfigurationFile, _ path: String, _ status: stat) -> String? {
        let isOwn = status.st_uid == geteuid()
        let others = status.st_mode & (isOwn ? 0o077 : 0o007)
        guard others != 0, let secret = file.lines.first(where: { isSecret($0.key) }) else { return nil }
        let mode = String(status.st_mode & 0o777, radix: 8)
        return
            "\(path) holds \(secret.key) and can be read by others (mode \(mode)): chmod \(isOwn ? "600" : "o-rwx") \(path)"
    }

    private static func isSecret(_ key: String) -> Bool { key.hasPrefix("kafka.") && Secrets.isSecret(key) }
}
