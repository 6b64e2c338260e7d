import Foundation
import Synchronization

/// A real Kafka for tests: one broker a test process, started when the first test asks for it.
///
///     @Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct FencingTests {
///         @Test func …() throws {
///             let kafka = try RealKafka.shared()
///             let topic = RealKafka.uniqueTopic()
package enum RealKafka {
    /// Where the jars are: `KAFKA_HOME`, or else `../shared/kafka` beside the package.
    package static let home: String =
        ProcessInfo.processInfo.environment["KAFKA_HOME"] ?? packageRoot + "/../shared/kafka"

    /// The directory that holds `Package.swift`.
    package static let packageRoot: String = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Why tests on a real Kafka cannot run; nil if they can.
    package static let unavailableReason: String? = {
        let jars = (try? FileManager.default.contentsOfDirectory(atPath: home + "/libs")) ?? []
        guard jars.contains(where: { $0.hasPrefix("kafka-server-") && $0.hasSuffix(".jar") }) else {
            return "no Kafka in \(home)/libs (set KAFKA_HOME to an unpacked Kafka)"
        }
        for program in ["java", "python3", "kcat"] where Command.find(program) == nil {
            return "\(program) is not installed"
        }
        return nil
    }()

    /// For `.enabled(if:)`. Says loudly, once, that tests are left out.
    package static let isAvailable: Bool = {
        guard let reason = unavailableReason else { return true }
        let line = String(repeating: "*", count: 78)
        let text = "\(line)\n*** TESTS ON A REAL KAFKA ARE LEFT OUT: \(reason)\n\(line)\n"
        FileHandle.standardError.write(Data(text.utf8))
        return false
    }()

    private static let one = Mutex<Result<Broker, any Error>?>(nil)

    /// The broker that all tests of this process share: each with topics and groups of its own. Nobody stops it.
    package static func shared() throws -> Broker {
        try one.withLock { one in
            if one == nil { one = Result { try Broker() } }
            return try one!.get()
        }
    }

    private static let count = Atomic<Int>(0)

    /// A name that nobody else has on this machine, for a topic, a group or a `transactional.id`.
    package static func uniqueName(_ purpose: String = "test") -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return "\(purpose).\(ProcessInfo.processInfo.processIdentifier).\(number)"
    }

    package static func uniqueTopic(_ purpose: String = "topic") -> String { uniqueName(purpose) }
}

/// What a helper of the tests could not do.
package struct Trouble: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
