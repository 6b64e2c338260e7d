import JSON

/// What an id may hold. Ids stand in keys of rows and topics: not empty, at most 100 characters, no control characters
/// of ASCII and no slash.
enum IdentifierRule {
    /// Of what is there already. Rows and events of every version hold such ids: this rule never becomes stricter.
    case any
    /// Of what makes something new, and of readings: nothing that nobody sees. A byte order mark from a spreadsheet
    /// would make another customer of the same one.
    case clean

    /// In characters, by Unicode scalars.
    static let limit = 100

    enum Fault: Equatable {
        case empty
        case slash
        case dot
        case tooLong
        case quote
        case hidden(Unicode.Scalar, Unicode.Scalar.Unprintable, place: Int)
        case blankFirst(Unicode.Scalar)
        case blankLast(Unicode.Scalar)
    }

    /// nil for an id that is fit.
    func fault(in text: String, canHoldDots: Bool) -> Fault? {
        let bytes = text.utf8.span
        if bytes.isEmpty { return .empty }
        if bytes.count > Self.limit, text.unicodeScalars.count > Self.limit { return .tooLong }
        var isPlain = true
        for position in bytes.indices {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "/"): return .slash
            case UInt8(ascii: ".") where !canHoldDots: return .dot
            case UInt8(ascii: "\"") where self == .clean: return .quote
            case 0x21..<0x7F: break
            default: isPlain = false
            }
        }
        return isPlain ? nil : oddFault(in: text)
    }

    /// Of an id with blanks, control characters or such as are beyond ASCII.
    private func oddFault(in text: String) -> Fault? {
        for (place, scalar) in text.unicodeScalars.enumerated() {
            guard let kind = scalar.unprintable, self == .clean || scalar.value < 0x20 || scalar.value == 0x7F else {
                continue
            }
            return .hidden(scalar, kind, place: place + 1)
        }
        guard self == .clean, let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
            return nil
        }
        if first.isBlank { return .blankFirst(first) }
        return last.isBlank ? .blankLast(last) : nil
    }
}

extension IdentifierRule.Fault {
    var reason: JSONError.Reason {
        switch self {
        case .empty: .empty
        case .tooLong: .tooLong
        case .dot: .dotted
        default: .unfit
        }
    }

    /// Behind the field's name.
    func words(_ text: String) -> String {
        switch self {
        case .empty: "is empty: write 1 to \(IdentifierRule.limit) characters"
        case .tooLong: "is \(text.shown), longer than \(IdentifierRule.limit) characters"
        case .slash: "is \(text.shown), which has a slash: ids cannot have one"
        case .dot: "is \(text.shown), which has a dot: an order's id cannot have one"
        case .quote:
            "is \(text.shown), which has a quotation mark: ids cannot have one. Spreadsheets write =\"541\" for text: leave = and \" out"
        case .hidden(let scalar, let kind, let place):
            "is \(text.shown), whose character \(place) is \(scalar.codePoint), \(kind.rawValue), which ids cannot have"
        case .blankFirst(let scalar): "is \(text.shown), which begins with a space, \(scalar.codePoint): ids cannot"
        case .blankLast(let scalar): "is \(text.shown), which ends with a space, \(scalar.codePoint): ids cannot"
        }
    }
}
