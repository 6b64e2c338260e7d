/// A line of CSV, as RFC 4180 and spreadsheets have it.
enum CSVLine {
    /// Sets `fields` to the line's fields, without quotes and blanks about them.
    /// - Returns: false where a quotation mark is not closed, or the line is no UTF-8.
    static func split(_ line: [UInt8], _ separator: UInt8, into fields: inout [String]) -> Bool {
        fields.removeAll(keepingCapacity: true)
        var (field, isQuoted, place): ([UInt8], Bool, Int) = ([], false, 0)
        while place < line.count {
            let byte = line[place]
            if byte == UInt8(ascii: "\""), isQuoted, place + 1 < line.count, line[place + 1] == byte {
                field.append(byte)
                place += 1
            } else if byte == UInt8(ascii: "\""), isQuoted || field.isEmpty || field == [UInt8(ascii: "=")] {
                // A spreadsheet's ="541" begins so as well.
                if !isQuoted, !field.isEmpty { field = [] }
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                guard add(&field, to: &fields) else { return false }
            } else {
                field.append(byte)
            }
            place += 1
        }
        return !isQuoted && add(&field, to: &fields)
    }

    static func isText(_ line: [UInt8]) -> Bool { String(validating: line, as: UTF8.self) != nil }

    private static func add(_ field: inout [UInt8], to fields: inout [String]) -> Bool {
        var text = field[...]
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        text = text.drop { $0 == 0x20 || $0 == 0x09 }
        // The same in quotes: "=""541""".
        if text.starts(with: [UInt8(ascii: "="), UInt8(ascii: "\"")]), text.last == UInt8(ascii: "\""), text.count > 2 {
            text = text.dropFirst(2).dropLast()
        }
        field.removeAll(keepingCapacity: true)
        guard let text = String(validating: text, as: UTF8.self) else { return false }
        fields.append(text)
        return true
    }
}
