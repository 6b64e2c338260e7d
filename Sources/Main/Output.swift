import Glibc

/// Writes to standard output at once: what was said is there even when the process is killed.
func write(_ text: String) { write(text, to: STDOUT_FILENO) }

func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

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

extension String {
    /// For a terminal: nothing in it is obeyed, and it stays on its line.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: "·"
                    default: scalar
                    }
                }))
    }
}
