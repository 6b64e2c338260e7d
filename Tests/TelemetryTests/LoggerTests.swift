import Glibc
import TelemetryTesting
import Testing
import Threads

@testable import Telemetry

@Suite struct LoggerTests {
    @Test func `lines below the level are not written and their fields not made`() {
        let memory = MemoryLog()
        let log = Logger(level: .warning, sink: memory)
        var made = 0
        func field() -> Int {
            made += 1
            return made
        }
        log.debug("a", ["n": field()])
        log.info("b", ["n": field()])
        #expect(made == 0)
        log.warning("c", ["n": field()])
        log.error("d", ["n": field()])
        #expect(memory.lines.map { $0.message } == ["c", "d"])
        #expect(memory.lines.map { $0["n"] } == ["1", "2"])
        #expect(memory.lines("d").map { $0.level } == [.error])
        #expect(!log.isOn(.info) && log.isOn(.warning))
    }

    @Test func `fields of the context come first`() {
        let memory = MemoryLog()
        let log = Logger(sink: memory, context: ["context": "dr"]).with(["partition": 3])
        log.info("m", ["offset": 7])
        #expect(
            memory.lines.first?.fields.list.map { "\($0.key)=\($0.value)" } == [
                "context=dr", "partition=3", "offset=7",
            ])
        #expect(memory.lines.first?["user"] == nil)
    }

    @Test func `lines of several threads do not mix`() {
        let pipe = Pipe()
        let sink = FileLog(.logfmt, descriptor: pipe.writing)
        let long = String(repeating: "x", count: 10_000)
        let threads = (0..<4).map { number in
            Thread("test") {
                for line in 0..<100 { Logger(sink: sink).info("m", ["n": number, "l": line, "x": long]) }
            }
        }
        let closing = Thread("test") {
            for thread in threads { thread.join() }
            pipe.closeWriting()
        }
        var seen: [String: Int] = [:]
        for line in pipe.readAll().split(separator: "\n") {
            let fields = line.split(separator: " ")
            #expect(fields.count == 6 && fields[1] == "level=info" && fields[5] == "x=\(long)")
            guard fields.count == 6 else { break }
            // Each thread's lines are all there, in order.
            #expect(fields[4] == "l=\(seen[String(fields[3]), default: 0])")
            seen[String(fields[3]), default: 0] += 1
        }
        closing.join()
        #expect(seen == ["n=0": 100, "n=1": 100, "n=2": 100, "n=3": 100])
        #expect(sink.lostLines == 0)
    }

    @Test func `a line that cannot be written is counted`() throws {
        let full = unsafe open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let sink = FileLog(.json, descriptor: full)
        for _ in 0..<3 { Logger(sink: sink).info("m") }
        #expect(sink.lostLines == 3)
    }
}
