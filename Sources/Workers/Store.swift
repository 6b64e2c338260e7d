/// Where a shard's committed rows are: a file in a daemon, memory in the Harness. Tables go by their place in the
/// worker's list.
package protocol Store: AnyObject {
    /// Lends the value of a row to `body`, which is not called when there is none.
    func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws

    /// Lends keys and values in the byte order of their keys, from `start` on (that one included), until `body` says
    /// false.
    func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws
}
