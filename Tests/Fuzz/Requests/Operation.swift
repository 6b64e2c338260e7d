/// What can be asked of a gateway, as it is asked rightly.
struct Operation {
    let method: String
    /// With `{order}`, `{user}`, `{response}`, `{dead letter}`, `{command}`,
    /// `{withdrawal}`, `{link}` and `{file}` in it.
    let path: String
    /// The query's, with their values.
    var parameters: [String] = []
    /// What can be sent along: fields with JSON text.
    var bodies: [[Subject.Field]] = []
    /// Nobody needs a token for it.
    var isPublic = false
    /// How often it is asked, beside the others.
    var weight = 4

    private static func body(_ fields: KeyValuePairs<String, String>) -> [Subject.Field] {
        fields.map { Subject.Field(name: $0.key, text: $0.value) }
    }

    private static let pages = ["page=0", "page=3", "size=5", "size=1000", "page=1&size=2"]
    /// All customers are asked for each order, so that there are few of both.
    private static let orders: [[Subject.Field]] = [
        body(["id": #""{order}""#, "name": #""kt""#, "type": #""reliable""#]),
        body([
            "id": #""{order}""#, "name": #""kt""#, "type": #""economic""#, "startsAt": #""2026-11-21T09:00:00Z""#,
            "endsAt": #""2026-11-21T12:00:00Z""#,
        ]),
        body(["id": #""{order}""#, "name": #""kt""#, "type": #""reliable""#, "date": #""2026-11-21""#]),
        body([
            "id": #""{order}""#, "name": #""kt""#, "type": #""reliable""#, "resources": #"["seoul-1"]"#,
            "regions": #"["seoul"]"#, "quantity": "{capacity}", "test": "true",
        ]),
    ]
    private static let resources: [[Subject.Field]] = [
        body([
            "id": #""seoul-1""#, "kind": #""reliable""#, "region": #""seoul""#, "capacity": "8000",
            "method": #""Mid(6/10)""#, "price": "{capacity}", "from": #""2026-06-01""#,
        ]),
        body(["id": #""{user}""#, "kind": #""small""#, "capacity": "8000"]),
    ]
    private static let users: [[Subject.Field]] = [
        body(["id": #""{user}""#, "name": #""Kim""#, "capacity": "8000"]),
        body(["id": #""{user}""#, "name": #""김""#, "capacity": "8000", "point": "0"]),
        body(["id": #""{user}""#, "name": #""Kim""#, "capacity": "8000", "resource": #""seoul-1""#]),
    ]
    private static let changes: [[Subject.Field]] = [
        body(["name": #""Lee""#]), body(["capacity": "{capacity}"]), body(["resource": #""seoul-1""#]),
        body(["name": #""Kim""#, "capacity": "{capacity}"]),
    ]
    private static let payments = [body([:]), body(["reference": #""bank 1""#])]
    private static let failures = [body(["reason": #""no account""#])]
    private static let adjustments = [
        body(["amount": "{capacity}", "reason": #""paid twice""#]),
        body(["id": #""{withdrawal}""#, "amount": "-1", "reason": #""r""#, "force": "true"]),
    ]
    private static let figures = [
        body(["kpxKWh": "{capacity}", "ownKWh": "7"]),
        body(["resource": #""seoul-1""#, "kpxWon": "-5", "ownWon": "6", "objection": #""too little""#]),
    ]
    private static let ends = [body(["status": #""end""#]), body(["status": #""end""#, "reason": #""over""#])]
    private static let answers = [
        body(["answer": #""accept""#]), body(["answer": #""deny""#]),
        body(["answer": #""accept""#, "userId": #""{user}""#, "drId": #""{order}""#]),
    ]

    private static let links = [body(["link": #""{link}""#])]
    private static let linkAnswers = [
        body(["link": #""{link}""#, "answer": #""accept""#]), body(["link": #""{link}""#, "answer": #""deny""#]),
    ]

    static let all: [Operation] = [
        Operation(method: "GET", path: "/drs", parameters: pages + ["status=running", "sort=startsAt,desc"]),
        Operation(method: "GET", path: "/drs/{order}", weight: 8),
        Operation(method: "POST", path: "/drs", bodies: orders, weight: 1),
        Operation(method: "POST", path: "/drs/startdr", bodies: orders, weight: 1),
        Operation(method: "POST", path: "/startdr", bodies: orders, weight: 1),
        Operation(method: "PUT", path: "/drs/{order}", bodies: ends, weight: 1),
        Operation(method: "PATCH", path: "/drs/{order}", bodies: ends, weight: 1),
        Operation(method: "PUT", path: "/drs/{order}/end", weight: 1),
        Operation(method: "GET", path: "/drs/{order}/kpx", parameters: pages),
        Operation(method: "POST", path: "/drs/{order}/kpx", bodies: figures, weight: 1),
        Operation(method: "GET", path: "/resources", parameters: pages + ["sort=kind,desc"]),
        Operation(method: "GET", path: "/resources/seoul-1"),
        Operation(method: "POST", path: "/resources", bodies: resources, weight: 1),
        Operation(method: "GET", path: "/users", parameters: pages + ["q=K", "q=u-1", "sort=name,desc&size=3"]),
        Operation(method: "GET", path: "/users/search"),
        Operation(method: "GET", path: "/users/search/findByName", parameters: ["name=Kim", "name=%EA%B9%80"]),
        Operation(method: "GET", path: "/users/{user}", weight: 8),
        Operation(method: "GET", path: "/users/{user}/ledger", parameters: pages),
        Operation(method: "GET", path: "/withdrawals", parameters: pages + ["status=requested", "status=paid&size=2"]),
        Operation(method: "GET", path: "/users/{user}/withdrawals/{withdrawal}"),
        Operation(method: "PUT", path: "/users/{user}/withdrawals/{withdrawal}/confirm", bodies: payments, weight: 2),
        Operation(method: "PUT", path: "/users/{user}/withdrawals/{withdrawal}/fail", bodies: failures, weight: 2),
        Operation(method: "POST", path: "/users/{user}/adjustments", bodies: adjustments, weight: 2),
        Operation(method: "POST", path: "/users", bodies: users, weight: 3),
        Operation(method: "PUT", path: "/users/{user}", bodies: users, weight: 6),
        Operation(method: "PATCH", path: "/users/{user}", bodies: changes, weight: 6),
        Operation(
            method: "GET", path: "/responses",
            parameters: pages + [
                "drId={order}", "userId={user}", "drId={order}&answer=accept", "drId={order}&userId={user}",
            ]
        ),
        Operation(method: "GET", path: "/responses/search"),
        Operation(method: "GET", path: "/responses/search/findByDrId", parameters: ["drId={order}"]),
        Operation(method: "GET", path: "/responses/{response}", weight: 8),
        Operation(method: "PUT", path: "/responses/{response}", bodies: answers, weight: 6),
        Operation(method: "PATCH", path: "/responses/{response}", bodies: answers, weight: 6),
        Operation(method: "PUT", path: "/responses/{response}/accept"),
        Operation(method: "PUT", path: "/responses/{response}/deny"),
        Operation(method: "GET", path: "/answer", isPublic: true, weight: 1),
        Operation(method: "POST", path: "/answer", bodies: linkAnswers, isPublic: true, weight: 6),
        Operation(method: "POST", path: "/answer/order", bodies: links, isPublic: true),
        Operation(method: "GET", path: "/kepcos", parameters: pages + ["drId={order}", "userId={user}"]),
        Operation(method: "GET", path: "/kepcos/{response}"),
        Operation(method: "GET", path: "/deadletters", parameters: pages + ["context=user", "kind=conflict"]),
        Operation(method: "GET", path: "/deadletters/{letter}"),
        Operation(method: "POST", path: "/deadletters/{letter}/replay", weight: 2),
        Operation(method: "GET", path: "/audit", parameters: pages + ["q={user}", "q={order}"]),
        Operation(method: "GET", path: "/commands/{command}"),
        Operation(method: "GET", path: "/health", weight: 2),
        Operation(method: "GET", path: "/me"),
        Operation(method: "GET", path: "/readyz", isPublic: true, weight: 1),
        Operation(method: "GET", path: "/actuator/health", isPublic: true, weight: 1),
        Operation(method: "GET", path: "/livez", isPublic: true, weight: 1),
        Operation(method: "GET", path: "/", isPublic: true, weight: 2),
        Operation(method: "GET", path: "/web/{file}", isPublic: true, weight: 2),
        Operation(method: "GET", path: "/openapi.json", isPublic: true, weight: 1),
    ]

    static let live = Operation(method: "GET", path: "/live")

    /// Each as often as it weighs.
    static let weighted = all.flatMap { Array(repeating: $0, count: $0.weight) }
}
