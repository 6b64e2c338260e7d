import Foundation
import RealKafka
import Testing

/// `negawatt notify`'s settings and `negawatt webhook-receiver` as a user has them.
@Suite(.timeLimit(.minutes(30))) struct NotifyCommandTests {
    private let directory: String

    init() throws { directory = try Leftovers.temporaryDirectory("notify") }

    private func write(_ text: String, _ name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func run(_ channels: String, _ more: [String] = []) throws -> (code: Int32?, output: String) {
        let file = try write(channels.replacing("KEY", with: write("0123456789abcdef\n", "key")), "channels.json")
        let arguments = ["notify", "--bootstrap-servers", "127.0.0.1:1", "--state-directory", directory]
        return try Negawatt.run(arguments + ["--http-port", "0", "--channels", file] + more)
    }

    private static let one = #"{"channels":[{"name":"push","url":"https://r/p","keyFile":"KEY"}]}"#

    @Test(arguments: [
        (#"{"channels":[]}"#, "names no channel"), ("{", "is not valid JSON"),
        (one.replacing("https", with: "http"), "has to be an address as https://HOST/PATH"),
        (one.replacing("r/p", with: "k@r/p"), "has to be an address as https://HOST/PATH"),
        (one.replacing("push", with: "Push"), "name"), (one.replacing("KEY", with: "/nowhere/key"), "/nowhere/key"),
        (one.replacing("KEY", with: "/dev/null"), "/dev/null has no key"),
    ]) func `channels that cannot work end the start`(_ channels: String, _ fault: String) throws {
        let (code, output) = try run(channels)
        #expect(code == 2 && output.contains(fault), "\(code ?? -1): \(output)")
    }

    @Test func `a template that names what there is not ends the start with its line`() throws {
        let templates = try write("# ours\nasked.en.text = from {begin}\n", "words.txt")
        let (code, output) = try run(Self.one, ["--templates", templates])
        #expect(code == 2 && output.contains("words.txt, line 2: there is no {begin} for asked"), "\(output)")
    }

    @Test(arguments: [
        (["--answer-link-url", "https://g/answer"], "go together: one is missing"),
        (["--answer-link-key-file", "KEYS"], "go together: one is missing"),
        (
            ["--answer-link-url", "http://g/answer", "--answer-link-key-file", "KEYS"],
            "has to be an address as https://"
        ),
        (
            ["--answer-link-url", "https://g/answer#x", "--answer-link-key-file", "KEYS"],
            "has to be an address as https://"
        ),
        (["--answer-link-url", "https://g/answer", "--answer-link-key-file", "SHORT"], "has no keys: 1 to 4 lines"),
    ]) func `links that cannot work end the start`(_ arguments: [String], _ fault: String) throws {
        let keys = try write("0123456789abcdef0123456789abcdef\n", "keys")
        let short = try write("0123456789abcdef\n", "short")
        let (code, output) = try run(
            Self.one, arguments.map { $0.replacing("KEYS", with: keys).replacing("SHORT", with: short) })
        #expect(code == 2 && output.contains(fault), "\(output)")
        #expect(!output.contains("0123456789"))
    }

    @Test func `the receiver says where it listens, and at its end what came`() throws {
        let child = try Child("negawatt", ["webhook-receiver"])
        var url = ""
        try child.wait(for: "its address") { log in
            url = log.firstMatch(of: /listening on (http:\S+)\n/).map { String($0.output.1) } ?? ""
            return !url.isEmpty
        }
        let notice = #"{"key":"k","channel":"push","to":"a","language":"ko","kind":"asked","title":"t","text":"x"}"#
        for status in ["accepted", "duplicate"] {
            let said = try Command.run("curl", ["-s", url, "-d", #"{"notices":[\#(notice)]}"#])
            #expect(said == #"{"results":[{"key":"k","status":"\#(status)"}]}"#)
        }
        child.send(SIGTERM)
        #expect(try child.awaitExit() == .code(0))
        #expect(child.log.hasSuffix("1 notices, 1 repeats by their keys, 0 refused; calls: answered=2\n"))
        let wrong = try Negawatt.run(["webhook-receiver", "--faults", "slow=2000"])
        #expect(wrong.code == 2 && wrong.output.contains("write NAME=N for some of slow, 500"))
    }
}
