import Foundation

/// An answer as it came over the wire, read as strictly as HTTP/1.1 (RFC 9112) lets a server write it.
struct Answer {
    let status: Int
    /// In small letters.
    let headers: [(name: String, value: String)]
    var body: [UInt8] = []
    /// The rest of a stream is still to come.
    var isStream = false

    /// Of a header that is there once at most.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether nothing follows on this connection.
    var isLast: Bool { self["connection"]?.lowercased() == "close" }

    /// What stands at the beginning of these bytes.
    /// - Parameter hasBody: not to HEAD.
    /// - Returns: nil as long as it is not whole, for a stream its head; and how many bytes it takes.
    /// - Throws: what is no HTTP.
    static func read(_ bytes: ArraySlice<UInt8>, hasBody: Bool) throws(Fault) -> (answer: Answer, count: Int)? {
        guard let end = bytes.place(of: "\r\n\r\n") else {
            guard bytes.count < 65_536 else { throw Fault("a head without an end") }
            return nil
        }
        var answer = try head(bytes[..<end])
        var rest = bytes[(end + 4)...]
        let lengths = answer.headers.filter { $0.name == "content-length" }.map(\.value)
        let coding = answer["transfer-encoding"]
        guard lengths.count <= 1, coding == nil || coding == "chunked" && lengths.isEmpty else {
            throw Fault("it is not clear how long the answer is: \(answer.headers)")
        }
        let isEmpty = !hasBody || answer.status < 200 || answer.status == 204 || answer.status == 304
        if isEmpty {
            if coding != nil, hasBody { throw Fault("\(answer.status) in chunks") }
        } else if coding != nil {
            answer.isStream = true
        } else {
            guard let text = lengths.first, let count = Int(text), count >= 0, "\(count)" == text else {
                throw Fault("an answer does not say how long it is: \(answer.headers)")
            }
            guard rest.count >= count else { return nil }
            answer.body = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return (answer, bytes.count - rest.count)
    }

    private static func head(_ bytes: ArraySlice<UInt8>) throws(Fault) -> Answer {
        var lines: [ArraySlice<UInt8>] = []
        var left = bytes
        while let end = left.place(of: "\r\n") {
            lines.append(left[..<end])
            left = left[(end + 2)...]
        }
        lines.append(left)
        guard bytes.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 || $0 == 13 || $0 == 10 }),
            lines.allSatisfy({ !$0.contains(13) && !$0.contains(10) })
        else { throw Fault("a control character in the head") }
        let words = String(decoding: lines[0], as: UTF8.self).split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            let status = Int(words[1]), (100..<600).contains(status)
        else { throw Fault("no status line: \(String(decoding: lines[0], as: UTF8.self))") }
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(isToken)
            else { throw Fault("no header: \(String(decoding: line, as: UTF8.self))") }
            let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
            headers.append(
                (
                    String(decoding: line[..<colon], as: UTF8.self).lowercased(),
                    value.trimmingCharacters(in: .whitespaces)
                ))
        }
        return Answer(status: status, headers: headers)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
