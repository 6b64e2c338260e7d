import Glibc
import RealKafka
import Testing

/// The helpers that tests of daemons stand on.
@Suite(.timeLimit(.minutes(30))) struct ChildTests {
    private let shell = "/bin/sh"

    @Test func `its log can be waited for and its end too`() throws {
        let child = try Child(
            shell, ["-c", "echo ready; read line; echo $line $NAME; exit 3"],
            environment: ["NAME": "x", "HOME": nil], input: Array("go\n".utf8))
        try child.wait(for: "the line") { $0.contains("go x") }
        #expect(try child.awaitExit() == .code(3))
        #expect(child.log == "ready\ngo x\n")
    }

    @Test func `a child that ends before it says so is not waited for`() throws {
        let child = try Child(shell, ["-c", "echo broken >&2"])
        let error = #expect(throws: Trouble.self) { try child.wait(for: "what never comes") { $0.contains("never") } }
        #expect(error?.description.contains("broken") == true)
    }

    @Test func `signals reach it`() throws {
        let child = try Child("/bin/sleep", ["100"])
        child.send(SIGSTOP)
        try eventually("the child to stand still") { try state(of: child.pid) == "T" }
        child.send(SIGCONT)
        try eventually("the child to go on") { try state(of: child.pid) == "S" }
        #expect(throws: Trouble.self) { try child.awaitExit(within: .milliseconds(50)) }
        child.send(SIGTERM)
        #expect(try child.awaitExit() == .signal(SIGTERM))
    }

    private func state(of pid: pid_t) throws -> String {
        try Command.run("cut", ["-d", " ", "-f", "3", "/proc/\(pid)/stat"]).trimmingSuffix(while: \.isNewline)
            .description
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
