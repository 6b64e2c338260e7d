import Baselines
import JSON

extension Kind {
    /// nil, with faults, where it is none.
    init?(_ document: JSONDocument, _ node: JSONDocument.Node, _ path: String, _ faults: FaultList) {
        guard let object = MarketObject(document, node, path, ["id", "name", "rules"], faults) else { return nil }
        _ = object.required("id")
        let id = object.text("id", atMost: 50)
        // It stands in keys of rows, in front of a slash.
        if let id, id.contains("/") { object.complain("id", "is \(id.shown), which has a slash: ids cannot have one") }
        let names = object.required("name").flatMap {
            MarketObject(document, $0, "\(path).name", ["ko", "en"], faults)
        }
        for name in ["ko", "en"] { _ = names?.required(name) }
        let (korean, english) = (names?.text("ko", atMost: 100), names?.text("en", atMost: 100))
        _ = object.required("rules")
        var rules: [KindRules] = []
        let elements = object.elements("rules", atMost: MarketLimits.rules)
        if object["rules"] != nil, elements.isEmpty { object.complain("rules", "is empty: nothing holds at any time") }
        for (node, place) in elements {
            guard let one = KindRules(document, node, place, faults) else { continue }
            if rules.contains(where: { $0.from == one.from }) {
                faults.add(node.line, "\(place).from", "is \(one.from), as that of other rules of this kind is")
            }
            rules.append(one)
        }
        guard let id, let korean, let english else { return nil }
        self.init(id: id, korean: korean, english: english, rules: rules.sorted { $0.from < $1.from })
    }
}

extension KindRules {
    static let fields = [
        "from", "source", "noticeMin", "gridMin", "durationMin", "days", "windows", "ordersADay", "contiguous",
        "hoursAPeriod", "periods", "method", "pointsPerWh", "pointsBy",
    ]

    /// Minutes of a day at which a grid can begin anew each day.
    private static let grids: Set<Int64> = [1, 5, 10, 15, 20, 30, 60]

    /// nil, with a fault, where they have no day from which they hold.
    init?(_ document: JSONDocument, _ node: JSONDocument.Node, _ path: String, _ faults: FaultList) {
        guard let object = MarketObject(document, node, path, Self.fields, faults), object.required("from") != nil,
            let from = object.day("from")
        else { return nil }
        self.init(from: from)
        source = object.text("source", atMost: 200)
        noticeMin = object.number("noticeMin", in: 0...10_080)
        gridMin = object.number("gridMin", in: 1...60)
        if let gridMin, !Self.grids.contains(gridMin) {
            object.complain("gridMin", "is \(gridMin): write 1, 5, 10, 15, 20, 30 or 60")
        }
        durationMin = Self.duration(object)
        days = object.choice("days", Days.self) ?? .all
        windows = Self.windows(object)
        ordersADay = object.number("ordersADay", in: 1...50)
        isContiguousAllowed = object.flag("contiguous") ?? true
        hoursAPeriod = object.number("hoursAPeriod", in: 1...8784)
        periods = Self.periods(object)
        if !periods.isEmpty, hoursAPeriod == nil {
            object.complain("periods", "says nothing without \"hoursAPeriod\"")
        }
        milliPointsPerWh = object.number("pointsPerWh", in: 0...1_000_000_000, decimals: 3)
        pointsBy = object.choice("pointsBy", Points.self) ?? .customer
        if pointsBy == .resource, milliPointsPerWh == nil, object.faults.isStrict {
            object.complain("pointsBy", "is resource, which needs \"pointsPerWh\": a resource's points have one rate")
        }
        method = object["method"].flatMap { Self.method(object, $0) }
    }

    private static func duration(_ object: MarketObject) -> ClosedRange<Int64>? {
        let place = object.place("durationMin")
        guard let node = object["durationMin"],
            let bounds = MarketObject(object.document, node, place, ["least", "most"], object.faults)
        else { return nil }
        for name in ["least", "most"] { _ = bounds.required(name) }
        guard let least = bounds.number("least", in: 1...10_080), let most = bounds.number("most", in: 1...10_080)
        else { return nil }
        guard least <= most else {
            bounds.complain("most", "is \(most), less than \"least\", which is \(least)")
            return nil
        }
        return least...most
    }

    /// Such as "09:00-12:00", in their order, without overlaps; those that touch become one.
    private static func windows(_ object: MarketObject) -> [Range<Int64>] {
        var windows: [Range<Int64>] = []
        for (node, place) in object.elements("windows", atMost: 10) {
            guard case .text(let text) = node.value, let window = window(text) else {
                object.faults.add(
                    node.line, place, "is \(object.shown(node)): write times of a day, as 09:00-12:00 or 13:00-24:00")
                continue
            }
            if let last = windows.last, window.lowerBound < last.upperBound {
                object.faults.add(node.line, place, "is \(text.shown), which begins before the one in front of it ends")
            } else if let last = windows.last, window.lowerBound == last.upperBound {
                windows[windows.count - 1] = last.lowerBound..<window.upperBound
            } else {
                windows.append(window)
            }
        }
        return windows
    }

    private static func window(_ text: String) -> Range<Int64>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(minute)
        guard parts.count == 2, let start = parts[0], let end = parts[1], start < end else { return nil }
        return start..<end
    }

    private static func minute(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = pair(parts[0]), let minutes = pair(parts[1]), minutes < 60,
            hours < 24 || hours == 24 && minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }

    private static func pair(_ text: Substring) -> Int64? {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    private static func periods(_ object: MarketObject) -> [Int64] {
        var periods: [Int64] = []
        for (node, place) in object.elements("periods", atMost: 12) {
            guard case .text(let text) = node.value, let day = Day("2001-\(text)") else {
                object.faults.add(node.line, place, "is \(object.shown(node)): write month and day, as 06-01")
                continue
            }
            let digits = day.description.utf8.suffix(5).filter { $0 != UInt8(ascii: "-") }
            let number = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            if periods.contains(number) {
                object.faults.add(node.line, place, "is \(text.shown), which is there twice")
            }
            periods.append(number)
        }
        return periods.sorted()
    }
}
