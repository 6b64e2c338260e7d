import JSON

extension String {
    /// As text of XML, by code points: a character with an accent on it is another one for Swift.
    var escapedForXML: String {
        printable.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
