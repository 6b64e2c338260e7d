import Contracts
import Daemon
import Glibc

/// What time it is for all that runs under `Tests/Bench/clock.c`: this process, the daemons and Kafka.
struct YearClock {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Moves all clocks on to a time. They go on from there by themselves.
    /// - Throws: where the file is not the one that moves this process.
    func move(to time: Timestamp) throws {
        let file = unsafe open(path, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        var added: Int64 = 0
        guard unsafe pread(file, &added, 8, 0) == 8 else { throw fault("cannot be read") }
        added += time.milliseconds - Timestamp.current.milliseconds
        guard unsafe pwrite(file, &added, 8, 0) == 8 else { throw fault("cannot be written") }
        guard (0..<60_000).contains(Timestamp.current.milliseconds - time.milliseconds) else {
            throw fault("does not move this process: is it preloaded?")
        }
    }

    private func fault(_ what: String) -> MeasurementError { MeasurementError(description: "\(path) \(what)") }
}
