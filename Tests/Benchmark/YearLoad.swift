import Contracts

/// What customers, meters and operators send in a year: a function of the day, the same whenever it is asked.
///
/// There are always as many customers; one in four leaves in a year, and another one comes in his place. Every meter
/// sends its day the next morning, one in fifty a day late; some days are corrected a week later. An order of an hour
/// is announced every ninth day, and moved or withdrawn now and then; two of three have their points shared by
/// resource.
struct YearLoad {
    /// Of Korea's calendar.
    static let day: Int64 = 86_400_000
    static let hour: Int64 = 3_600_000
    private static let korea = 9 * hour
    private static let resources = 8
    /// After so many days somebody else has a customer's place.
    private static let stay = 1460
    /// Quarter hours of the order.
    private static let (orderStart, orderEnd) = (14 * 4, 15 * 4)

    private let client: Client
    private let customers: Int
    /// Of the first day, at midnight.
    private let first: Timestamp
    /// Days of 96 values, as text: as they are, and with less in the order's hour.
    private let (usual, reduced): ([String], [String])

    /// Begins with the first whole day behind a time.
    init(_ client: Client, customers: Int, from time: Timestamp) {
        (self.client, self.customers) = (client, customers)
        let days = (time.milliseconds + Self.korea) / Self.day + 1
        first = Timestamp(milliseconds: days * Self.day - Self.korea)
        usual = (0..<97).map { Self.values($0, reduces: false) }
        reduced = (0..<97).map { Self.values($0, reduces: true) }
    }

    private static func values(_ profile: Int, reduces: Bool) -> String {
        (0..<96).map { quarter in
            let wh = 200 + (profile * 31 + quarter * 17) % 700
            return "\(reduces && (orderStart..<orderEnd).contains(quarter) ? wh / 3 : wh)"
        }.joined(separator: ",")
    }

    /// A time of a day, in hours.
    func time(_ day: Int, _ hour: Double) -> Timestamp {
        Timestamp(milliseconds: first.milliseconds + Int64(day) * Self.day + Int64(hour * Double(Self.hour)))
    }

    // MARK: Customers

    private func user(_ place: Int, _ day: Int) -> String { "u\(place)-\((day + place * 37 % Self.stay) / Self.stay)" }
    private func resource(_ place: Int) -> String? { place % 2 == 0 ? "r\(place / 2 % Self.resources)" : nil }

