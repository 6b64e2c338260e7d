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
        try eventually("its gateways to run") {
            started = try children(of: fuzz.pid)
            return started.count == 3
        }
        fuzz.send(SIGTERM)
        #expect(try fuzz.awaitExit() == .code(128 + SIGTERM))
        for process in started { #expect(kill(process, 0) != 0, "\(process) still runs") }
    }

    private func children(of parent: pid_t) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
            let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data()
            // "pid (name) state parent …": a name may hold anything.
            let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == parent
        }
    }
}
