import Foundation
import RealKafka
import Testing

@testable import HTTP

/// What needs no Kafka.
@Suite(.timeLimit(.minutes(30))) struct ExecutableTests {
    @Test(
        arguments: [
            ([], 2, "Usage: negawatt COMMAND"),
            (["--help"], 0, "Usage: negawatt COMMAND"),
            (["help"], 0, "Usage: negawatt COMMAND"),
            (["help", "topics", "create"], 0, "Usage: negawatt topics create"),
            (["help", "usr"], 2, "did you mean user?"),
            (["health", "--help"], 0, "the daemon's --http-port"),
            (["--version"], 0, "negawatt 0."),
            (["topics", "list"], 0, "kepco.readings"),
            (["completion", "bash"], 0, "complete -F _negawatt negawatt"),
            (["completion", "fish"], 2, "SHELL cannot be \"fish\""),
            (["usr"], 2, "negawatt: unknown command usr; did you mean user?\nTry: negawatt --help"),
            (["user", "--instnce", "1"], 2, "did you mean --instance?\nTry: negawatt user --help"),
            (["user"], 2, "negawatt user: --bootstrap-servers HOST:PORT is missing"),
            (
                ["user", "--bootstrap-servers", "a:1", "--http-port", "x"], 2,
                "--http-port is \"x\" and must be a whole number"
            ),
            (
                ["user", "--bootstrap-servers", "a:1", "--kafka", "no.such=1"], 2,
                "No such configuration property: \"no.such\""
            ),
            (["user", "--config", "/no/such/file"], 2, "/no/such/file cannot be read: No such file or directory"),
            (
                ["state", "user", "--state-directory", "/no/such"], 1,
                "there are no state files of user in /no/such/user"
            ),
            (["health", "--http-port", "1"], 1, "nothing listens on port 1 of 127.0.0.1"),
            (
                ["deadletters", "list", "user", "--bootstrap-servers", "a:1", "--offset", "3"], 2,
                "--offset needs --partition"
            ),
        ] as [([String], Int32, String)])
    func `a command ends with the code and the words that fit`(_ arguments: [String], _ code: Int32, _ text: String)
        throws
    {
        let (found, output) = try Negawatt.run(arguments)
        #expect(found == code)
        #expect(output.contains(text), "\(output)")
    }

    /// The first line is the version alone, by which scripts/sbom knows it.
    @Test func `the version says what it runs with`() throws {
        let lines = try Negawatt.succeed(["--version"]).split(separator: "\n")
        try #require(lines.count == 7)
        #expect(lines[0].wholeMatch(of: /negawatt \d+\.\d+\.\d+/) != nil)
        #expect(lines[1].wholeMatch(of: /librdkafka \d+\.\d+\.\d+ \(([a-z0-9_]+,)+[a-z0-9_]+\)/) != nil, "\(lines[1])")
        #expect(lines[1].contains("ssl,"))
        #expect(lines[2].wholeMatch(of: /SQLite 3\.\d+\.\d+/) != nil)
        #expect(lines[3].wholeMatch(of: /libmicrohttpd \d+\.\d+\.\d+/) != nil)
        #expect(lines[4].wholeMatch(of: /OpenSSL 3\.\d+\.\d+/) != nil)
        #expect(lines[5].wholeMatch(of: /libcurl \d+\.\d+\.\d+/) != nil)
        #expect(lines[6].wholeMatch(of: /Expat \d+\.\d+\.\d+/) != nil)

        // A daemon says the same in its first line and as a metric.
        let words = lines.map { $0.split(separator: " ") }
        let features = lines[1].drop { $0 != "(" }.dropFirst().dropLast()
        let daemon = try RunningDaemon("kepco", "127.0.0.1:1", Leftovers.temporaryDirectory("state"))
        let port = try daemon.port()
        let log = daemon.child.log.prefix { $0 != "\n" } + " "
        let metrics = try Command.run("curl", ["-s", "http://127.0.0.1:\(port)/metrics"])
        let build = try #require(metrics.split(separator: "\n").first { $0.hasPrefix("negawatt_build_info{") })
        for (name, value) in [
            ("version", words[0][1]), ("librdkafka", words[1][1]), ("sqlite", words[2][1]),
            ("libmicrohttpd", words[3][1]), ("openssl", words[4][1]), ("libcurl", words[5][1]), ("expat", words[6][1]),
        ] {
            #expect(log.contains(" \(name)=\(value) "), "\(log)")
            #expect(build.contains("\(name)=\"\(value)\""), "\(build)")
        }
        #expect(log.contains(" librdkafka.features=\(features) "), "\(log)")
        #expect(build.contains("librdkafka_features=\"\(features)\""), "\(build)")
        daemon.child.end()
    }

    @Test func `the environment and the file it names are read`() throws {
        let path = try Leftovers.temporaryDirectory("config") + "/negawatt.properties"
        try "# ours\nstate-directory = /from/the/file\n".write(toFile: path, atomically: true, encoding: .utf8)
        let file: [String: String?] = ["NEGAWATT_CONFIG": path]
        #expect(try Negawatt.run(["state", "dr"], environment: file).output.contains("in /from/the/file/dr"))
        let both: [String: String?] = ["NEGAWATT_CONFIG": path, "NEGAWATT_STATE_DIRECTORY": "/from/env"]
        #expect(try Negawatt.run(["state", "dr"], environment: both).output.contains("in /from/env/dr"))
        let unknown = try Negawatt.run(["state", "dr"], environment: ["NEGAWATT_STATE_DIRECTRY": "x"])
        #expect(unknown.code == 2)
        #expect(unknown.output.contains("did you mean NEGAWATT_STATE_DIRECTORY?"))
    }

    @Test func `a directory that cannot be written is refused`() throws {
        // Below a file: root could write into any directory.
        let path = try Leftovers.temporaryDirectory("state") + "/file"
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        let daemon = try RunningDaemon("user", "127.0.0.1:1", path)
        #expect(try daemon.child.awaitExit() == .code(78))
        #expect(daemon.child.log.contains("\(path)/user cannot be written: Not a directory; give a --state-directory"))
    }

    @Test func `a second daemon on a directory is refused, and the first continues`() throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let first = try RunningDaemon("user", "127.0.0.1:1", directory)
        _ = try first.port()
        let second = try RunningDaemon("user", "127.0.0.1:1", directory)
        #expect(try second.child.awaitExit() == .code(78))
        #expect(second.child.log.contains("\(directory)/user is in use by another daemon"))
        #expect(try first.health("/livez").code == 0)
        #expect(try first.stop().exit == .code(0))
    }

    @Test func `a port that is taken is a failure that names it`() throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let first = try RunningDaemon("user", "127.0.0.1:1", directory + "/a")
        let port = try first.port()
        let (code, output) = try Negawatt.run([
            "user", "--bootstrap-servers", "127.0.0.1:1", "--state-directory", directory + "/b", "--http-port", port,
            "--http-address", "127.0.0.1",
        ])
        #expect(code == 1)
        #expect(output.contains("port \(port) of 127.0.0.1 is in use"), "\(output)")
        first.child.end()
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a daemon that waits for Kafka obeys a signal`(_ signal: Int32) throws {
        let daemon = try RunningDaemon("kepco", "127.0.0.1:1", Leftovers.temporaryDirectory("state"))
        #expect(try daemon.health().code == 1)
        try daemon.child.wait(for: "a word on it") { $0.contains("Kafka cannot be reached") }
        daemon.child.send(signal)
        #expect(try daemon.child.awaitExit(within: Patience.promised) == .code(0))
        #expect(daemon.child.log.contains("msg=stopped"), "\(daemon.child.log)")
    }

    @Test func `a second signal ends a daemon at once`() throws {
        // A Kafka that takes a connection and says nothing: to wait for its answer takes seconds.
        let kafka = try ListeningSocket(address: "127.0.0.1", port: 0)
        let daemon = try RunningDaemon("kepco", "127.0.0.1:\(kafka.port)", Leftovers.temporaryDirectory("state"))
        var asked = pollfd(fd: kafka.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&asked, 1, 30_000) == 1)
        let start = ContinuousClock.now
        daemon.child.send(SIGTERM)
        // Two signals that come together are one.
        while daemon.child.exitStatus == nil, ContinuousClock.now - start < Patience.promised {
            usleep(100_000)
            daemon.child.send(SIGTERM)
        }
        #expect(daemon.child.exitStatus == .code(0))
        #expect(daemon.child.log.contains("stopped at once"), "\(daemon.child.log)")
    }
}
