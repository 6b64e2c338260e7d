extension Int64 {
    /// With zeros in front, so that texts are ordered as the numbers are. Not for negative ones.
    package func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}
