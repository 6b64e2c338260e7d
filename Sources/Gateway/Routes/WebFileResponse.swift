import GatewayWeb
import HTTP

extension WebFiles {
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "json": "application/json",
    ]

    private static let tags = all.mapValues { Tag($0).text }

    /// nil where there is no such file.
    static func response(_ name: String, _ request: HTTPRequest) -> HTTPResponse? {
        guard let bytes = all[name], let type = types[String(name.split(separator: ".").last ?? "")],
            let tag = tags[name]
        else {
            return nil
        }
        // Asked for again each time, and sent when it is another: a new version is there at once.
        let headers = [(name: "ETag", value: tag), (name: "Cache-Control", value: "no-cache")]
        var response: HTTPResponse
        if let known = request.headers.list("if-none-match"), Tag.isAmong(known, tag) {
            response = HTTPResponse(status: 304, contentType: "", body: [])
        } else {
            response = HTTPResponse(contentType: type, body: bytes)
        }
        response.headers = headers
        return response
    }
}
