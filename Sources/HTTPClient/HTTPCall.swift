/// What another server is asked.
package struct HTTPCall: Sendable {
    /// http or https.
    package var url: String
    package var accept: String
    /// With it the call is a POST, otherwise a GET.
    package var form: [UInt8]?

    /// - Parameter form: as `application/x-www-form-urlencoded`. What is secret belongs there and not into the URL,
    ///   which stands in logs of all who pass it on.
    package init(_ url: String, accept: String = "*/*", form: [UInt8]? = nil) {
        (self.url, self.accept, self.form) = (url, accept, form)
    }
}
