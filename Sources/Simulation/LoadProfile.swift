/// How a customer uses electricity: over the day, on weekdays and on days off, and how much of it.
package struct LoadProfile: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable { case household, shop, factory }

    package let kind: Kind
    /// Of a quarter hour, on the average of a weekday.
    package let meanWh: Int64
    /// How much a quarter hour may be off, in thousandths.
    package let noise: Int64

    package init(kind: Kind, meanWh: Int64, noise: Int64) {
        (self.kind, self.meanWh, self.noise) = (kind, meanWh, noise)
    }

    /// What a quarter hour of the day has beside the mean, in thousandths: from one hour to the next along a line.
    package func shape(quarterOfDay: Int, isWeekday: Bool) -> Int64 {
        let hours = Self.hours(kind, isWeekday)
        let hour = quarterOfDay / 4
        let (this, next) = (hours[hour], hours[(hour + 1) % 24])
        return this + (next - this) * Int64(quarterOfDay % 4) / 4
    }

    /// Thousandths of the weekday's mean at each full hour.
    private static func hours(_ kind: Kind, _ isWeekday: Bool) -> [Int64] {
        switch (kind, isWeekday) {
        // Up at six, away by nine, cooking and light from six in the evening.
        case (.household, true):
            [
                600, 480, 430, 410, 430, 560, 980, 1340, 1180, 820, 720, 740, 860, 790, 720, 760, 930, 1270, 1690,
                1880, 1790, 1560, 1250, 880,
            ]
        case (.household, false):
            [
                680, 530, 460, 430, 430, 480, 650, 950, 1280, 1360, 1250, 1210, 1330, 1260, 1130, 1080, 1160, 1390,
                1720, 1850, 1760, 1560, 1290, 940,
            ]
        // Refrigerators all night, open from ten to nine.
        case (.shop, true):
            [
                420, 400, 390, 390, 390, 400, 430, 520, 760, 1150, 1390, 1470, 1540, 1560, 1530, 1490, 1470, 1500,
                1560, 1520, 1380, 960, 580, 460,
            ]
        case (.shop, false):
            [
                420, 400, 390, 390, 390, 400, 430, 500, 700, 1120, 1430, 1560, 1650, 1680, 1660, 1600, 1540, 1520,
                1530, 1440, 1250, 850, 550, 450,
            ]
        // Eight to six with a break at noon, and hardly anything on days off.
        case (.factory, true):
            [
                280, 260, 250, 250, 260, 320, 560, 1240, 2050, 2160, 2180, 2120, 1480, 2060, 2150, 2140, 2060, 1620,
                780, 520, 420, 360, 320, 290,
            ]
        case (.factory, false):
            [
                230, 220, 220, 220, 220, 230, 260, 330, 420, 460, 470, 460, 430, 440, 450, 440, 420, 360, 300, 270,
                250, 240, 240, 230,
            ]
        }
    }
}
