/// What another server is asked.
package struct HTTPCall: Sendable {
    /// http or https.
    package var url: String
    package var accept: String
    /// With it the call is a POST, otherwise a GET.
    package var body: [UInt8]?
    /// What else the head says.
    package var headers: [(name: String, value: String)] = []

    /// - Parameter form: as `application/x-www-form-urlencoded`. What is secret belongs there and not into the URL,
    ///   which stands in logs of all who pass it on.
    package init(_ url: String, accept: String = "*/*", form: [UInt8]? = nil) {
        (self.url, self.accept, body) = (url, accept, form)
    }

    /// - Parameter json: the body of a POST.
    package init(_ url: String, json: [UInt8], headers: [(name: String, value: String)] = []) {
        (self.url, accept, body) = (url, "application/json", json)
        self.headers = [("Content-Type", "application/json")] + headers
    }
}
