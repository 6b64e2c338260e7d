import Glibc
import HTTPClient
import JWT
import Synchronization

/// Where an issuer's keys are.
package enum KeySource: Hashable, Sendable, CustomStringConvertible {
    case file(String)
    /// `caFile` has the certificates to trust, in place of the system's.
    case url(String, caFile: String? = nil)

    package var description: String {
        switch self {
        case .file(let path): path
        case .url(let url, _): url
        }
    }

    /// A file is looked at often, which costs nothing.
    var schedule: KeySchedule {
        switch self {
        case .file: KeySchedule(refresh: .seconds(5), unknown: .seconds(1))
        case .url: KeySchedule()
        }
    }

    /// The text of the set, as it is there now.
    func fetch(isStopped: @escaping () -> Bool) throws(KeyFault) -> [UInt8] {
        switch self {
        case .file(let path): return try Self.read(path)
        case .url(let url, let caFile):
            let answer: HTTPClient.Answer
            do throws(HTTPClientError) {
                let client = HTTPClient(sizeLimit: KeySet.sizeLimit, caFile: caFile)
                answer = try client.get(url, accept: "application/jwk-set+json, application/json", isStopped: isStopped)
            } catch { throw KeyFault("\(error)") }
            guard answer.status == 200 else { throw KeyFault("the server answered \(answer.status), not 200") }
            return answer.body
        }
    }

    private static func read(_ path: String) throws(KeyFault) -> [UInt8] {
        // A FIFO that nobody writes does not hold this up.
        let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw KeyFault.system() }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw KeyFault.system() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw KeyFault("it is not a file") }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= KeySet.sizeLimit {
            let count = unsafe Glibc.read(file, &part, part.count)
            guard count >= 0 else { throw KeyFault.system() }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
        }
        return bytes
    }
}

/// Why keys cannot be had.
package struct KeyFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }

    /// What the system said last.
    static func system() -> Self { Self(unsafe String(cString: strerror(errno))) }
}
