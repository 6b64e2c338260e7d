import Market

/// Faults as a table, for people.
enum MarketReport {
    static func table(_ faults: MarketFaults) -> String {
        var table = TextTable("LINE>", "FIELD", "WHY")
        for fault in faults.list {
            table.add("\(fault.line)", fault.field.isEmpty ? "-" : fault.field, fault.why)
        }
        return table.text + (faults.more == 0 ? "" : "and \(faults.more) more\n")
    }
}
