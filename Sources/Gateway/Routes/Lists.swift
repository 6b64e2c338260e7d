import HTTP
import JSON

/// A page of a list, as Spring Data REST has it.
struct ListPage {
    let collection: StaticString
    let page: PageRequest
    let total: Int64
    /// Whether the list has pages at all; a search's whole result has none.
    var isPaged = true
    /// Where a search has stopped though there is more: the time of the last that it looked at, and what the next one
    /// is told.
    var stopped: (at: Int64, place: String)?

    var pages: Int64 { (total + Int64(page.size) - 1) / Int64(page.size) }

    func write(
        _ call: Call, count: Int, _ item: (inout JSONWriter, Int) -> Void
    ) -> JSONWriterBytes {
        JSONWriterBytes { json in
            json.field("_embedded", object: { $0.field(collection, objects: count, item) })
            json.field(
                "_links",
                object: { json in
                    if isPaged, pages > 1 {
                        json.link("first", address(call, 0))
                        if page.number > 0 {
                            json.link("prev", address(call, min(Int64(page.number) - 1, max(pages - 1, 0))))
                        }
                    }
                    json.link("self", call.links.same(call.request))
                    if isPaged, pages > 1 {
                        if Int64(page.number) + 1 < pages { json.link("next", address(call, Int64(page.number) + 1)) }
                        json.link("last", address(call, pages - 1))
                    }
                    if let stopped { json.link("older", older(call, stopped.place)) }
                    if collection.isOne(of: ["users", "responses"]), isPaged {
                        json.link("search", call.links.base + call.request.path + "/search")
                    }
                })
            if let stopped { json.field("searchedSince", time: stopped.at) }
            if isPaged {
                json.field(
                    "page",
                    object: { json in
                        json.field("size", Int64(page.size))
                        json.field("totalElements", total)
                        json.field("totalPages", pages)
                        json.field("number", Int64(page.number))
                    })
            }
        }
    }

    /// The same list, another page of it.
    private func address(_ call: Call, _ number: Int64) -> String {
        address(call, ["page=\(number)", "size=\(page.size)"], without: ["page", "size"])
    }

    /// The same search, from where this one has stopped.
    private func older(_ call: Call, _ place: String) -> String {
        address(call, ["size=\(page.size)", "before=\(place.queryEncoded)"], without: ["page", "size", "before"])
    }

    private func address(_ call: Call, _ first: [String], without names: [String]) -> String {
        let others = call.request.query.filter { !names.contains($0.name) }.map { name, value in
            "\(name.percentEncoded)=\(value.queryEncoded)"
        }
        return call.links.base + call.request.path + "?" + (first + others).joined(separator: "&")
    }
}

extension StaticString {
    func isOne(of words: [String]) -> Bool { words.contains(description) }
}

extension String {
    /// As `percentEncoded`, but for the comma, which `sort=name,desc` has.
    var queryEncoded: String {
        split(separator: ",", omittingEmptySubsequences: false).map { String($0).percentEncoded }.joined(separator: ",")
    }
}
