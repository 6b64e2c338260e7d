import Contracts

@testable import Meters

/// What a file has come to.
final class Collected: ReadingSink {
    var readings: [MeterReadings] = []
    var faults: [FileFault] = []

    func take(_ readings: MeterReadings) { self.readings.append(readings) }
    func refuse(_ fault: FileFault) { faults.append(fault) }

    /// Customer, start and tenths of a Wh, one line a message.
    var lines: [String] {
        readings.map { readings in
            let tenths = readings.tenths.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
            return "\(readings.user) \(readings.startsAt) \(tenths)"
        }
    }

    var words: [String] { faults.map(\.description) }
}
