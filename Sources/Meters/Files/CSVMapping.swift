import Baselines
import JSON
package import Market

/// How a utility's CSV files are to be read: declared, and not guessed. A small JSON file says so.
package struct CSVMapping: Hashable, Sendable {
    /// Which end of its interval a time names.
    package enum Label: String, CaseIterable, Sendable {
        case start
        case end
    }

    /// Names of columns, as the header has them.
    package struct Columns: Hashable, Sendable {
        /// nil where the file is of one customer, whom the caller names.
        var customer: String?
        /// A date, where it has a column of its own; of a day in a row the only one.
        var date: String?
        /// nil where a row is a day.
        var time: String?
        /// One, or of a day in a row 96, from its first quarter hour on.
        var values: [String]
    }

    package static let bytes = 65_536
    private static let members = 400
    /// In characters, of a column's name.
    private static let name = 100

    let separator: UInt8
    let decimalComma: Bool
    /// Minutes that the file's clock is ahead of UTC.
    let utcOffset: Int64
    let label: Label
    let unit: EnergyUnit
    let order: TimeText.Order
    /// Lines before the header.
    let skippedLines: Int
    let duplicates: DayCollector.Duplicates
    let columns: Columns

    /// Whether each row names its customer.
    package var namesCustomers: Bool { columns.customer != nil }

    /// - Throws: all that is wrong with it, each with its line and field.
    package init(_ text: [UInt8]) throws(MarketFaults) {
        let faults = FaultList(isStrict: true)
        guard let mapping = Self.read(text, faults), faults.isEmpty else { throw faults.faults }
        self = mapping
    }

    private static let known = [
        "about", "separator", "decimalComma", "timeZone", "label", "unit", "intervalMin", "dateOrder", "skipLines",
        "duplicates", "columns",
    ]

    private static func read(_ text: [UInt8], _ faults: FaultList) -> CSVMapping? {
        let document: JSONDocument
        do throws(JSONDocument.Fault) { document = try JSONDocument(text, members: members) } catch {
            faults.add(error.line, "", error.reason.rawValue)
            return nil
        }
        guard let object = MarketObject(document, document.root, "", known, faults) else { return nil }
        _ = object.text("about", atMost: 2000)
        for name in ["timeZone", "label", "unit", "intervalMin", "columns"] { _ = object.required(name) }
        checkInterval(object)
        let columns = object["columns"].flatMap { Columns(document, $0, faults) }
        guard let label = object.choice("label", Label.self), let unit = object.choice("unit", EnergyUnit.self),
            let offset = offset(object), let columns
        else { return nil }
        return CSVMapping(
            separator: separator(object), decimalComma: object.flag("decimalComma") ?? false, utcOffset: offset,
            label: label, unit: unit, order: object.choice("dateOrder", TimeText.Order.self) ?? .ymd,
            skippedLines: Int(object.number("skipLines", in: 0...1000) ?? 0),
            duplicates: object.choice("duplicates", DayCollector.Duplicates.self) ?? .refuse, columns: columns)
    }

    /// A reading of an hour cannot be told apart from one of a quarter in what `kepco` reads, and would be four times
    /// as large.
    private static func checkInterval(_ object: MarketObject) {
        guard let node = object["intervalMin"], object.document.integer(node) != 15 else { return }
        object.complain(
            "intervalMin",
            "is \(object.shown(node)): write 15; readings of other intervals are not taken, since kepco.readings has those of quarter hours"
        )
    }

    private static func separator(_ object: MarketObject) -> UInt8 {
        guard let node = object["separator"] else { return UInt8(ascii: ",") }
        if case .text(let text) = node.value, [",", ";", "\t", "|"].contains(text), let byte = text.utf8.first {
            return byte
        }
        object.complain("separator", #"is \#(object.shown(node)): write ",", ";", "|" or "\t""#)
        return UInt8(ascii: ",")
    }

    private static func offset(_ object: MarketObject) -> Int64? {
        guard let node = object["timeZone"] else { return nil }
        if case .text(let text) = node.value, text.utf8.count == 6, text.utf8.first != UInt8(ascii: "Z"),
            let offset = TimeText(order: .ymd).time("2000-01-01 00:00\(text)")?.utcOffset
        {
            return offset
        }
        object.complain(
            "timeZone", #"is \#(object.shown(node)): write an offset from UTC of whole quarter hours, as "+09:00""#)
        return nil
    }

    private init(
        separator: UInt8, decimalComma: Bool, utcOffset: Int64, label: Label, unit: EnergyUnit, order: TimeText.Order,
        skippedLines: Int, duplicates: DayCollector.Duplicates, columns: Columns
    ) {
        (self.separator, self.decimalComma, self.utcOffset) = (separator, decimalComma, utcOffset)
        (self.label, self.unit, self.order, self.skippedLines) = (label, unit, order, skippedLines)
        (self.duplicates, self.columns) = (duplicates, columns)
    }
}

extension CSVMapping.Columns {
    /// nil, with faults, where they are none.
    fileprivate init?(_ document: JSONDocument, _ node: JSONDocument.Node, _ faults: FaultList) {
        let known = ["customer", "date", "time", "value", "values"]
        guard let object = MarketObject(document, node, "columns", known, faults) else { return nil }
        customer = object.text("customer", atMost: 100)
        (date, time) = (object.text("date", atMost: 100), object.text("time", atMost: 100))
        if object["values"] != nil {
            if object["value"] != nil || time != nil {
                object.complain("values", "says that a row is a day: \"value\" and \"time\" do not go with it")
            }
            if date == nil { _ = object.required("date") }
            values = object.elements("values", atMost: MeterDay.quarters).compactMap { node, place in
                if case .text(let text) = node.value, !text.isEmpty, text.utf8.count <= 400 { return text }
                faults.add(node.line, place, "is no name of a column")
                return nil
            }
            if values.count != MeterDay.quarters {
                object.complain("values", "has \(values.count) columns: a day has 96 quarter hours")
            }
            if Set(values).count != values.count { object.complain("values", "has a column twice") }
        } else {
            values = object.required("value").flatMap { _ in object.text("value", atMost: 100) }.map { [$0] } ?? []
            if time == nil { _ = object.required("time") }
        }
    }
}
