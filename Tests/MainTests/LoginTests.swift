import Foundation
import Glibc
import Kafka
import RealKafka
import Testing

private enum SecureKafka {
    static let broker = "\(RealKafka.home)/broker"
    static let isAvailable =
        RealKafka.isAvailable && FileManager.default.isExecutableFile(atPath: broker) && Command.find("openssl") != nil
}

/// Daemons on a Kafka that lets nobody in without TLS and a login, with the rights of their context: by each kind of
/// login.
@Suite(.enabled(if: SecureKafka.isAvailable), .timeLimit(.minutes(30))) struct LoginTests {
    @Test func `each kind of login works or is refused with what to do`() throws {
        let (directory, first) = (try Leftovers.temporaryDirectory("secure"), try Self.freePorts())
        Leftovers.atExit { _ = try? Command.run(SecureKafka.broker, ["kill", "\(directory)/kafka"]) }
        let script = RealKafka.packageRoot + "/helm/tests/secure-kafka"
        try Command.run(script, [SecureKafka.broker, directory, "127.0.0.1", "\(first)"], timeout: .seconds(900))
        let place = Place(directory: directory, port: first)
        let created = try place.run("PLAIN", as: "topics", ["topics", "create", "--partitions", "2"])
        #expect(created.code == 0, "\(created.output)")

        let plain = ["PLAIN": nil as String?]
        let scram = LibraryVersion.current < LibraryVersion(2, 6, 1) ? "repeats its nonce" : nil
        let tokens =
            LibraryVersion.features.split(separator: ",").contains("oidc") ? nil : "cannot fetch tokens from a server"
        let kinds = plain.merging(["SCRAM-SHA-256": scram, "SCRAM-SHA-512": scram, "OAUTHBEARER": tokens]) { $1 }
        for (kind, refusal) in kinds.sorted(by: { $0.key < $1.key }) {
            guard let refusal else {
                try work(kind, place)
                continue
            }
            // Before anything is asked of Kafka: as for any other setting that cannot work.
            let (code, output) = try place.run(kind, as: "user", ["user", "--state-directory", "\(directory)/none"])
            #expect(code == 2 && output.contains(refusal), "\(kind): \(output)")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/none"))
        }
    }

    /// A daemon that has logged in does all that it has to do.
    private func work(_ kind: String, _ place: Place) throws {
        let daemon = try RunningDaemon(
            "user", place.servers, "\(place.directory)/\(kind)", ["--config", place.settings(kind, "user")])
        try daemon.awaitReady()
        _ = try Command.kcat(
            ["-P", "-b", place.open, "-t", "user.commands", "-k", kind],
            input: #"{"eventType":"RegisterUser","id":"\#(kind)","name":"Kim","capacity":8000}"#)
        try eventually("an event", log: daemon.child.log) {
            try Command.kcat(["-C", "-b", place.open, "-t", "user.events", "-o", "beginning", "-e", "-q"])
                .contains("\"\(kind)\"")
        }
        #expect(try daemon.stop().exit == .code(0))
        #expect(!daemon.child.log.contains("user-password"))
    }

    private struct Place {
        let directory: String
        let port: Int
        var open: String { "127.0.0.1:\(port)" }
        var servers: String { "127.0.0.1:\(port + 1)" }

        func run(_ kind: String, as user: String, _ arguments: [String]) throws -> (code: Int32?, output: String) {
            try Negawatt.run(arguments + ["--bootstrap-servers", servers, "--config", settings(kind, user)])
        }

        /// A file that only its owner reads.
        func settings(_ kind: String, _ user: String) throws -> String {
            let login =
                kind == "OAUTHBEARER"
                ? [
                    "oauthbearer.method=oidc", "oauthbearer.client.id=\(user)",
                    "oauthbearer.client.secret=\(user)-password",
                    "oauthbearer.token.endpoint.url=http://127.0.0.1:\(port + 3)/token",
                ] : ["username=\(user)", "password=\(user)-password"]
            let lines =
                ["security.protocol=SASL_SSL", "ssl.ca.location=\(directory)/ca.crt", "sasl.mechanism=\(kind)"]
                + login.map { "sasl.\($0)" }
            let path = "\(directory)/\(user)-\(kind).properties"
            let bytes = Data(lines.map { "kafka.\($0)\n" }.joined().utf8)
            _ = FileManager.default.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600])
            return path
        }
    }

    /// The first of four that are free, below those that the system gives away by itself.
    private static func freePorts() throws -> Int {
        let own = Int(ProcessInfo.processInfo.processIdentifier)
        for block in 0..<500 {
            let first = 11_000 + (own + block) % 500 * 4
            if (first..<first + 4).allSatisfy(isFree) { return first }
        }
        throw Trouble("no four ports are free")
    }

    private static func isFree(_ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(file, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
