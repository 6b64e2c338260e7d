package import Contracts
import JSON
import Time
import XML

/// Readings of a Green Button file: ESPI's XML in an Atom feed, as North American utilities hand it to their customers.
///
/// Taken are readings of quarter hours, of electricity that was delivered, in Wh. A block of others is refused as a
/// whole, with its line and reason. What is known of a file while it is read is bounded: `entries` of each kind,
/// `links` of each entry.
package final class GreenButton: ReadingFile, XMLStream.Listener {
    private static let entries = 1000
    private static let links = 100

    /// What the readings of a block are; texts as the file has them.
    private struct ReadingType {
        var fields: [String: String] = [:]
    }

    /// Which `ReadingType` belongs to which blocks.
    private struct MeterReading {
        let href: String
        let related: [String]
    }

    /// What its links say of an entry of the feed.
    private struct Entry {
        var href = ""
        var up = ""
        var related: [String] = []
    }

    private enum Block {
        case none
        /// Its readings are 10 to this power tenths of a Wh each, and of so many seconds unless they say otherwise.
        case readings(power: Int, seconds: String?)
        case refused
    }

    private struct Reading {
        var (start, seconds, value) = (nil as String?, nil as String?, nil as String?)
    }

    private let customer: UserID
    private let sink: any ReadingSink
    private let days: DayCollector
    private var stream: XMLStream?
    private var entry = Entry()
    private var type: ReadingType?
    private var types: [(href: String, type: ReadingType)] = []
    private var meterReadings: [MeterReading] = []
    private var isMeterReading = false
    private var block = Block.none
    private var reading: Reading?
    private var isInPeriod = false
    private var isGreenButton = false
    private var thrown: (any Error)?

    /// - Parameter customer: whose readings they are: a file names nobody by an id that is ours.
    package init(customer: UserID, _ sink: any ReadingSink) throws(FileFault) {
        (self.customer, self.sink) = (customer, sink)
        // By which days they are put together makes no difference for what they say.
        days = DayCollector(utcOffset: 0, sink)
        do throws(XMLFault) { stream = try XMLStream(self) } catch { throw FileFault(line: 1, error.words) }
    }

    package var tally: DayCollector.Tally { days.tally }

    package func take(_ bytes: Span<UInt8>) throws { try take(bytes, isLast: false) }

    package func finish() throws {
        try take([UInt8]().span, isLast: true)
        guard isGreenButton else {
            throw FileFault(line: 1, "the file is XML without an IntervalBlock: no Green Button file")
        }
        try days.finish()
    }

    private func take(_ bytes: Span<UInt8>, isLast: Bool) throws {
        do throws(XMLFault) { try stream?.take(bytes, isLast: isLast) } catch {
            // What stands before the place where a file breaks off counts.
            if thrown == nil { try days.finish() }
            throw thrown ?? FileFault(line: error.line, error.words)
        }
        if let thrown { throw thrown }
    }

    // MARK: What the file says

    package var hasEnough: Bool { thrown != nil }

    package func begins(_ name: String, _ attributes: [String: String], line: Int) {
        switch name {
        case "entry": (entry, isMeterReading) = (Entry(), false)
        case "link": link(attributes["rel"] ?? "", attributes["href"] ?? "")
        case "ReadingType": type = ReadingType()
        case "MeterReading": isMeterReading = true
        case "IntervalBlock":
            isGreenButton = true
            block = begin(line)
        case "IntervalReading": reading = Reading()
        case "timePeriod": isInPeriod = true
        default: break
        }
    }

    package func ends(_ name: String, text: String, line: Int) {
        switch name {
        case "entry": endEntry(line)
        case "ReadingType": keep(line)
        case "IntervalBlock": block = .none
        case "timePeriod": isInPeriod = false
        case "start": if isInPeriod { reading?.start = text.filled }
        case "duration": if isInPeriod { reading?.seconds = text.filled }
        case "value": reading?.value = text.filled
        case "IntervalReading":
            if let reading { take(reading, line) }
            reading = nil
        default: if let text = text.filled, text.utf8.count <= 40 { type?.fields[name] = text }
        }
    }

    private func link(_ relation: String, _ href: String) {
        guard href.utf8.count <= 1000 else { return }
        switch relation {
        case "self": entry.href = href
        case "up": entry.up = href
        case "related": if entry.related.count < Self.links { entry.related.append(href) }
        default: break
        }
    }

    private func keep(_ line: Int) {
        guard let type else { return }
        self.type = nil
        guard types.count < Self.entries else { return end(line, "more than \(Self.entries) ReadingTypes") }
        types.append((entry.href, type))
    }

    private func endEntry(_ line: Int) {
        // Links may stand behind the content.
        if let last = types.indices.last, types[last].href.isEmpty { types[last].href = entry.href }
        guard isMeterReading else { return }
        guard meterReadings.count < Self.entries else { return end(line, "more than \(Self.entries) MeterReadings") }
        meterReadings.append(MeterReading(href: entry.href, related: entry.related))
    }

    private func end(_ line: Int, _ why: String) {
        if thrown == nil { thrown = FileFault(line: line, why) }
    }

    // MARK: Blocks

    private func begin(_ line: Int) -> Block {
        guard let type = typeOfBlock() else {
            return refuse(line, "the block's ReadingType does not stand before it, or it is not clear which one it is")
        }
        let fields = type.fields
        if let kind = fields["commodity"], !["0", "1"].contains(kind) {
            return refuse(line, "the block's readings are not of electricity (commodity \(kind.shown))")
        }
        if let unit = fields["uom"], unit != "72" {
            return refuse(line, "the block's readings are not in Wh (uom \(unit.shown) instead of 72)")
        }
        if let direction = fields["flowDirection"], !["0", "1"].contains(direction) {
            return refuse(line, "the block's readings are not of what was delivered (flowDirection \(direction.shown))")
        }
        if let behaviour = fields["accumulationBehaviour"], !["0", "4"].contains(behaviour) {
            return refuse(
                line, "the block's readings are not of each interval (accumulationBehaviour \(behaviour.shown))")
        }
        guard let multiplier = Int(fields["powerOfTenMultiplier"] ?? "0"), (-12...12).contains(multiplier) else {
            return refuse(line, "powerOfTenMultiplier is \((fields["powerOfTenMultiplier"] ?? "").shown)")
        }
        if let seconds = fields["intervalLength"], seconds != "900" { return refuse(line, Self.interval(seconds)) }
        return .readings(power: multiplier + EnergyUnit.wattHours.power, seconds: fields["intervalLength"])
    }

    private static func interval(_ seconds: String) -> String {
        "readings of \(seconds.prefixShown) s are not taken: kepco.readings has those of quarter hours, 900 s"
    }

    private func refuse(_ line: Int, _ why: String) -> Block {
        sink.refuse(FileFault(line: line, why))
        return .refused
    }

    /// That of the meter reading whose blocks lie where this one lies; else the only one there is.
    private func typeOfBlock() -> ReadingType? {
        let own = meterReadings.last { meter in
            guard !meter.href.isEmpty else { return false }
            return [entry.up, entry.href].contains { $0.hasPrefix(meter.href + "/") }
                || !entry.up.isEmpty && meter.related.contains(entry.up)
        }
        if let own, let found = types.last(where: { !$0.href.isEmpty && own.related.contains($0.href) }) {
            return found.type
        }
        return types.count == 1 ? types[0].type : nil
    }

    private func take(_ reading: Reading, _ line: Int) {
        guard thrown == nil, case .readings(let power, let usual) = block else { return }
        func refuse(_ why: String) { sink.refuse(FileFault(line: line, why)) }
        guard let seconds = reading.seconds ?? usual else { return refuse("a reading without a duration") }
        guard seconds == "900" else { return refuse(Self.interval(seconds)) }
        guard let start = reading.start.flatMap({ Int64($0) }), Self.range.contains(start),
            start % 900 == 0
        else {
            return refuse("\((reading.start ?? "").shown) is not the start of a quarter hour, in seconds since 1970")
        }
        guard let value = reading.value else { return }
        do throws(Energy.Fault) {
            let tenths = try Energy.tenths(value.utf8.span, power: power)
            do { try days.put(customer, start: start / 60, tenths: tenths, line: line) } catch { thrown = error }
        } catch { refuse("\(value.shown) \(error.words)") }
    }

    /// Of times that are taken, in seconds.
    private static let range: ClosedRange<Int64> =
        ISO8601.bounds.lowerBound / 1000...ISO8601.bounds.upperBound / 1000
}

extension String {
    /// Without blanks about it; nil where nothing is left.
    fileprivate var filled: String? {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.isBlank }),
            let last = scalars.lastIndex(where: { !$0.isBlank })
        else { return nil }
        return String(scalars[first...last])
    }
}
