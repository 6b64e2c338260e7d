import Foundation
import Synchronization

/// What has to go when the test process ends.
package enum Leftovers {
    private static let actions = Mutex<[@Sendable () -> Void]>([])
    private static let registered: Void = { atexit { Leftovers.clear() } }()

    /// Runs when the process ends in order, the last one first.
    package static func atExit(_ action: @escaping @Sendable () -> Void) {
        registered
        actions.withLock { $0.append(action) }
    }

    private static func clear() {
        // One by one: an action may leave something behind itself.
        while let action = actions.withLock({ $0.popLast() }) { action() }
    }

    /// A new directory, which is removed when the process ends.
    package static func temporaryDirectory(_ purpose: String = "test") throws -> String {
        // As programs say it: without links and double slashes.
        let parent = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        let path = "\(parent)/negawatt-\(purpose)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atExit { try? FileManager.default.removeItem(atPath: path) }
        return path
    }
}
