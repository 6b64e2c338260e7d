package import JSON

/// What a customer really reduced, and how that was found.
package struct ReductionCheck: Message {
    package static let type: MessageType = "ReductionCheck"
    package var response: ResponseID
    package var userName: String
    /// The customer's when the order was announced; nil where he had none.
    package var resource: ResourceID?
    package var answer: Answer
    package var baselineWh: Int64
    package var usedWh: Int64
    /// Baseline − use, rounded once: it need not be the difference of the two rounded figures.
    package var reducedWh: Int64
    package var adjustPoint: Int64
    /// nil where the points are by the customer's own reduction.
    package var sharing: PointSharing?
    package var isReal: Bool
    /// 1 for an order's first check of a customer, and one more for each correction of it.
    package var version: Int64
    /// Why it is not real.
    package var reason: String?
    /// Which of its quarter hours are counted for other orders, in their order, and not for this one.
    package var countedFor: [CountedFor]
    /// How the baseline was made.
    package var method: String
    /// By the rules of which kind of order; nil in a check of an earlier version, or of an order of one.
    package var kind: OrderKind?
    /// Why it was done by kepco's settings all the same; nil where it was not, or where there is no kind.
    package var bySettings: String?
    /// The reference days, newest first, as 2026-11-20.
    package var days: [String]
    /// Wh of each quarter hour of the order, the share that the order covers, in thousandths.
    package var quarterBaselineMilliWh: [Int64?]
    package var quarterUsedMilliWh: [Int64?]
    /// nil in a check of an earlier version, and where the order has no readings.
    package var explanation: CheckExplanation?

    package init(
        response: ResponseID, userName: String, resource: ResourceID? = nil, answer: Answer, baselineWh: Int64,
        usedWh: Int64, reducedWh: Int64,
        adjustPoint: Int64, sharing: PointSharing? = nil, isReal: Bool, version: Int64 = 1, reason: String?,
        method: String, kind: OrderKind? = nil, bySettings: String? = nil, countedFor: [CountedFor] = [],
        days: [String], quarterBaselineMilliWh: [Int64?],
        quarterUsedMilliWh: [Int64?], explanation: CheckExplanation? = nil
    ) {
        (self.response, self.userName, self.resource, self.answer) = (response, userName, resource, answer)
        (self.baselineWh, self.usedWh, self.reducedWh) = (baselineWh, usedWh, reducedWh)
        (self.adjustPoint, self.isReal, self.version, self.reason) = (adjustPoint, isReal, version, reason)
        (self.method, self.kind, self.bySettings, self.days) = (method, kind, bySettings, days)
        (self.quarterBaselineMilliWh, self.quarterUsedMilliWh) = (quarterBaselineMilliWh, quarterUsedMilliWh)
        (self.countedFor, self.explanation, self.sharing) = (countedFor, explanation, sharing)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        response = ResponseID(try fields.required("drId"), try fields.required("userId"))
        userName = try fields.text("userName")
        resource = try fields.optional("resource")
        answer = try fields.answer("responseAnswer")
        baselineWh = try fields.required("baselineWh", in: Limits.orderWh)
        usedWh = try fields.required("usedWh", in: Limits.orderWh)
        reducedWh = try fields.required("reducedWh", in: Limits.orderWh)
        adjustPoint = try fields.required("adjustPoint", in: Limits.points)
        sharing = try PointSharing.read(fields)
        isReal = try fields.required("isReal")
        version = try fields.checkVersion()
        reason = try fields.optionalText("reason")
        countedFor = try CountedFor.read(fields)
        method = try fields.text("method")
        kind = try OrderKind(fields)
        bySettings = try fields.optionalText("bySettings")
        days = try fields.strings("days", atMost: 100)
        quarterBaselineMilliWh = try fields.numbers(
            "quarterBaselineWh", decimals: 3, in: Limits.orderWh, atMost: Limits.readings)
        quarterUsedMilliWh = try fields.numbers(
            "quarterUsedWh", decimals: 3, in: Limits.orderWh, atMost: Limits.readings)
        explanation = try CheckExplanation(fields)
    }

    /// The positions of its quarter hours that are counted for other orders: what they hold is no part of this one's
    /// sums. All of them where nothing says when the order starts, for then it had no reading, and nothing counts.
    package var positionsOfOthers: Set<Int> {
        guard !countedFor.isEmpty else { return [] }
        let count = max(quarterBaselineMilliWh.count, quarterUsedMilliWh.count)
        guard let startsAt = explanation?.startsAt else { return Set(0..<count) }
        return CountedFor.positions(of: countedFor, from: startsAt, count: count)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", response)
        json.field("drId", response.order)
        json.field("userId", response.user)
        json.field("userName", userName)
        json.field("resource", ifThere: resource)
        json.field("responseId", response)
        json.field("responseAnswer", answer.rawValue)
        json.field("baselineWh", baselineWh)
        json.field("usedWh", usedWh)
        json.field("reducedWh", reducedWh)
        json.field("adjustPoint", adjustPoint)
        sharing?.write(&json)
        json.field("isReal", isReal)
        json.field(checkVersion: version)
        json.field("reason", ifThere: reason)
        CountedFor.write(countedFor, &json)
        json.field("method", method)
        kind?.write(&json)
        json.field("bySettings", ifThere: bySettings)
        json.field("days", days)
        json.field("quarterBaselineWh", quarterBaselineMilliWh, decimals: 3)
        json.field("quarterUsedWh", quarterUsedMilliWh, decimals: 3)
        explanation?.write(&json)
    }
}

/// What others need of a ReductionCheck: who gets how many points for which order, and what that has to agree with.
/// Reads no more than that, so that a check may explain itself in any way.
package struct ReductionOutcome: Message {
    package static let type = ReductionCheck.type
    package var order: OrderID
    package var user: UserID
    package var answer: Answer
    package var reducedWh: Int64
    package var adjustPoint: Int64
    package var isReal: Bool
    /// Which of an order's checks of a customer it is; the highest holds.
    package var version: Int64

    package init(
        order: OrderID, user: UserID, answer: Answer = .accept, reducedWh: Int64, adjustPoint: Int64, isReal: Bool,
        version: Int64 = 1
    ) {
        (self.order, self.user, self.answer) = (order, user, answer)
        (self.reducedWh, self.adjustPoint, self.isReal, self.version) = (reducedWh, adjustPoint, isReal, version)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        user = try fields.required("userId")
        answer = try fields.answer("responseAnswer")
        reducedWh = try fields.required("reducedWh", in: Limits.orderWh)
        adjustPoint = try fields.required("adjustPoint", in: Limits.points)
        isReal = try fields.required("isReal")
        version = try fields.checkVersion()
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("userId", user)
        json.field("responseAnswer", answer.rawValue)
        json.field("reducedWh", reducedWh)
        json.field("adjustPoint", adjustPoint)
        json.field("isReal", isReal)
        json.field(checkVersion: version)
    }
}

extension Fields {
    /// Checks of earlier versions of the program, and first ones, do not say which they are.
    fileprivate func checkVersion() throws(JSONError) -> Int64 { try optional("version", in: Limits.version) ?? 1 }
}

extension JSONWriter {
    fileprivate mutating func field(checkVersion version: Int64) {
        if version > 1 { field("version", version) }
    }
}
