import Foundation

/// Holds an answer against what a gateway may say.
struct AnswerCheck {
    /// Whether Kafka is away, and commands may be refused for that.
    var mayBeUnavailable = false

    private static let statuses: Set = [
        200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 417, 422, 431,
    ]
    /// As gateways have it, in bytes.
    static let headLimit = 16_384

    /// - Parameter request: nil where it is not known what was asked.
    /// - Throws: what is wrong, as text for people.
    func check(_ answer: Answer, to request: FuzzedRequest?) throws(Fault) {
        try checkStatus(answer, request)
        // A line of a header, if it was taken for one.
        if answer["x-injected"] != nil { throw Fault("a header came out of the request") }
        for name in ["content-type", "etag", "location", "allow", "cache-control", "connection", "x-position"]
        where answer.headers.count(where: { $0.name == name }) > 1 {
            throw Fault("\(name) is there more than once")
        }
        if answer.status == 401, answer["www-authenticate"] == nil { throw Fault("401 without WWW-Authenticate") }
        if answer.status == 405, answer["allow"] == nil { throw Fault("405 without Allow") }
        if answer.status == 201 || answer.status == 202, answer["location"] == nil {
            throw Fault("\(answer.status) without Location")
        }
        if answer.status == 503, answer["retry-after"] == nil, !answer.isHealth {
            throw Fault("503 without Retry-After")
        }
        try checkBody(answer, isKnown: request != nil)
        guard let request else { return }
        if request.bearer == .bad, !request.isPublic, request.method != "OPTIONS", (200..<400).contains(answer.status) {
            throw Fault("nobody is let in: \(answer.status)")
        }
    }

    private func checkStatus(_ answer: Answer, _ request: FuzzedRequest?) throws(Fault) {
        if Self.statuses.contains(answer.status) || answer.status == 503 && mayBeUnavailable { return }
        // Also on a machine that is so busy that Kafka's acknowledgements are late: the circuit opens for a moment.
        if answer.status == 503, answer.refusesCommands { return }
        // A token of a key that is not known yet: it is fetched.
        if answer.status == 503, request?.bearer == .bad || request == nil, answer["retry-after"] == "1" { return }
        // A coding or a version that is not known here.
        if [501, 505].contains(answer.status), request == nil { return }
        // A first line that is longer than a head may be: libmicrohttpd says so where it does not get to its end.
        if answer.status == 414, request.map({ $0.target.utf8.count > Self.headLimit }) ?? true { return }
        throw Fault("the status is \(answer.status)")
    }

    private func checkBody(_ answer: Answer, isKnown: Bool) throws(Fault) {
        guard !answer.body.isEmpty else { return }
        if answer.isOfLibrary, [413, 414, 431].contains(answer.status) || !isKnown && answer.status >= 400 { return }
        guard let type = answer["content-type"] else { throw Fault("a body without a Content-Type") }
        let isText = type.hasPrefix("text/") || type.contains("json") || type.contains("javascript")
        if isText, String(validating: answer.body, as: UTF8.self) == nil { throw Fault("\(type) that is no UTF-8") }
        guard type.contains("json") else {
            // A page, or what libmicrohttpd says by itself.
            if answer.status >= 400, !type.hasPrefix("text/html") { throw Fault("\(answer.status) is \(type)") }
            return
        }
        guard let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] else {
            throw Fault("\(type) that is none")
        }
        guard answer.status >= 400, !answer.isHealth else { return }
        guard type == "application/problem+json", json["status"] as? Int == answer.status,
            let detail = json["detail"] as? String, !detail.isEmpty, json["message"] as? String == detail
        else { throw Fault("\(answer.status) is no problem") }
    }
}

extension Answer {
    /// libmicrohttpd refuses some by itself, before it has told us of a request: as a page.
    var isOfLibrary: Bool {
        self["content-type"] == nil && isLast && (body.starts(with: Array("<html>".utf8)) || saysItsHeadTwice)
    }

    /// As 0.9 does where a Content-Length is none. What follows is the rest of that, up to the end of the connection.
    var saysItsHeadTwice: Bool {
        [400, 413].contains(status) && isLast && self["content-type"] == nil
            && body.starts(with: Array("HTTP/1.1 \(status) ".utf8))
    }

    /// Since Kafka takes none: it has not been sent.
    var refusesCommands: Bool { body[...].place(of: "Kafka cannot be reached") != nil }

    /// What probes are told.
    var isHealth: Bool { body.starts(with: Array(#"{"status":""#.utf8)) }
}
