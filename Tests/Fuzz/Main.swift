import Daemon
import Foundation
import Threads

/// Mutated records through the four workers, and a table of what became of them.
///
///     Fuzz [--records N] [--seed S] [--workers DRWorker,...] [--era E]
///     Fuzz --adapters [--bodies N] [--seed S]
///     Fuzz --gateway PROGRAM [--requests N] [--seed S] [--from NUMBER] [--minutes M] [--lanes N]
///
/// N mutated records through each worker; without a seed it takes a fresh one. Exits with 1, and with the record, at
/// the first one that is neither decided nor refused with a reason. `--era` runs only that part of a seed. With
/// `--adapters` mutated answers and files go to all that reads a meter's readings: see `AdapterFuzz`. With `--gateway`
/// mutated requests go to gateways instead, which are processes of this program: see `GatewayFuzz`.
@main struct Main {
    private static let blackBox = "FUZZ_BLACK_BOX"

    static func main() {
        do {
            let words = Array(CommandLine.arguments.dropFirst())
            if words.first == "--gateway" { exit(fuzz(try GatewayOptions(words)) ? 0 : 1) }
            let path = ProcessInfo.processInfo.environment[blackBox]
            if words.first == "--adapters" {
                let options = try AdapterOptions(words)
                guard let path else { exit(try watch(options.words)) }
                exit(try fuzz(options, try BlackBox(path)) ? 0 : 1)
            }
            let options = try Options(words)
            guard let path else { exit(try watch(options.words)) }
            exit(try fuzz(options, try BlackBox(path)) ? 0 : 1)
        } catch {
            complain("fuzz: \(error)")
            exit(2)
        }
    }

    /// Runs this program once more, and says what it was at when it does not come to its end.
    private static func watch(_ words: [String]) throws -> Int32 {
        let path = NSTemporaryDirectory() + "negawatt-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = words
        child.environment = ProcessInfo.processInfo.environment.merging([blackBox: path]) { $1 }
        try child.run()
        child.waitUntilExit()
        guard child.terminationReason == .uncaughtSignal else { return child.terminationStatus }
        complain("signal \(child.terminationStatus) at\n  \(try BlackBox(path).text)")
        return 1
    }

    private static func fuzz(_ options: Options, _ box: BlackBox) throws -> Bool {
        tell("seed \(options.seed), \(options.records) mutated records for each worker", .standardOutput)
        var lines = [Tally.header]
        for subject in options.subjects {
            var tally = Tally()
            var number = options.era ?? 0
            var told = ContinuousClock.now
            repeat {
                var era = Era(subject: subject, seed: options.seed, number: number)
                let again = era.again
                era.witness = { box.write("\(again)\n  \($0)") }
                do { tally = tally + (try era.run()) } catch let failure as Failure {
                    complain("\(failure)")
                    return false
                }
                number += 1
                if .now - told > .seconds(5) {
                    complain("\(subject.name): \(tally.mutated) of \(options.records)")
                    told = .now
                }
            } while options.era == nil && tally.mutated < options.records
            guard tally.decisions == tally.records + tally.own else {
                complain("\(subject.name): \(tally.decisions) decisions about \(tally.records + tally.own) records")
                return false
            }
            lines.append(tally.line(subject.name))
        }
        tell(lines.joined(separator: "\n"), .standardOutput)
        return true
    }

    private static func fuzz(_ options: AdapterOptions, _ box: BlackBox) throws -> Bool {
        tell("seed \(options.seed), \(options.bodies) mutated bodies for each reader", .standardOutput)
        var fuzz = AdapterFuzz(options)
        fuzz.witness = { box.write($0) }
        let began = ContinuousClock.now
        do {
            for (name, tally) in try fuzz.run() {
                tell(
                    "\(name): \(tally.bodies) bodies, \(tally.readings) readings, \(tally.refused) refusals",
                    .standardOutput)
            }
        } catch let fault as Fault {
            complain("\(fault)")
            return false
        }
        tell("in \((ContinuousClock.now - began).components.seconds) s", .standardOutput)
        return true
    }

    private static func fuzz(_ options: GatewayOptions) -> Bool {
        // Its gateways are processes of their own: they end with it, however it is told to end.
        let (signals, told) = (Signals.block(), StopSignal())
        let ending = Thread("signals") {
            signals.wait()
            told.set()
            exit(128 + SIGTERM)
        }
        // That they have ended is no fault then.
        defer { if told.isSet { ending.join() } }
        do { try GatewayFuzz(options: options) { tell($0, .standardOutput) }.run() } catch {
            complain("\(error)")
            return false
        }
        return true
    }

    private static func complain(_ text: String) { tell(text, .standardError) }

    /// At once: what waits in a buffer goes with the process.
    private static func tell(_ text: String, _ file: FileHandle) { file.write(Data((text + "\n").utf8)) }
}
