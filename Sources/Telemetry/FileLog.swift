import Glibc
import Synchronization
import Time

/// Writes log lines to a file descriptor, each with one call, so that those of several threads do not mix. A line that
/// cannot be written is lost and counted: a full disk or a closed pipe must not stop the work that is logged. Whoever
/// writes to a pipe ignores SIGPIPE.
package final class FileLog: LogSink {
    private let descriptor: Int32
    private let format: LogFormat
    /// Held while a line is written: a long one may take several calls.
    private let lost = Mutex(0)

    /// The descriptor stays the caller's, open for as long as this is used.
    package init(_ format: LogFormat = .logfmt, descriptor: Int32 = STDOUT_FILENO) {
        self.format = format
        self.descriptor = descriptor
    }

    /// How many lines could not be written.
    package var lostLines: Int { lost.withLock { $0 } }

    package func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        let line = format.line(SystemClock.milliseconds, level, message, fields)
        lost.withLock { lost in if !writeAll(line) { lost += 1 } }
    }

    private func writeAll(_ line: [UInt8]) -> Bool {
        unsafe line.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count, let start = bytes.baseAddress {
                let count = unsafe Glibc.write(descriptor, start + done, bytes.count - done)
                if count > 0 {
                    done += count
                } else if count == 0 {
                    return false
                } else if errno == EAGAIN {
                    // Someone made a pipe non-blocking: its reader has a second.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard unsafe poll(&waiting, 1, 1000) > 0 else { return false }
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
