import Glibc

/// What another process has used so far, as the kernel says.
struct ProcessUsage {
    let cpu: Duration
    let residentBytes: Int
    /// Since it was started.
    let age: Duration

    /// nil when there is no such process.
    init?(_ process: Int) {
        // The second field is the program's name in parentheses and may hold anything, a parenthesis too.
        guard let text = Self.line("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ").map { Int($0) ?? 0 }
        guard fields.count > 22 else { return nil }
        let tick = Duration.seconds(1) / sysconf(Int32(_SC_CLK_TCK))
        var now = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &now)
        cpu = tick * (fields[12] + fields[13])
        age = .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec) - tick * fields[20]
        residentBytes = fields[22] * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func line(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var milliseconds: Double { seconds * 1000 }
    /// To a tenth of a millisecond, for people.
    var rounded: Double { (seconds * 10_000).rounded() / 10 }
}
