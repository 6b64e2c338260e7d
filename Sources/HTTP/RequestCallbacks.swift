import CMicroHTTPD
import Glibc

// What libmicrohttpd calls about requests. At file scope: a closure written on the main actor traps on any other
// thread.

/// The first line of a request is there, as it was sent. Behind this libmicrohttpd resolves escapes in it, and cuts it
/// at the question mark and at the first zero.
func targetCame(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context, let found = unsafe negawatt_context_of(connection) else { return nil }
    let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(found).takeUnretainedValue()
    connection.since = .now
    connection.step = .head
    let answerer = unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
    answerer.lastRequestAt = connection.since
    answerer.table.beginHead(connection.socket, at: connection.since)
    if let target = unsafe target {
        let count = unsafe strlen(target)
        connection.targetStart = UInt(bitPattern: target)
        connection.targetEnd = connection.targetStart + UInt(count)
        let bytes = unsafe Span(
            _unsafeStart: UnsafeRawPointer(target).assumingMemoryBound(to: UInt8.self), count: count)
        do throws(HTTPRefusal) { connection.target = .success(try HTTPTarget(bytes)) } catch {
            connection.target = .failure(error)
        }
        // Nobody asks libmicrohttpd for it.
        if !answerer.readsStrictly { unsafe negawatt_hide_query(target) }
    }
    // This is what the functions below find in their `state`.
    return unsafe found
}

/// Called when a request's head is there, then for each part of its body, once more at its end, and whenever its
/// connection has been resumed.
func answer(
    _ context: UnsafeMutableRawPointer?, _: OpaquePointer?, _: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ part: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let method = unsafe method, let version = unsafe version,
        let count = unsafe count, let found = unsafe state?.pointee
    else { return .NO }
    let answerer = unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
    let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(found).takeUnretainedValue()
    switch connection.step {
    case .request: return .NO
    case .head: return unsafe answerer.begin(connection, method, version)
    case .body:
        guard unsafe count.pointee > 0, let part = unsafe part else { return answerer.answer(connection) }
        let bytes = unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(part).assumingMemoryBound(to: UInt8.self), count: count.pointee)
        unsafe count.pointee = 0
        return unsafe answerer.add(connection, bytes)
    case .later: return answerer.proceed(connection)
    case .sending: return .YES
    }
}

func addHeader(
    _ reading: UnsafeMutableRawPointer?, _: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameCount: Int,
    _ value: UnsafePointer<CChar>?, _ valueCount: Int
) -> MHD_Result {
    guard let reading = unsafe reading?.assumingMemoryBound(to: HeadReading.self), let name = unsafe name,
        let value = unsafe value
    else { return .NO }
    unsafe reading.pointee.head.add(
        Span(_unsafeStart: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: nameCount),
        Span(_unsafeStart: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self), count: valueCount))
    unsafe reading.pointee.layout.add(
        name: UInt(bitPattern: name), nameCount: UInt(nameCount), value: UInt(bitPattern: value),
        valueCount: UInt(valueCount))
    return .YES
}

/// The answer has gone out, or the request has ended without one.
func requestEnded(
    _ context: UnsafeMutableRawPointer?, _: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    guard let context = unsafe context, let found = unsafe state?.pointee else { return }
    let answerer = unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
    let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(found).takeUnretainedValue()
    answerer.finish(connection, isComplete: code == .REQUEST_TERMINATED_COMPLETED_OK)
}
