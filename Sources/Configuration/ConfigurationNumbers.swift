// Numbers that are written in another way than they are counted.

extension ConfigurationKind<Int64> {
    /// A decimal number, in thousandths.
    package static func decimal(_ bounds: ClosedRange<Int64>) -> Self {
        Self(
            wanted: { _ in
                "must be a number from \(decimalText(bounds.lowerBound)) to \(decimalText(bounds.upperBound)), with at most three decimals"
            }, text: decimalText,
            value: { text in
                let parts = text.split(separator: ".", omittingEmptySubsequences: false)
                let places = parts.count == 2 ? parts[1] : ""
                guard parts.count <= 2, let whole = parts.first, isDigits(whole), parts.count == 1 || isDigits(places),
                    places.utf8.count <= 3,
                    let value = Int64(whole + places + String(repeating: "0", count: 3 - places.utf8.count))
                else { return nil }
                return bounds.contains(value) ? value : nil
            })
    }
}

extension ConfigurationKind<Duration> {
    /// As +09:00; whole quarter hours.
    package static var utcOffset: Self {
        Self(
            wanted: { _ in "must be an offset of whole quarter hours, such as +09:00" },
            text: { offset in
                let minutes = Int64(offset / .seconds(60))
                let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
                return "\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
            },
            value: { text in
                let bytes = Array(text.utf8)
                guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let sign = text.first,
                    sign == "+" || sign == "-",
                    isDigits(text.dropFirst().prefix(2)), isDigits(text.suffix(2)),
                    let hours = Int64(text.dropFirst().prefix(2)), let minutes = Int64(text.suffix(2)), hours <= 18,
                    minutes < 60, minutes.isMultiple(of: 15)
                else { return nil }
                return .seconds((sign == "-" ? -60 : 60) * (hours * 60 + minutes))
            })
    }
}

@Sendable private func decimalText(_ thousandths: Int64) -> String {
    guard !thousandths.isMultiple(of: 1000) else { return "\(thousandths / 1000)" }
    var places = String(String(thousandths % 1000 + 1000).dropFirst())
    while places.last == "0" { places.removeLast() }
    return "\(thousandths / 1000).\(places)"
}
