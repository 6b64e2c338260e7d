import Contracts

/// A part of the run: what is sent, and what has to come of it for each customer before the next one begins.
package enum Stage: String, Sendable, CaseIterable {
    case register, readings, ask, answer, close, check, pay

    /// What happens, for people.
    package var title: String {
        switch self {
        case .register: "register customers"
        case .readings: "send past readings"
        case .ask: "start the order, ask all customers"
        case .answer: "answer"
        case .close: "end the order, save the list"
        case .check: "send its readings, check them"
        case .pay: "add points, deny the others"
        }
    }

    /// What a customer has not got when the stage does not end.
    /// - Parameter areTold: whether some are told by notify.
    func missing(areTold: Bool) -> String {
        switch self {
        case .register where areTold:
            "have no UserRegistered in \(Context.user.events) or no ContactSet in \(Context.notify.events)"
        case .register: "have no UserRegistered in \(Context.user.events)"
        case .readings: "lack days that the utility has and feed brings to \(Topic.kepcoReadings.name)"
        case .ask:
            "have no Listmade in \(Context.response.events)"
                + (areTold ? " or no NoticeAccepted of it in \(Context.notify.events)" : "")
        case .answer: "have no AcceptChosen or DenyChosen with their last answer in \(Context.response.events)"
        case .close: "have no Listsaved in \(Context.response.events)"
        case .check: "have no ReductionCheck in \(Context.kepco.events)"
        case .pay:
            "have no PointChanged in \(Context.user.events) or, not real, no DenyChosen in \(Context.response.events)"
                + (areTold ? ", or no NoticeAccepted of their result in \(Context.notify.events)" : "")
        }
    }

    /// Whose daemons have work to do in it, in its order.
    func contexts(areTold: Bool) -> [Context] {
        let told: [Context] = areTold ? [.notify] : []
        return switch self {
        case .register: [.dr, .user] + told
        case .readings: [.feed, .kepco]
        case .ask: [.dr, .response] + told
        case .answer: [.response]
        case .close: [.dr, .response]
        case .check: [.kepco]
        case .pay: [.user, .response] + told
        }
    }
}
