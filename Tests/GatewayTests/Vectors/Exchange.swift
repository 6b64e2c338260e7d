/// A request, and what the answer to it has to be. `$NAME` in it stands for what an earlier answer has said.
struct Exchange: Sendable {
    enum Gateway: Sendable { case open, guarded }

    var request: String
    /// As the frontends of the services before this one have it, unless there is another; an empty one is left out.
    var headers: [String: String]
    var body: String
    var status: Int
    var wantedHeaders: [String: Wanted]
    /// By JSON pointer.
    var members: [String: Wanted]
    /// What to keep under which name: a JSON pointer's member, or a header.
    var kept: [String: String]
    var gateway: Gateway
    /// Whether it is asked again until it is so: what contexts do in the wake of something takes its time.
    var isAwaited: Bool
    var isEmpty: Bool
}

/// What is done one behind the other.
enum Step: Sendable {
    case ask(Exchange)
    case act(@Sendable (Stage, Course) throws -> Void)
}

/// - Parameters:
///   - request: method and target.
///   - said: headers of the answer.
///   - has: members of its body, by JSON pointer.
func ask(
    _ request: String, _ headers: [String: String], _ body: String, _ status: Int, said: [String: Wanted] = [:],
    has: [String: Wanted] = [:], keep: [String: String] = [:], at gateway: Exchange.Gateway = .open,
    awaited: Bool = false, empty: Bool = false
) -> Step {
    .ask(
        Exchange(
            request: request, headers: headers, body: body, status: status, wantedHeaders: said, members: has,
            kept: keep, gateway: gateway, isAwaited: awaited, isEmpty: empty))
}

func ask(
    _ request: String, _ headers: [String: String], _ status: Int, said: [String: Wanted] = [:],
    has: [String: Wanted] = [:], keep: [String: String] = [:], at gateway: Exchange.Gateway = .open,
    awaited: Bool = false, empty: Bool = false
) -> Step {
    ask(request, headers, "", status, said: said, has: has, keep: keep, at: gateway, awaited: awaited, empty: empty)
}

func ask(
    _ request: String, _ status: Int, said: [String: Wanted] = [:], has: [String: Wanted] = [:],
    keep: [String: String] = [:], at gateway: Exchange.Gateway = .open, awaited: Bool = false, empty: Bool = false
) -> Step {
    ask(request, [:], "", status, said: said, has: has, keep: keep, at: gateway, awaited: awaited, empty: empty)
}

/// Sends JSON.
func send(
    _ request: String, _ body: String, _ headers: [String: String], _ status: Int, said: [String: Wanted] = [:],
    has: [String: Wanted] = [:], keep: [String: String] = [:], at gateway: Exchange.Gateway = .open
) -> Step {
    let headers = headers.merging(["Content-Type": "application/json"]) { given, _ in given }
    return ask(request, headers, body, status, said: said, has: has, keep: keep, at: gateway)
}

func send(
    _ request: String, _ body: String, _ status: Int, said: [String: Wanted] = [:], has: [String: Wanted] = [:],
    keep: [String: String] = [:], at gateway: Exchange.Gateway = .open
) -> Step {
    send(request, body, [:], status, said: said, has: has, keep: keep, at: gateway)
}
