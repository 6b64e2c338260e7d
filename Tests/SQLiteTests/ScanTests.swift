import Testing

@testable import SQLite

@Suite struct ScanTests {
    private func filled(_ keys: [String]) throws -> Users {
        let users = try Users(":memory:")
        for key in keys { try users.put(key, "value of \(key)") }
        return users
    }

    private let keys = ["", "a", "ab", "ab1", "ab2", "ac", "b", "가", "나"]

    @Test(
        arguments: [
            ("", nil, 99, ["", "a", "ab", "ab1", "ab2", "ac", "b", "가", "나"]),
            ("ab", nil, 2, ["ab", "ab1"]),
            ("ab", "b", 99, ["ab", "ab1", "ab2", "ac"]),
            ("aa", "ab2", 99, ["ab", "ab1"]),
            ("b", "a", 99, []),
            ("a", "", 99, []),
            ("a", "b", 0, []),
            ("라", nil, 99, []),
        ] as [(String, String?, Int, [String])])
    func `reads from a key in order`(lower: String, upper: String?, limit: Int, expected: [String]) throws {
        let users = try filled(keys.reversed())
        var found: [String] = []
        let body = { (key: Span<UInt8>, value: Span<UInt8>) in
            #expect(value.string == "value of \(key.string)")
            found.append(key.string)
            return true
        }
        if let upper {
            try users.scan.forEachRow(from: lower.utf8.span, below: upper.utf8.span, limit: limit, body)
        } else {
            try users.scan.forEachRow(from: lower.utf8.span, limit: limit, body)
        }
        #expect(found == expected)
        found = []
        try users.scan.forEachRow(after: lower.utf8.span, limit: limit, body)
        #expect(!found.contains(lower))
    }

    @Test(
        arguments: [
            ("ab", nil, ["ab", "ab1", "ab2"]),
            ("ab", "ab1", ["ab2"]),
            ("ab", "a", ["ab", "ab1", "ab2"]),
            ("ab", "ac", []),
            ("", nil, ["", "a", "ab", "ab1", "ab2", "ac", "b", "가", "나"]),
            ("", "b", ["가", "나"]),
            ("가", nil, ["가"]),
            ("x", nil, []),
        ] as [(String, String?, [String])])
    func `reads what begins with a prefix`(prefix: String, after: String?, expected: [String]) throws {
        let users = try filled(keys)
        var found: [String] = []
        let body = { (key: Span<UInt8>, _: Span<UInt8>) in
            found.append(key.string)
            return true
        }
        if let after {
            try users.scan.forEachRow(prefix: prefix.utf8.span, after: after.utf8.span, body)
        } else {
            try users.scan.forEachRow(prefix: prefix.utf8.span, body)
        }
        #expect(found == expected)
    }

    @Test func `a prefix of the greatest bytes has no end`() throws {
        let users = try filled(["a"])
        try users.upsert.run(text: [0xFF, 0xFF, 1].span, blob: [1].span)
        try users.upsert.run(text: [0xFE].span, blob: [1].span)
        var found: [[UInt8]] = []
        try users.scan.forEachRow(prefix: [0xFF].span) { key, _ in
            found.append(key.array)
            return true
        }
        #expect(found == [[0xFF, 0xFF, 1]])
    }

    @Test func `stops where the body says and leaves nothing open`() throws {
        let users = try filled(keys)
        var found: [String] = []
        try users.scan.forEachRow(after: "a".utf8.span) { key, _ in
            found.append(key.string)
            return found.count < 2
        }
        #expect(found == ["ab", "ab1"])
        // A statement that still stood on a row would hold the table.
        try users.database.execute("DROP TABLE users")
    }

    @Test func `what the body throws comes through and the scan can be used again`() throws {
        let users = try filled(keys)
        for _ in 0..<2 {
            var count = 0
            #expect(throws: Stop.self) {
                try users.scan.forEachRow(from: "".utf8.span) { _, _ in
                    count += 1
                    if count == 3 { throw Stop() }
                    return true
                }
            }
            #expect(count == 3)
        }
        #expect(try users.keys() == keys)
        try users.database.execute("DROP TABLE users")
    }

    @Test func `writes in the body are kept and a second scan inside is refused`() throws {
        let users = try filled(keys)
        try users.database.begin()
        try users.scan.forEachRow(from: "".utf8.span) { key, _ in
            try users.upsert.run(text: key, text: "new".utf8.span)
            #expect { try users.scan.forEachRow(from: key) { _, _ in true } } throws: {
                ($0 as? SQLiteError)?.primaryCode == 21
            }
            return true
        }
        try users.database.commit()
        #expect(try users.database.integer(of: "SELECT count(*) FROM users WHERE value = 'new'") == Int64(keys.count))
    }
}
