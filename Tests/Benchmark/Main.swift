import Glibc

/// The peers' work as a process of its own, and what measures daemons: see `scripts/bench`.
@main struct Main {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            if let measurement = Measurement.all.first(where: { $0.name == words.first }) {
                try measurement.run(Arguments(words.dropFirst()))
            } else if words.count == 6, let interval = Int(words[5]) {
                try Peer.run(words, commitInterval: .milliseconds(interval))
            } else {
                throw UsageError()
            }
        } catch is UsageError {
            complain("usage: " + ([Peer.usage] + Measurement.all.map(\.usage)).joined(separator: "\n       "))
            exit(2)
        } catch {
            complain("\(error)")
            exit(1)
        }
    }
}

struct UsageError: Error {}

/// `stderr` is a variable, which the language takes for shared state; its descriptor is not.
func complain(_ text: String) { write("benchmark: \(text)\n", to: STDERR_FILENO) }

/// One figure, for a script to read.
func say(_ name: String, _ value: some CustomStringConvertible) { write("\(name) \(value)\n", to: STDOUT_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
    unsafe text.utf8.span.withUnsafeBytes { unsafe _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
}
