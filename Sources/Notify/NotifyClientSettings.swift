package import HTTPClient

/// How receivers are called.
package struct NotifyClientSettings: Sendable {
    package var channels: [NotifyChannel]
    package var templates: Templates
    /// Timeouts, sizes, certificates, and whether receivers may lie in somebody's own network.
    package var client: HTTPClient

    package init(_ channels: [NotifyChannel], _ templates: Templates, caFile: String? = nil, allowPrivate: Bool = false)
    {
        (self.channels, self.templates) = (channels, templates)
        client = HTTPClient(
            connectLimit: .seconds(5), firstByteLimit: .seconds(15), wholeLimit: .seconds(30),
            sizeLimit: 262_144, caFile: caFile)
        client.isPublicOnly = !allowPrivate
    }
}
