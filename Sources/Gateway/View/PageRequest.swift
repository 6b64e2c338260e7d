/// Which part of a list is asked for, as Spring Data has it: bad values are defaults, and what is not known to be
/// sortable is dropped.
struct PageRequest: Equatable {
    static let defaultSize = 20
    static let sizeLimit = 1000
    /// Far behind any list; arithmetic with it cannot overflow.
    static let numberLimit = 1_000_000_000

    var number = 0
    var size = defaultSize
    /// The properties in their order, of those that the list knows.
    var sort: [Sort] = []

    struct Sort: Equatable {
        var property: String
        var isDescending: Bool
    }

    init() {}

    /// - Parameter sortable: the list's properties.
    init(_ query: [(name: String, value: String)], sortable: [String]) {
        func value(_ name: String) -> Int? { query.first { $0.name == name }.flatMap { Int($0.value) } }
        if let number = value("page"), number >= 0 { self.number = min(number, Self.numberLimit) }
        if let size = value("size"), size >= 1 { self.size = min(size, Self.sizeLimit) }
        for (name, text) in query where name == "sort" {
            var words = text.split(separator: ",").map(String.init)
            let direction = words.last?.lowercased()
            if direction == "asc" || direction == "desc" { words.removeLast() }
            for word in words where sortable.contains(word) && !sort.contains(where: { $0.property == word }) {
                sort.append(Sort(property: word, isDescending: direction == "desc"))
            }
        }
    }

    /// Whether a list of so many rows ends before it: nothing has to be passed over to see that.
    func isBehind(_ total: Int64) -> Bool { offset >= total }

    /// The first row's place.
    var offset: Int64 { Int64(number) * Int64(size) }
}