    private func command(_ topic: Topic, _ key: String, _ type: String, _ fields: String) throws {
        try client.send(topic, key, text: #"{"eventType":"\#(type)","# + fields + "}")
    }

    private func register(_ place: Int, _ day: Int) throws {
        let id = user(place, day)
        let resource = resource(place).map { #","resource":"\#($0)""# } ?? ""
        try command(
            .userCommands, id, "RegisterUser", #""id":"\#(id)","name":"Kim \#(place)","capacity":3000"# + resource)
    }

    /// Before the first day.
    func begin() throws {
        try setMarket(1)
        for number in 0..<Self.resources {
            try command(
                .drCommands, "r\(number)", "RegisterResource",
                #""id":"r\#(number)","kind":"shared","capacity":1000000,"region":"seoul""#)
        }
        for place in 0..<customers { try register(place, 0) }
        try client.flush()
    }

    private func setMarket(_ version: Int) throws {
        let shared =
            #"{"from":"2000-01-01","ordersADay":2,"pointsPerWh":1,"pointsBy":"resource","#
            + #""method":{"name":"Max(4/5)","days":5,"keep":"top 4","eligibleDays":10}}"#
        try command(
            .drCommands, "market", "SetMarket",
            #""market":{"version":\#(version + 1),"utcOffset":"+09:00","otherKinds":"reliable","kinds":["#
                + #"{"id":"reliable","name":{"ko":"r","en":"r"},"rules":[{"from":"2000-01-01"}]},"#
                + #"{"id":"shared","name":{"ko":"s","en":"s"},"rules":[\#(shared)]}],"#
                + #""holidays":{"until":"2099-12-31","days":["2026-01-01"]}}"#)
    }

    // MARK: Mornings

    /// Yesterday's readings, and whatever else comes on a day.
    func morning(_ day: Int) throws {
        for place in 0..<customers {
            if day > 0 { try readings(place, day) }
            if day > 0, user(place, day) != user(place, day - 1) {
                let old = user(place, day - 1)
                try command(.userCommands, old, "LeaveUser", #""id":"\#(old)","reason":"moves away""#)
                try register(place, day)
            }
            try points(place, day)
        }
        // Meters of nobody who is known.
        for number in 0...customers / 1000 {
            try send("x\(number)-\(day / 30)", day, usual[number % 97])
        }
        if day % 15 == 0 { try setMarket(2 + day / 15) }
        try client.flush()
    }

    private func readings(_ place: Int, _ day: Int) throws {
        let isLate = place % 50 == 0
        try read(place, day - (isLate ? 2 : 1), plus: 0)
        // A correction, of what the meter has sent a week ago.
        if day % 7 == 3, place % 200 == day % 200, day > 7 { try read(place, day - 7, plus: 1) }
    }

    private func read(_ place: Int, _ day: Int, plus more: Int) throws {
        guard day >= 0 else { return }
        let profile = (place + day * 5 + more) % 97
        let reduces = isOrderDay(day) && accepts(place, day)
        try send(user(place, day), day, reduces ? reduced[profile] : usual[profile])
    }

    private func send(_ user: String, _ day: Int, _ values: String) throws {
        try command(
            .kepcoReadings, user, "MeterReadings",
            #""userId":"\#(user)","startsAt":\#(time(day, 0).milliseconds),"wh":[\#(values)]"#)
    }

    /// Once a year everybody has points paid out; few of them fail. Now and then an operator corrects a balance.
    private func points(_ place: Int, _ day: Int) throws {
        let id = user(place, day)
        switch (day + place * 7) % 365 {
        case 100:
            try command(
                .userCommands, id, "WithdrawPoint", #""id":"w\#(place)-\#(day)","userId":"\#(id)","amount":100"#)
        case 101:
            let withdrawal = #""id":"w\#(place)-\#(day - 1)","userId":"\#(id)""#
            let isPaid = place % 10 != 0
            try command(
                .userCommands, id, isPaid ? "ConfirmWithdrawal" : "FailWithdrawal",
                withdrawal + (isPaid ? #","reference":"bank""# : #","reason":"no account""#))
        case 102 where place % 20 == 0:
            try command(
                .userCommands, id, "AdjustPoint",
                #""id":"a\#(place)-\#(day)","userId":"\#(id)","amount":50,"reason":"a gift""#)
        default: break
        }
    }

    // MARK: Orders

    func isOrderDay(_ day: Int) -> Bool { day % 9 == 4 }
    func isWithdrawn(_ day: Int) -> Bool { day % 90 == 49 }
    /// To half an hour later.
    private func isMoved(_ day: Int) -> Bool { day % 63 == 31 }
    private func isShared(_ day: Int) -> Bool { day % 27 != 4 }

    func end(_ day: Int) -> Double { isMoved(day) ? 15.5 : 15 }

    func announce(_ day: Int) throws {
        try command(
            .drCommands, "dr-\(day)", "StartDr",
            #""id":"dr-\#(day)","name":"kt","type":"\#(isShared(day) ? "shared" : "reliable")","quantity":500000,"#
                + #""startsAt":\#(time(day, 14).milliseconds),"endsAt":\#(time(day, 15).milliseconds)"#)
        try client.flush()
    }

    /// Orders of the kind without resources ask those who belong to none.
    private func isAsked(_ place: Int, _ day: Int) -> Bool { isShared(day) || resource(place) == nil }
    private func accepts(_ place: Int, _ day: Int) -> Bool { isAsked(place, day) && (place + day) % 10 < 6 }

    func answer(_ day: Int) throws {
        for place in 0..<customers where isAsked(place, day) {
            let id = user(place, day)
            let answer = #""drId":"dr-\#(day)","userId":"\#(id)""#
            if (place + day) % 10 < 8 {
                try command(.responseCommands, id, accepts(place, day) ? "Accept" : "Deny", answer)
            }
        }
        if isMoved(day) {
            try command(
                .drCommands, "dr-\(day)", "ChangeDr", #""id":"dr-\#(day)","endsAt":\#(time(day, 15.5).milliseconds)"#)
        }
        if isWithdrawn(day) { try command(.drCommands, "dr-\(day)", "CancelDr", #""id":"dr-\#(day)""#) }
        try client.flush()
    }

    /// Of half of the meters the hours until then, so that checks need not wait for the morning.
    func afternoon(_ day: Int) throws {
        for place in 0..<customers where place % 2 == 0 {
            let values = (accepts(place, day) ? reduced : usual)[(place + day * 5) % 97]
            let until = values.split(separator: ",").prefix(Int(4 * end(day) + 2))
            try send(user(place, day), day, until.joined(separator: ","))
        }
        try client.flush()
    }
}
