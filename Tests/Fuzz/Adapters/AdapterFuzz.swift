import Baselines
import Chance
import Contracts
import Foundation
import JSON
import Market
import Meters

/// Mutated answers and files for all that reads a meter's readings of others: each is decided, or refused with a
/// reason, in bounded memory.
struct AdapterFuzz {
    /// More than all of it takes, with what tests have about it.
    static let megabytes = 400

    /// What became of the bodies.
    struct Tally {
        var bodies = 0
        var readings = 0
        var refused = 0
    }

    let options: AdapterOptions
    /// Sees each body before it is read.
    var witness: (String) -> Void = { _ in }
    private let mutator = Mutator()
    private let examples = AdapterExamples()

    init(_ options: AdapterOptions) { self.options = options }

    /// Throws at the first thing that must not be.
    func run() throws -> [(name: String, tally: Tally)] {
        var tallies: [(name: String, tally: Tally)] = []
        for (place, reader) in Self.readers.enumerated() {
            var random = SeededGenerator(options.seed, UInt64(place))
            var tally = Tally()
            while tally.bodies < options.bodies {
                var body = examples.make(reader.name, &random)
                let dice = Int.random(in: 0..<20, using: &random)
                if dice > 0 { mutator.mutateBytes(&body, &random) }
                if dice == 1 { examples.enlarge(&body, &random) }
                witness("\(reader.name) \(Data(body.prefix(4_000_000)).base64EncodedString())")
                do { try reader.read(body, &tally, &random) } catch {
                    throw Fault("\(reader.name): \(error): \(String(decoding: body.prefix(5000), as: UTF8.self))")
                }
                tally.bodies += 1
                if tally.bodies.isMultiple(of: 10_000) { try Self.checkMemory() }
            }
            tallies.append((reader.name, tally))
        }
        return tallies
    }

    private struct Reader: Sendable {
        let name: String
        let read: @Sendable ([UInt8], inout Tally, inout SeededGenerator) throws -> Void
    }

    private static let readers = [
        Reader(name: "kepco", read: readKepco),
        Reader(name: "csv") { body, tally, random in
            let mapping = try CSVMapping(Array(AdapterExamples.mapping.utf8))
            let sink = CheckedSink()
            try read(body, CSVReadings(mapping, customer: nil, sink), sink, &tally, &random)
        },
        Reader(name: "green-button") { body, tally, random in
            let sink = CheckedSink()
            try read(body, GreenButton(customer: UserID(text: "u-1"), sink), sink, &tally, &random)
        },
        Reader(name: "mapping") { body, tally, _ in
            do throws(MarketFaults) { _ = try CSVMapping(body) } catch {
                tally.refused += 1
                for fault in error.list { try CheckedSink.check("\(fault)") }
            }
        },
    ]

    private static func readKepco(_ body: [UInt8], _ tally: inout Tally, _ random: inout SeededGenerator) throws {
        let zeros = KepcoAdapter.Zeros.allCases.randomElement(using: &random) ?? .readings
        let question = MeterQuestion(
            customer: UserID(text: "u-1"), account: AdapterExamples.account, day: AdapterExamples.day)
        let answer = MeterAnswer(status: 200, retryAfter: nil, body: body)
        switch KepcoAdapter(url: "https://x/", zeros: zeros).outcome(of: answer, to: question) {
        case .day(let day, let faults):
            guard day.count > 0, let readings = day.readings(utcOffset: 540) else {
                throw Fault("a day without readings")
            }
            try CheckedSink.check(readings)
            if let words = faults.first { try CheckedSink.check(words.printable) }
            tally.readings += day.count
        // The utility's own words are hidden in part before they are made printable: whoever shows them does both.
        case .noDataYet(let words), .retry(let words, _), .refuse(let words, _):
            try CheckedSink.check(words.printable)
            tally.refused += 1
        }
    }

    private static func read(
        _ body: [UInt8], _ file: some ReadingFile, _ sink: CheckedSink, _ tally: inout Tally,
        _ random: inout SeededGenerator
    ) throws {
        var rest = body[...]
        do {
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...max(1, body.count), using: &random))
                rest = rest.dropFirst(piece.count)
                try file.take(Array(piece).span)
            }
            try file.finish()
        } catch let fault as FileFault { sink.refuse(fault) }
        if let fault = sink.fault { throw fault }
        tally.readings += sink.readings
        tally.refused += sink.refused
    }

    private static func checkMemory() throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let text = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = text.split(separator: " ").compactMap({ Int($0) }).first
        else { return }
        if kilobytes >> 10 > megabytes { throw Fault("\(kilobytes >> 10) MiB of memory") }
    }
}

/// Holds what is read against the contract of `kepco.readings`, and reasons against what a log line may have.
final class CheckedSink: ReadingSink {
    private(set) var readings = 0
    private(set) var refused = 0
    private(set) var fault: Fault?

    func take(_ readings: MeterReadings) throws {
        do { try Self.check(readings) } catch { fault = fault ?? Fault("\(error)") }
        self.readings += readings.tenths.count { $0 != nil }
    }

    func refuse(_ fault: FileFault) {
        do { try Self.check("\(fault)") } catch { self.fault = self.fault ?? Fault("\(error)") }
        refused += 1
    }

    static func check(_ readings: MeterReadings) throws {
        var json = JSONWriter()
        json.message(readings, at: Timestamp(milliseconds: 1_795_251_600_000))
        var reader = JSONReader()
        let again = try MeterReadings(reader.fields(of: json.bytes, members: Limits.outsiders.members))
        guard again.user == readings.user, again.startsAt == readings.startsAt, again.tenths == readings.tenths,
            readings.startsAt.milliseconds % 900_000 == 0, json.count <= Limits.outsiders.bytes
        else { throw Fault("\(readings) is read back as \(again)") }
    }

    static func check(_ words: String) throws {
        if words.isEmpty || words.utf8.count > 2000 { throw Fault("a reason of \(words.utf8.count) bytes") }
        if let hidden = words.unicodeScalars.first(where: { $0.unprintable != nil }) {
            throw Fault("a reason with \(hidden.codePoint): \(words)")
        }
    }
}
