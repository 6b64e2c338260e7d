import Glibc

/// Shows progress on a descriptor: a line that is written over and over on a terminal, else a line now and then.
package final class ProgressLine: Progress {
    private let descriptor: Int32
    private let isTerminal: Bool
    private let interval: Duration
    private var shown = ContinuousClock.now
    private var hasLine = false

    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        interval = isTerminal ? .milliseconds(100) : .seconds(5)
    }

    package func show(_ stage: Stage, done: Int, of count: Int) { show("\(stage.title): \(done) of \(count)") }

    /// What is true for a moment: not each of them is shown.
    package func show(_ text: @autoclosure () -> String) {
        guard ContinuousClock.now - shown >= interval else { return }
        shown = .now
        line(text(), isLast: false)
    }

    package func end(_ stage: Stage, _ count: Int, took: Duration) {
        shown = .now
        line("\(stage.title): \(count), \(took.secondsText)", isLast: true)
    }

    /// Takes off what is shown for a moment: something else follows.
    package func clear() {
        guard hasLine else { return }
        hasLine = false
        put("\r\u{1B}[K")
    }

    package func note(_ text: String) { line(text, isLast: true) }

    private func line(_ text: String, isLast: Bool) {
        let start = hasLine ? "\r\u{1B}[K" : ""
        hasLine = isTerminal && !isLast
        put(start + text + (hasLine ? "" : "\n"))
    }

    private func put(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            // Progress that nobody can see is no reason to stop.
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
