/// What a server still has to do, for whoever waits for its end.
package struct HTTPLoad: Sendable {
    /// Without those that have a stream, which lasts.
    package var connections = 0
    /// Connections at which a request comes in, or is waited for as the first one, or is answered; ends of streams too.
    package var requests = 0
    /// When the last request came.
    package var lastRequestAt = ContinuousClock.now
    /// Whether nobody can connect any more.
    package var isClosed = false
}
