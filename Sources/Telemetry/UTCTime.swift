import Glibc

/// A moment, to be written as ISO 8601 in UTC with milliseconds.
struct UTCTime {
    /// Since 1970-01-01T00:00:00Z.
    let milliseconds: Int64

    static var now: UTCTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UTCTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    func write(to line: inout [UInt8]) {
        let days = milliseconds.flooringDivision(by: 86_400_000)
        let ofDay = Int(milliseconds - days * 86_400_000)
        let (year, month, day) = Self.civil(days)
        append(year, digits: 4, to: &line)
        line.append(UInt8(ascii: "-"))
        append(month, digits: 2, to: &line)
        line.append(UInt8(ascii: "-"))
        append(day, digits: 2, to: &line)
        line.append(UInt8(ascii: "T"))
        append(ofDay / 3_600_000, digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        append(ofDay / 60_000 % 60, digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        append(ofDay / 1000 % 60, digits: 2, to: &line)
        line.append(UInt8(ascii: "."))
        append(ofDay % 1000, digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    /// The Gregorian date of a day since 1970-01-01. Years begin in March here, so that the leap day ends them, and 400
    /// of them, an era, have 146,097 days.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = Int(Int64(shifted).flooringDivision(by: 146_097))
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, ofYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private func append(_ number: Int, digits: Int, to line: inout [UInt8]) {
        var place = 1
        for _ in 1..<digits { place *= 10 }
        while place > 0 {
            line.append(UInt8(ascii: "0") + UInt8(number / place % 10))
            place /= 10
        }
    }
}

extension Int64 {
    fileprivate func flooringDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
