import Foundation
import Glibc
import RealKafka
import Testing

@testable import Main

/// `--config` files that are something else, and secrets where others can read them; with the real executable.
@Suite(.timeLimit(.minutes(30))) struct SettingsFileTests {
    private static let secret = "c2VjcmV0LXRva2Vu"
    let directory: String
    init() throws { directory = try Leftovers.temporaryDirectory("settings") }

    private func run(_ path: String, _ more: [String] = []) throws -> (code: Int32?, output: String) {
        try Negawatt.run(["health", "--config", path] + more)
    }

    private func file(_ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let path = directory + "/negawatt.properties"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        unsafe chmod(path, mode)
        return path
    }

    @Test(arguments: [
        ("-----BEGIN PRIVATE KEY-----\n\(secret)\n-----END PRIVATE KEY-----\n", "holds a key or a certificate"),
        ("{\"password\": \"\(secret)\"}", "looks like JSON"), ("[\(secret)]", "looks like JSON"),
        ("# comment\n\npassword: \(secret)\n", "looks like YAML"), ("---\npassword: \(secret)", "looks like YAML"),
        ("kafka:\n  sasl.password=\(secret)", "looks like YAML"), ("<a>\(secret)</a>", "looks like XML"),
        ("\(secret)\n", "negawatt.properties:1: this line is not KEY=VALUE"),
        ("\(secret)==\n", "negawatt.properties:1: the text before the = is not the key"),
        ("\(secret)=1\n\(secret)=1\n", "negawatt.properties:2: this key is already set at"),
        ("\u{7F}ELF\0\(secret)", "is not a text file"), ("http-port=1\0\(secret)", "is not a text file"),
    ])
    func `what is not a settings file is refused without a word of it`(_ text: String, _ reason: String) throws {
        let (code, output) = try run(file(Array(text.utf8)))
        #expect(code == 2)
        #expect(output.contains(reason), "\(output)")
        #expect(!output.contains(Self.secret), "\(output)")
    }

    @Test func `bytes that are no UTF-8 are refused`() throws {
        let (code, output) = try run(file([0x68, 0xFF, 0xFE, 0x3D]))
        #expect(code == 2 && output.contains("is not a text file"), "\(output)")
    }

    @Test func `what Windows writes is taken`() throws {
        let text = "\u{FEFF}http-address=127.0.0.1\r\nhttp-port=1\r\n"
        let (code, output) = try run(file(Array(text.utf8)))
        #expect(code == 1 && output.contains("nothing listens on port 1"), "\(output)")
    }

    @Test(arguments: [
        ("/dev/zero", "is a device"), ("/", "is a directory"), ("FIFO", "is a pipe"), ("/nowhere", "No such"),
    ])
    func `what is no file at all is said at once`(_ path: String, _ reason: String) throws {
        let path = path == "FIFO" ? directory + "/fifo" : path
        unsafe mkfifo(directory + "/fifo", 0o600)
        let start = ContinuousClock.now
        let (code, output) = try run(path)
        #expect(code == 2 && output.contains(reason), "\(output)")
        #expect(.now - start < Patience.promised)
    }

    @Test func `a file may have 1 MiB`() throws {
        let line = "# " + String(repeating: "x", count: 1021) + "\n"
        let most = String(repeating: line, count: 1024)
        #expect(try run(file(Array(most.utf8))).code == 1)
        let (code, output) = try run(file(Array((most + "#").utf8)))
        #expect(code == 2 && output.contains("is larger than 1 MiB"), "\(output)")
    }

    @Test func `a secret that others can read is warned of`() throws {
        let text = Array("kafka.sasl.password=\(Self.secret)\nkafka.sasl.username=a\n".utf8)
        for (mode, isWarned) in [(0o600, false), (0o640, true), (0o644, true), (0o604, true)] as [(mode_t, Bool)] {
            let (_, output) = try run(file(text, mode: mode))
            let warning =
                "warning: \(directory)/negawatt.properties holds kafka.sasl.password and can be read by others"
            #expect(output.contains(warning) == isWarned, "\(output)")
            #expect(output.contains("chmod 600 \(directory)/negawatt.properties") == isWarned, "\(output)")
            #expect(!output.contains(Self.secret))
        }
        #expect(try !run(file(Array("kafka.sasl.username=a\n".utf8), mode: 0o644)).output.contains("warning"))
    }

    @Test func `a secret on the command line is warned of`() throws {
        let words = ["topics", "verify", "--bootstrap-servers", "127.0.0.1:1", "--kafka"]
        let (code, output) = try Negawatt.run(words + ["sasl.password=\(Self.secret)"])
        #expect(code == 2)
        #expect(output.contains("warning: --kafka sasl.password=… shows a secret"), "\(output)")
        #expect(output.contains("NEGAWATT_KAFKA_SASL_PASSWORD") && !output.contains(Self.secret), "\(output)")
        #expect(try !Negawatt.run(words + ["client.id=x", "--kafka", "security.protocol=x"]).output.contains("secret"))
    }

    @Test(arguments: [
        (
            ["security.protocol=SASL_SSL", "sasl.username=a"],
            "security.protocol is SASL_SSL, but sasl.mechanism is missing"
        ),
        (["sasl.username=a"], "sasl.username is set, but security.protocol is not set"),
    ])
    func `properties that cannot work together end a command before it begins`(_ given: [String], _ text: String) throws
    {
        let words = ["user", "--bootstrap-servers", "127.0.0.1:1", "--state-directory", directory + "/state"]
        let (code, output) = try Negawatt.run(words + given.flatMap { ["--kafka", $0] })
        #expect(code == 2 && output.contains(text), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
    }
}
