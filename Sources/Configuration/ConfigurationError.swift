/// What is wrong with a setting, where it stands, and what would be right. It never holds the value of a Kafka
/// property.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The name that was probably meant: the one with the fewest letters to change, if those are few.
package func nearest(to text: String, in names: [String]) -> String? {
    let limit = max(text.count > 3 ? 2 : 1, text.count / 3)
    return names.map { ($0, distance(text, $0)) }.filter { $0.1 <= limit || (text.count >= 3 && $0.0.hasPrefix(text)) }
        .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

/// Levenshtein's distance: how many letters to insert, take out or exchange.
func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one), Array(other))
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, candidate) in other.enumerated() {
            let exchanged = diagonal + (letter == candidate ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(exchanged, row[j] + 1, diagonal + 1)
        }
    }
    return row[other.count]
}
