import Foundation
import Glibc

extension RealKafka {
    /// A Kafka of its own on free ports, for a test that stops it. It ends with the test process, however that ends.
    package final class Broker: Sendable {
        package let bootstrapServers: String
        private let directory: String

        /// - Parameter brokers: with three, everything is kept three times.
        package init(brokers: Int = 1) throws {
            let directory = try Leftovers.temporaryDirectory("kafka")
            self.directory = directory
            Leftovers.atExit { Self.destroy(directory) }
            let owner = String(ProcessInfo.processInfo.processIdentifier)
            let output = try Self.run("start", directory, ["--brokers", String(brokers), "--owner", owner])
            bootstrapServers = output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        deinit { Self.destroy(directory) }

        /// kill -9. The data stay.
        package func kill() throws { try _ = Self.run("kill", directory) }

        /// SIGSTOP to each node: connections stay, and nobody answers.
        package func freeze() throws { try signal(SIGSTOP) }
        package func thaw() throws { try signal(SIGCONT) }

        private func signal(_ number: Int32) throws {
            for node in try FileManager.default.contentsOfDirectory(atPath: directory) where node.hasPrefix("node-") {
                let text = try String(contentsOfFile: "\(directory)/\(node)/pid", encoding: .utf8)
                guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
                    Glibc.kill(pid, number) == 0
                else { throw Trouble("\(node) does not run") }
            }
        }

        /// In order, which takes seconds.
        package func stop() throws { try _ = Self.run("stop", directory) }

        /// Starts it again with its data and its ports, and waits until it serves.
        package func restart() throws { try _ = Self.run("restart", directory) }

        private static func destroy(_ directory: String) {
            try? _ = run("kill", directory)
            try? FileManager.default.removeItem(atPath: directory)
        }

        private static func run(_ verb: String, _ directory: String, _ options: [String] = []) throws -> String {
            try Command.run(
                packageRoot + "/scripts/broker", [verb, directory] + options, environment: ["KAFKA_HOME": home],
                timeout: .seconds(120))
        }
    }
}
