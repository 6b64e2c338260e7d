import AnswerLinks
import Contracts
import JSON

/// An order as whoever has a link to answer it sees it: what is needed for that, and nothing of who the customer is.
struct LinkedOrder: ShownItem {
    enum State: String {
        /// It can be answered.
        case open
        case answered, over, withdrawn
    }

    let link: AnswerLink
    let response: ShownResponse
    let state: State

    /// - Throws: `Problem` where the customer is not on the order's list.
    init(_ link: AnswerLink, _ queries: Queries, at now: Timestamp) throws {
        guard let response = try queries.response(link.order.text, link.user.text) else {
            throw Problem.notFound("order that asks whoever has this link")
        }
        (self.link, self.response) = (link, response)
        let end = response.endsAt.map { $0 <= now.milliseconds } ?? false
        let isOver = try response.isSaved || end || queries.order(response.order)?.isOver ?? false
        state =
            if response.isCancelled { .withdrawn } else if isOver { .over } else {
                response.answer == .ignore ? .open : .answered
            }
    }

    func write(_ json: inout JSONWriter, _ call: Call) {
        json.field("drId", response.order)
        json.field("startsAt", time: response.startsAt)
        json.time("endsAt", response.endsAt)
        json.field("state", state.rawValue)
        json.field("answer", response.answer.word)
        json.time("answeredAt", response.answeredAt)
        json.field("language", link.language.rawValue)
        json.field("expiresAt", link.expiresAt)
    }
}
