/// What a server takes from its clients. Every wait and every amount has a bound.
package struct ServerSettings: Sendable {
    /// How many connections there may be, streams too; at the limit a newcomer takes the place of another one.
    package var connections = 128
    /// How long a request's head may take: the first one from the connection's beginning, others from their first line.
    package var headLimit = Duration.seconds(5)
    /// How long the first line of the next request may be waited for; nil for as long as a head. Longer than what a
    /// proxy in front keeps its connections for, or it may send a request that is not answered.
    package var idleLimit: Duration?
    /// How long its body and the answer may take after that, without what the handler takes for an answer later; and
    /// how long a stream's client has for the rest when it is ended.
    package var answerLimit = Duration.seconds(10)
    /// How long a handler may take for an answer later. Past that the client gets 503.
    package var laterLimit = Duration.seconds(60)
    /// How many bytes a head may have. A connection has 14 KiB more than this of memory.
    package var headBytes = 16_384
    /// How many bytes a body may have.
    package var bodyBytes = 65_536
    /// Whether handlers look at bodies. They are read and dropped otherwise.
    package var keepsBodies = true
    /// With it clients come by TLS 1.2 or 1.3, and not otherwise.
    package var tls: TLSFiles?
    /// Called on the server's thread when new files of the certificate are not taken, with what is wrong with them.
    package var tlsFault: @Sendable (String) -> Void = { _ in }
    /// How refusals look that no handler has made.
    package var refusals = plainRefusal
    /// Called on the server's thread when a request is over.
    package var access: (@Sendable (HTTPAccess) -> Void)?

    /// The defaults.
    package init() {}
}
