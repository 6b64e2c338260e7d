import Glibc
import JSON

/// Writes to standard output at once: what was said is there even when the process is killed.
func write(_ text: String) { write(text, to: STDOUT_FILENO) }

/// What is wrong, for a person at a terminal: names and ids in it may be anybody's.
func writeError(_ text: String) { write(text.printableLines, to: STDERR_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let count = unsafe Glibc.write(descriptor, start + done, bytes.count - done)
            // Nobody reads it any more.
            guard count > 0 || errno == EINTR else { return }
            done += max(count, 0)
        }
    }
}
