package import Contracts
import JSON

/// Readings of a CSV file by a declared mapping: a row a reading, or a row a day.
///
/// A byte order mark, quoted fields and a spreadsheet's `="541"` are understood. A line that is wrong is refused with
/// its number, and the others count. A line has at most 64 KiB, and ends with LF or CRLF, also within quotes.
package final class CSVReadings: ReadingFile {
    package static let line = 65_536

    private let mapping: CSVMapping
    private let customer: UserID?
    private let sink: any ReadingSink
    private let days: DayCollector
    private var buffer: [UInt8] = []
    /// Whether the rest of a line is passed over that was too long.
    private var isOverlong = false
    private var number = 0
    /// Places of the columns; nil until the header has been read.
    private var places: Places?
    private var fields: [String] = []

    private struct Places {
        var customer: Int?
        var date: Int?
        var time: Int?
        var values: [Int]
        /// A row has at least so many fields.
        var count: Int
    }

    /// - Parameter customer: whose readings they are, where the mapping has no column for that.
    package init(_ mapping: CSVMapping, customer: UserID?, _ sink: any ReadingSink) {
        (self.mapping, self.customer, self.sink) = (mapping, customer, sink)
        days = DayCollector(utcOffset: mapping.utcOffset, duplicates: mapping.duplicates, sink)
    }

    package var tally: DayCollector.Tally { days.tally }

    package func take(_ bytes: Span<UInt8>) throws {
        var start = 0
        for place in bytes.indices where bytes[place] == UInt8(ascii: "\n") {
            append(bytes.extracting(start..<place))
            try endLine()
            start = place + 1
        }
        append(bytes.extracting(start...))
    }

    package func finish() throws {
        if !buffer.isEmpty || isOverlong { try endLine() }
        guard places != nil else { throw FileFault(line: number + 1, "the file ends before its header") }
        try days.finish()
    }

    private func append(_ bytes: Span<UInt8>) {
        guard !isOverlong else { return }
        guard buffer.count + bytes.count <= Self.line else {
            isOverlong = true
            buffer.removeAll(keepingCapacity: true)
            return
        }
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    }

    private func endLine() throws {
        number += 1
        defer {
            buffer.removeAll(keepingCapacity: true)
            isOverlong = false
        }
        if buffer.last == UInt8(ascii: "\r") { buffer.removeLast() }
        if number == 1 { try removeMark() }
        guard number > mapping.skippedLines else { return }
        guard !isOverlong else {
            guard places != nil else {
                throw FileFault(line: number, "the header has more than \(Self.line >> 10) KiB")
            }
            return refuse("has more than \(Self.line >> 10) KiB")
        }
        // Blank lines stand at the end of many.
        guard buffer.contains(where: { $0 > 0x20 }) else { return }
        guard let places else {
            self.places = try header()
            return
        }
        guard CSVLine.split(buffer, mapping.separator, into: &fields) else {
            return refuse(
                CSVLine.isText(buffer) ? "has a quotation mark that is not closed on the line" : "is not UTF-8")
        }
        guard fields.count >= places.count else {
            return refuse("has \(fields.count) fields: the header's columns need \(places.count)")
        }
        try row(places)
    }

    private func refuse(_ why: String) { sink.refuse(FileFault(line: number, why)) }

    /// The byte order mark of UTF-8; other encodings say what they are.
    private func removeMark() throws {
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.removeFirst(3) }
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            throw FileFault(line: 1, "the file is UTF-16: save it as UTF-8")
        }
    }

    private func header() throws(FileFault) -> Places {
        guard CSVLine.split(buffer, mapping.separator, into: &fields) else {
            throw FileFault(
                line: number,
                CSVLine.isText(buffer)
                    ? "the header has a quotation mark that is not closed"
                    : "the header is not UTF-8: of Korean text in CP949, iconv -f CP949 -t UTF-8 makes such")
        }
        let columns = mapping.columns
        var largest = 0
        func place(_ name: String) throws(FileFault) -> Int {
            let found = fields.indices.filter { fields[$0] == name }
            guard found.count == 1, let place = found.first else {
                let names = fields.prefix(20).map(\.shown).joined(separator: ", ")
                let why = found.isEmpty ? "has no column" : "has more than one column"
                throw FileFault(line: number, "the header \(why) \(name.shown); it has \(names)")
            }
            largest = max(largest, place)
            return place
        }
        var places = Places(values: [], count: 0)
        if let name = columns.customer { places.customer = try place(name) }
        if let name = columns.date { places.date = try place(name) }
        if let name = columns.time { places.time = try place(name) }
        for name in columns.values { places.values.append(try place(name)) }
        places.count = largest + 1
        return places
    }

    private func row(_ places: Places) throws {
        guard let user = user(places), let (minute, offset) = time(places) else { return }
        let power = mapping.unit.power
        for (index, place) in places.values.enumerated() {
            let tenths: Int64
            do throws(Energy.Fault) {
                tenths = try Energy.tenths(fields[place].utf8.span, power: power, comma: mapping.decimalComma)
            } catch {
                // No value yet.
                if error != .empty {
                    refuse("column \(mapping.columns.values[index].shown) is \(fields[place].shown): it \(error.words)")
                }
                continue
            }
            let start = minute + Int64(index) * 15 - offset
            try days.put(user, start: start, tenths: tenths, line: number)
        }
    }

    private func user(_ places: Places) -> UserID? {
        guard let place = places.customer else { return customer }
        if let user = UserID(checking: fields[place]), fields[place].utf8.allSatisfy({ $0 != UInt8(ascii: "\"") }),
            fields[place].unicodeScalars.allSatisfy({ $0.unprintable == nil })
        {
            return user
        }
        refuse("\(fields[place].shown) is no customer's id")
        return nil
    }

    /// When the row's first reading begins, and how far its clock is ahead of UTC; in minutes.
    private func time(_ places: Places) -> (minute: Int64, offset: Int64)? {
        let texts = [places.date, places.time].compactMap { $0.map { fields[$0] } }
        let text = texts.joined(separator: " ")
        let form = TimeText(order: mapping.order)
        guard let found = places.time == nil ? form.date(text) : form.time(text) else {
            let (what, example) = places.time == nil ? ("date", "2026-11-21") : ("time", "2026-11-21 00:15")
            refuse(
                "\(text.shown) is no \(what): write \(form.order == .ymd ? example : "it in the order of dateOrder")")
            return nil
        }
        let isDay = places.time == nil
        let start = found.minute - (mapping.label == .end && !isDay ? 15 : 0)
        guard start % 15 == 0 else {
            refuse("\(text.shown) is not at the \(mapping.label.rawValue) of a quarter hour")
            return nil
        }
        return (start, found.utcOffset ?? mapping.utcOffset)
    }
}
