import Configuration
import Glibc
import Kafka

/// A file of lines, or standard input, one line at a time: memory is bounded by the longest line that is taken.
struct LineReader: ~Copyable {
    /// A customer's two years of quarter hours are 500 KB.
    static let limit = 64 << 20

    private let descriptor: Int32
    private let isOwn: Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private var part = [UInt8](repeating: 0, count: 65_536)
    private(set) var number = 0

    /// "-" is standard input.
    init(_ path: String) throws(ConfigurationError) {
        isOwn = path != "-"
        descriptor = unsafe isOwn ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        guard descriptor >= 0 else { throw ConfigurationError("\(path) cannot be read: \(systemReason())") }
    }

    deinit { if isOwn { close(descriptor) } }

    /// The next line that is not blank, without its end; nil at the end of the file.
    mutating func next() throws(ConfigurationError) -> [UInt8]? {
        while let line = try line() {
            number += 1
            if line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) { return line }
        }
        return nil
    }

    private mutating func line() throws(ConfigurationError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            buffer.removeFirst(start)
            (start, searched) = (0, buffer.count)
            guard buffer.count <= Self.limit else {
                throw ConfigurationError("line \(number + 1) is longer than \(Self.limit >> 20) MiB")
            }
            try fill()
        }
    }

    private mutating func fill() throws(ConfigurationError) {
        let count = unsafe read(descriptor, &part, part.count)
        guard count >= 0 else {
            if errno == EINTR { return }
            throw ConfigurationError("line \(number + 1) cannot be read: \(systemReason())")
        }
        if count == 0 { isAtEnd = true }
        buffer.append(contentsOf: part[..<count])
    }
}
