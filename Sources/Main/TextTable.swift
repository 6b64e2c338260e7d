import JSON

/// Lines in columns, for people.
struct TextTable {
    private let heads: [String]
    /// By column: numbers stand at the right.
    private let isRight: [Bool]
    private var rows: [[String]] = []

    /// A head that ends in `>` has its column at the right.
    init(_ heads: String...) { self.init(heads) }

    init(_ heads: [String]) {
        self.heads = heads.map { $0.hasSuffix(">") ? String($0.dropLast()) : $0 }
        isRight = heads.map { $0.hasSuffix(">") }
    }

    mutating func add(_ cells: String...) { add(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells.map(\.printable)) }

    var text: String {
        let all = [heads] + rows
        let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in all {
            var line = ""
            for (column, cell) in row.enumerated() {
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                line += isRight[column] ? blanks + cell : cell + blanks
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
