import Foundation
import Glibc
import RealKafka
import Testing

/// The program that fuzzes gateways, as it is run by hand.
@Suite(.timeLimit(.minutes(30))) struct GatewayFuzzTests {
    @Test func `told to end it leaves no process behind`() throws {
        let negawatt = "\(Child.directoryOfExecutables)/negawatt"
        let fuzz = try Child("Fuzz", ["--gateway", negawatt, "--requests", "1000000000", "--lanes", "2"])
        var started: [pid_t] = []
        // The contexts and two gateways.
        try eventually("its gateways to run", every: .milliseconds(50)) {
            started = try children(of: fuzz.pid)
            return started.count == 3
        }
        fuzz.send(SIGTERM)
        #expect(try fuzz.awaitExit() == .code(128 + SIGTERM))
        for process in started { try eventually("\(process) to have ended") { isOver(process) } }
    }

    /// Whoever takes in orphans may be late in asking what has become of them.
    private func isOver(_ process: pid_t) -> Bool {
        guard let state = stat(of: process).first else { return true }
        return state == "Z"
    }

    private func children(of parent: pid_t) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
            let fields = stat(of: process)
            return fields.count > 1 && pid_t(fields[1]) == parent
        }
    }

    /// Its state, its parent and more; nothing of a process that is not there.
    private func stat(of process: pid_t) -> [Substring] {
        let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data()
        // "pid (name) state parent …": a name may hold anything.
        return String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    }
}
