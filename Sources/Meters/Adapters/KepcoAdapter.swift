import Baselines
import JSON
import Time

/// KEPCO's readings of a day (`getDayLpData.do`), as its public clients use them.
///
/// A day comes as 96 fields `pwr_qty0015` … `pwr_qty2400`, kWh of the quarter hour that ends then, as number or text;
/// an empty text is no value yet. Errors come with status 200: in the list, beside it, in an object `header`, or as
/// HTML. All of it is bounded: a body of `bytes`, `entries` meters.
package struct KepcoAdapter: MeterAdapter {
    /// What a zero is.
    package enum Zeros: String, CaseIterable, Sendable {
        /// A reading, wherever it stands.
        case readings
        /// Those behind the day's last reading that is none are gaps: a day of which not all has come looks so, and
        /// would be the largest of reductions.
        case gapsAtEnd = "gaps-at-end"
        /// A gap, wherever it stands.
        case gaps
    }

    package static let bytes = 512 * 1024
    /// Of an answer: meters, and errors among them.
    package static let entries = 200
    /// Of an answer: each is looked for among all its fields.
    private static let lists = 8
    /// Of the whole answer: an entry has 96 values and a dozen of others.
    private static let members = 200 * 130
    /// In characters, of what is looked at; none is longer that is a reading, a number or a code.
    private static let text = 200

    package let utcOffset: Int64 = 540
    package let answerLimit = bytes
    private let url: String
    private let zeros: Zeros

    /// - Parameter url: of the service, without a query, as `https://…/OpenAPI/getDayLpData.do`.
    package init(url: String, zeros: Zeros = .gapsAtEnd) { (self.url, self.zeros) = (url, zeros) }

    package func request(for question: MeterQuestion) -> MeterRequest {
        MeterRequest(
            url: url,
            parameters: [("custNo", question.account), ("date", Self.digits(question.day)), ("returnType", "02")],
            keyName: "serviceKey")
    }

    package func outcome(of answer: MeterAnswer, to question: MeterQuestion) -> MeterOutcome {
        if let outcome = MeterOutcome(status: answer) { return outcome }
        guard answer.body.count <= Self.bytes else {
            return .refuse("the answer is larger than \(Self.bytes >> 10) KiB", of: .customer)
        }
        guard let start = answer.body.first(where: { $0 > 0x20 }) else {
            return .retry("the answer is empty", after: answer.retryAfter)
        }
        // A page of whoever stands before the service, or of the service while it is being looked after.
        if start == UInt8(ascii: "<") { return .retry("the answer is HTML", after: answer.retryAfter) }
        do throws(JSONError) { return try read(answer.body, question) } catch {
            // Most are cut off: the next one may be whole.
            return .retry("the answer cannot be read: \(error.words)", after: answer.retryAfter)
        }
    }

    private func read(_ body: [UInt8], _ question: MeterQuestion) throws(JSONError) -> MeterOutcome {
        var reader = JSONReader()
        let fields = try reader.fields(of: body.span, members: Self.members)
        var failure = Failure(fields)
        if let header = try fields.loose("header", atMost: 1), case .object(let text) = header {
            var reader = JSONReader()
            failure.add(Failure(try reader.fields(of: text.span)))
        }
        var meters: [String: Entry] = [:]
        let lists = fields.fieldNames.filter { $0.hasSuffix("List") }
        guard lists.count <= Self.lists else {
            return .refuse("the answer has \(lists.count) lists: at most \(Self.lists) are read", of: .customer)
        }
        for name in lists {
            for text in try Self.entries(of: name, fields, hasFailed: failure.outcome != nil) {
                guard let text else { throw JSONError(field: name, .notAnObject) }
                var reader = JSONReader()
                let fields = try reader.fields(of: text.span)
                failure.add(Failure(fields))
                let entry = Entry(fields)
                if entry.isEmpty { continue }
                if let outcome = entry.contradiction(question) { return outcome }
                let number = entry.meter ?? ""
                guard question.meters.isEmpty || question.meters.contains(number) else { continue }
                // Said twice is said once.
                if let other = meters[number], other.tenths != entry.tenths {
                    return .refuse("the answer has different values of meter \(number.quoted)", of: .customer)
                }
                meters[number] = entry
            }
        }
        if let outcome = failure.outcome { return outcome }
        return day(meters, question)
    }

    /// Where an error is said there need be no list.
    private static func entries(
        of name: String, _ fields: borrowing Fields, hasFailed: Bool
    ) throws(JSONError) -> [[UInt8]?] {
        do throws(JSONError) { return try fields.objects(named: name, atMost: entries) } catch {
            guard hasFailed, error.reason == .notArray else { throw error }
            return []
        }
    }

    /// The sum of the meters, where all of them have a value.
    private func day(_ meters: [String: Entry], _ question: MeterQuestion) -> MeterOutcome {
        guard !meters.isEmpty else { return .noDataYet("the answer has no readings") }
        if let missing = question.meters.subtracting(meters.keys).min() {
            return .noDataYet("the answer has no readings of meter \(missing.quoted)")
        }
        var sum: [Int64?] = Array(repeating: 0, count: MeterDay.quarters)
        var faults = MeterFaultCount()
        for (number, entry) in meters.sorted(by: { $0.key < $1.key }) {
            let tenths = entry.tenths(zeros)
            guard !MeterDay.areHourly(tenths) else {
                return .refuse(
                    "meter \(number.quoted) has readings of whole hours: those of quarter hours are taken",
                    of: .customer
                )
            }
            for place in sum.indices {
                guard let one = sum[place], let other = tenths[place] else {
                    sum[place] = nil
                    continue
                }
                // Each is at most 10^10, of 200 meters.
                sum[place] = one + other
            }
            for words in entry.faults { faults.add(words) }
        }
        for place in sum.indices where !Energy.isFit(sum[place]) {
            faults.add("the meters' sum is too large")
            sum[place] = nil
        }
        guard sum.contains(where: { $0 != nil }) else {
            return .noDataYet(faults.first.map { "the answer has no readings: \($0)" } ?? "the answer has only gaps")
        }
        let numbers = meters.keys.filter { !$0.isEmpty }.sorted()
        return .day(
            MeterDay(customer: question.customer, meters: numbers, day: question.day, tenths: sum), faults: faults)
    }

    /// 20261121.
    private static func digits(_ day: Day) -> String { day.description.filter { $0 != "-" } }

    /// One meter's day.
    private struct Entry {
        var account: String?
        var meter: String?
        var day: String?
        var tenths: [Int64?] = Array(repeating: nil, count: MeterDay.quarters)
        /// Of each quarter hour at most one.
        var faults: [String] = []

        init(_ fields: borrowing Fields) {
            var seen: Set<Int> = []
            var entry = (account: nil as String?, meter: nil as String?, day: nil as String?)
            var (tenths, faults) = (tenths, faults)
            fields.each(atMost: KepcoAdapter.text) { name, value in
                switch name {
                case "custNo": entry.account = value.text
                case "meterNo": entry.meter = value.text
                case "mr_ymd", "date": entry.day = value.text?.filter { $0 != "-" }
                default:
                    guard let place = Self.place(name) else { return }
                    do throws(Energy.Fault) {
                        let value = try value.tenths()
                        // A name that is there twice says nothing, unless it says the same.
                        guard seen.insert(place).inserted || tenths[place] == value else { throw .notNumber }
                        tenths[place] = value
                    } catch {
                        tenths[place] = nil
                        if error != .empty, faults.count < MeterDay.quarters {
                            faults.append("\(name) \(value.text.map { $0.quoted + " " } ?? "")\(error.words)")
                        }
                    }
                }
            }
            (account, meter, day) = entry
            (self.tenths, self.faults) = (tenths, faults)
        }

        /// An error, or nothing of a day.
        var isEmpty: Bool { faults.isEmpty && tenths.allSatisfy { $0 == nil } }

        /// Another customer's readings, or another day's, are not to be paid for.
        func contradiction(_ question: MeterQuestion) -> MeterOutcome? {
            if let account, account != question.account {
                return .refuse("the answer is another customer's, \(account.quoted)", of: .customer)
            }
            guard let day, day != KepcoAdapter.digits(question.day) else { return nil }
            return .refuse("the answer is another day's, \(day.quoted)", of: .customer)
        }

        func tenths(_ zeros: Zeros) -> [Int64?] {
            switch zeros {
            case .readings: return tenths
            case .gaps: return tenths.map { $0 == 0 ? nil : $0 }
            case .gapsAtEnd:
                let last = tenths.lastIndex { $0 != nil && $0 != 0 } ?? -1
                return tenths.enumerated().map { $0.offset > last && $0.element == 0 ? nil : $0.element }
            }
        }

        /// pwr_qty0015 is the first quarter hour of the day, pwr_qty2400 the last.
        private static func place(_ name: String) -> Int? {
            guard name.utf8.count == 11, name.hasPrefix("pwr_qty"), let number = Int(name.suffix(4)), number > 0
            else { return nil }
            let (hours, minutes) = number.quotientAndRemainder(dividingBy: 100)
            guard minutes < 60, minutes % 15 == 0, hours * 60 + minutes <= 1440 else { return nil }
            return (hours * 60 + minutes) / 15 - 1
        }
    }

    /// What an answer says has failed.
    private struct Failure {
        private var code: String?
        private var message: String?

        init(_ fields: borrowing Fields) {
            var (code, message) = (nil as String?, nil as String?)
            fields.each(atMost: KepcoAdapter.text) { name, value in
                switch name {
                case "returnCode", "resultCode": code = value.text
                case "errMsg", "resultMsg": message = value.text
                default: break
                }
            }
            // All zeros are a success, and so is a message about it.
            let isFine = code?.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ?? false
            if !isFine { (self.code, self.message) = (code.nonEmpty, message.nonEmpty) }
        }

        mutating func add(_ other: Failure) { if code == nil, other.code != nil || message == nil { self = other } }

        var outcome: MeterOutcome? {
            guard code != nil || message != nil else { return nil }
            let words = [code, message].compactMap { $0 }.joined(separator: ": ")
            return switch code {
            case "openapi-9001", "03": .noDataYet(words)
            case "openapi-4001", "12": .refuse(words, of: .customer)
            // The key: refused, unknown, expired, or used from elsewhere.
            case "20", "30", "31", "32": .refuse(words, of: .all)
            // The service: it has failed, took too long, or has answered enough for now.
            case "01", "02", "04", "05", "22": .retry(words, after: nil)
            // Whatever it is, it was said to this customer's question.
            default: .refuse(words, of: .customer)
            }
        }
    }
}

extension PlainValue {
    /// As text, whether it is written as a number; nil of anything else.
    fileprivate var text: String? {
        switch self {
        case .text(let text), .number(let text): text
        case .null, .other: nil
        }
    }

    /// Of kWh. Null and blanks are no value yet.
    fileprivate func tenths() throws(Energy.Fault) -> Int64 {
        if self == .null { throw .empty }
        guard let text else { throw .notNumber }
        return try Energy.tenths(text.trimmed.utf8.span, power: EnergyUnit.kilowattHours.power)
    }
}

extension String? {
    fileprivate var nonEmpty: String? { self?.isEmpty == true ? nil : self }
}

extension JSONError {
    /// Without what was found there: whoever hides secrets has to see them whole.
    fileprivate var words: String { (field.map { "field \($0.quoted)" } ?? "it") + " \(reason.rawValue)" }
}

/// Words of the utility's are never shortened here: of a secret that is cut off nobody sees that it is one.
extension String {
    fileprivate var quoted: String { "\"\(self)\"" }

    fileprivate var trimmed: String {
        let isBlank = { (character: Character) in character == " " }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
