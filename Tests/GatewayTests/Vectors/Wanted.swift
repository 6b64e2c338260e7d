import Schemas

/// What a header or a member of an answer has to be.
enum Wanted: Sendable {
    case value(JSONTree)
    /// Whatever it is.
    case there
    case absent
    /// A list of so many.
    case count(Int)
    /// A text with this in it.
    case containing(String)

    /// nil where it is so.
    func fault(_ found: JSONTree?, _ resolve: (String) -> String) -> String? {
        let text = found.map(\.description) ?? "nothing"
        switch self {
        case .value(.string(let wanted)):
            return found?.string == resolve(wanted) ? nil : "is \(text), not \"\(resolve(wanted))\""
        case .value(let wanted): return found == wanted ? nil : "is \(text), not \(wanted)"
        case .there: return found == nil ? "is missing" : nil
        case .absent: return found == nil ? nil : "is there: \(text)"
        case .count(let count): return found?.array?.count == count ? nil : "is \(text), not a list of \(count)"
        case .containing(let part):
            return found?.string?.contains(resolve(part)) == true ? nil : "is \(text), without \"\(resolve(part))\""
        }
    }
}

extension Wanted: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    init(stringLiteral text: String) { self = .value(.string(text)) }
    init(integerLiteral number: Int) { self = .value(.number(Double(number))) }
    init(booleanLiteral bool: Bool) { self = .value(.bool(bool)) }
    init(nilLiteral: ()) { self = .value(.null) }
}
