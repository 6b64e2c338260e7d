import Testing

@testable import Gateway

@Suite struct PageRequestTests {
    /// A query, and the page's number, size and order.
    static let pages: [(query: [(String, String)], page: String)] = [
        ([], "0 20 "), ([("page", "3"), ("size", "7")], "3 7 "), ([("size", "0")], "0 20 "),
        ([("size", "-1")], "0 20 "),
        ([("size", "x")], "0 20 "), ([("size", "")], "0 20 "), ([("size", "1000")], "0 1000 "),
        ([("size", "1001")], "0 1000 "),
        ([("page", "-1")], "0 20 "), ([("page", "x")], "0 20 "), ([("page", "1.5")], "0 20 "),
        // The first one counts.
        ([("page", "1"), ("page", "2")], "1 20 "),
        // No arithmetic with it overflows.
        ([("page", "9223372036854775807"), ("size", "1000")], "1000000000 1000 "),
        ([("page", "9223372036854775808"), ("size", "9223372036854775808")], "0 20 "),
        ([("sort", "name")], "0 20 name"), ([("sort", "name,desc")], "0 20 -name"),
        ([("sort", "name,ASC")], "0 20 name"),
        ([("sort", "name,id,desc")], "0 20 -name -id"), ([("sort", "name"), ("sort", "id,desc")], "0 20 name -id"),
        ([("sort", "name"), ("sort", "name,desc")], "0 20 name"), ([("sort", "nothing")], "0 20 "),
        ([("sort", "-nothing")], "0 20 "),
        ([("sort", "nothing,name")], "0 20 name"), ([("sort", "")], "0 20 "), ([("sort", ",,")], "0 20 "),
        ([("sort", "desc")], "0 20 "),
        ([("sort", "name;DROP TABLE users")], "0 20 "),
    ]

    @Test(arguments: pages) func `bad values are defaults, and what cannot be sorted by is dropped`(
        _ query: [(String, String)], _ page: String
    ) {
        let request = PageRequest(query.map { (name: $0.0, value: $0.1) }, sortable: ["id", "name"])
        let sort = request.sort.map { ($0.isDescending ? "-" : "") + $0.property }.joined(separator: " ")
        #expect("\(request.number) \(request.size) \(sort)" == page)
        #expect(request.offset == Int64(request.number) * Int64(request.size))
    }

    /// Headers, and whether the answer is wanted at once, after so long, without a body.
    static let preferences: [(headers: [String], text: String)] = [
        ([], "false nil false"), (["respond-async"], "true nil false"), (["wait=5"], "false 5 false"),
        (["wait=31"], "false 30 false"),
        (["wait=0"], "false 0 false"), (["wait=-1"], "false nil false"), (["wait=x"], "false nil false"),
        (["wait"], "false nil false"),
        (["wait=99999999999999999999"], "false nil false"), (["Respond-Async, WAIT=\"7\""], "true 7 false"),
        (["respond-async", "return=minimal"], "true nil true"), (["return=representation"], "false nil false"),
        (["wait=5; q=1, respond-async;x"], "true 5 false"), ([";"], "false nil false"), ([",;,"], "false nil false"),
        ([""], "false nil false"),
    ]

    @Test(arguments: preferences) func `preferences are those that are known, and nothing that is sent is too strange`(
        _ headers: [String], _ text: String
    ) {
        let found = Preferences(headers)
        #expect("\(found.isAsync) \(found.wait.map { "\($0)" } ?? "nil") \(found.isMinimal)" == text)
    }

    @Test(
        arguments: [
            ([], true, true, "application/hal+json"), (["*/*"], true, true, "application/hal+json"),
            (["application/json"], false, true, "application/json"),
            (["application/*;q=0.5"], true, true, "application/hal+json"),
            (["application/hal+json;q=0, application/json"], false, true, "application/json"),
            (["text/html"], false, false, nil),
            (["APPLICATION/HAL+JSON ; q=0.1"], true, false, "application/hal+json"), ([";", ","], false, false, nil),
            (["application/json;q=0.0, */*"], true, true, "application/hal+json"),
        ] as [([String], Bool, Bool, String?)])
    func `what a client takes is found in Accept, and HAL is sent where it is taken`(
        _ headers: [String], _ hal: Bool, _ json: Bool, _ sent: String?
    ) {
        let accepted = Accepted(headers)
        #expect(accepted.takes(Accepted.hal) == hal && accepted.takes(Accepted.json) == json)
        #expect((try? accepted.representation()) == sent)
    }
}
