import JSON

extension JSONWriter {
    /// Nothing where it is not known.
    mutating func field(_ compliance: Compliance?) {
        guard let compliance else { return }
        field("compliancePercent", compliance.hundredths, decimals: 2)
        field("isForecast", compliance.isForecast)
    }
}
