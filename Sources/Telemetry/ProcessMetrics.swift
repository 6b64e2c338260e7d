import Glibc

/// What the kernel says about this process, under the names that all Prometheus clients use.
extension MetricsRegistry {
    package func addProcessMetrics() {
        counter("process_cpu_seconds_total", "User and system CPU time.") {
            ProcessStatus.now?.cpuSeconds ?? .nan
        }
        gauge("process_resident_memory_bytes", "Resident memory.") {
            ProcessStatus.now?.residentBytes ?? .nan
        }
        gauge("process_virtual_memory_bytes", "Virtual memory.") { ProcessStatus.now?.virtualBytes ?? .nan }
        gauge("process_threads", "Threads.") { ProcessStatus.now?.threads ?? .nan }
        gauge("process_open_fds", "Open file descriptors.") { openDescriptors().map { Double($0) } ?? .nan }
        gauge("process_max_fds", "Maximum number of open file descriptors.") {
            var limit = rlimit()
            return unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
                ? Double(limit.rlim_cur) : .nan
        }
        let startedAt = ProcessStatus.now.flatMap { status in bootTime().map { $0 + status.startSeconds } }
        gauge("process_start_time_seconds", "Start time of the process in seconds since 1970.").set(startedAt ?? .nan)
    }
}

/// A line of /proc/self/stat.
private struct ProcessStatus {
    let cpuSeconds: Double
    let threads: Double
    /// Since the machine was started.
    let startSeconds: Double
    let virtualBytes: Double
    let residentBytes: Double

    static var now: ProcessStatus? {
        // The second field is the program's name in parentheses and may hold anything, a parenthesis too.
        guard let text = content("/proc/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ").map { Double($0) ?? .nan }
        guard fields.count > 22 else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        return ProcessStatus(
            cpuSeconds: (fields[12] + fields[13]) / ticks, threads: fields[18], startSeconds: fields[20] / ticks,
            virtualBytes: fields[21], residentBytes: fields[22] * Double(sysconf(Int32(_SC_PAGESIZE))))
    }
}

private func bootTime() -> Double? {
    guard let text = content("/proc/stat") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("btime ") { return Double(line.dropFirst(6)) }
    return nil
}

private func openDescriptors() -> Int? {
    guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // Without ".", ".." and the descriptor that reads this.
    return count - 3
}

/// A file of the kernel's, which says only while it is read how long it is.
private func content(_ path: String) -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = unsafe fread(&part, 1, part.count, file)
        guard count > 0 else { return String(decoding: content, as: UTF8.self) }
        content += part[..<count]
    }
}
