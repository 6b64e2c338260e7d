import Glibc
import JSON
import Time
package import Webhooks

/// What a receiver was told, in a file: a line of JSON for each notice that came and what was said of it, written
/// before the answer. A receiver that was killed knows the keys again that it had taken.
package final class ReceiverFile: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Those that were taken before, by their keys.
    package let taken: [String: WebhookNotice]
    private let descriptor: Int32

    /// A last line that was cut off by a kill is no line: whoever sent it had no answer. Others may not read the file:
    /// it has addresses, and links by which customers answer.
    package init(_ path: String) throws {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = unsafe Glibc.read(descriptor, &part, part.count)
            guard count >= 0 else { throw Self.failure(path) }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
        }
        let whole = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        guard ftruncate(descriptor, whole) == 0 else { throw Self.failure(path) }
        var found: [String: WebhookNotice] = [:]
        for line in bytes[..<whole].split(separator: UInt8(ascii: "\n")) {
            var reader = JSONReader()
            let line = Array(line)
            let fields = try reader.fields(of: line.span)
            let notice = try WebhookNotice(fields)
            if try fields.string("status", atMost: 20) == WebhookStatus.accepted.rawValue { found[notice.key] = notice }
        }
        taken = found
    }

    deinit { close(descriptor) }

    /// With one call, so that a kill leaves the whole line or none.
    /// - Returns: whether it is there.
    package func append(_ notice: WebhookNotice, _ status: WebhookStatus) -> Bool {
        var json = JSONWriter()
        json.object { json in
            json.field("at", SystemClock.milliseconds)
            json.field("status", status.rawValue)
            notice.write(&json)
        }
        json.raw("\n" as StaticString)
        let line = json.take()
        return unsafe line.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) } == line.count
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(unsafe String(cString: strerror(errno)))")
    }
}
