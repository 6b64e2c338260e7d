import Testing

@testable import Market

@Suite struct MarketChangesTests {
    private func changes(_ edits: (String, String)...) throws -> [String] {
        var text = String(decoding: Market.koreaText, as: UTF8.self).replacing(#""version": 1"#, with: #""version": 2"#)
        for (old, new) in edits {
            #expect(text.contains(old))
            text = text.replacing(old, with: new)
        }
        return MarketChanges.lines(from: .korea, to: try Market(Array(text.utf8)))
    }

    @Test func `what is different is said in short lines`() throws {
        #expect(
            try changes((#""noticeMin": 30"#, #""noticeMin": 45"#), (#""2028-12-25""#, #""2028-12-26""#))
                == [
                    "version 1 → 2", "national from 2024-02-01: noticeMin 30 → 45", "holidays added: 2028-12-26",
                    "holidays taken out: 2028-12-25",
                ])
        #expect(
            try changes((#""otherKinds": "reliable","#, ""), (#""id": "jeju""#, #""id": "jejudo""#)).prefix(4)
                == [
                    "version 1 → 2", "otherKinds reliable → refused", "kind jeju is gone",
                    "kind jejudo is new: 제주DR, Jeju DR",
                ])
        #expect(
            try changes((#""keep": "top 4""#, #""keep": "top 3""#))
                == ["version 1 → 2", "standard from 2024-02-01: the method Max(4/5) works otherwise"])
        #expect(
            try changes(
                (#"{"from": "2000-01-01","#, #"{"from": "2026-12-01", "noticeMin": 5}, {"from": "2000-01-01","#))
                == ["version 1 → 2", "reliable from 2026-12-01: new rules"])
        #expect(
            try changes((#""about": "Korea"#, #""about": "South Korea"#))
                == ["version 1 → 2"])
    }

    @Test func `there are never more lines than fit an event`() throws {
        let kinds = (0..<20).map {
            """
            {"id": "k\($0)", "name": {"ko": "\(String(repeating: "가", count: 100))", "en": "\(String(repeating: "K", count: 100))"},
             "rules": [{"from": "2026-01-01"}]},
            """
        }
        let kind = #"    {\#n      "id": "reliable","#
        let lines = try changes((kind, kinds.joined() + kind), (#""2024-"#, #""2023-"#))
        #expect(lines.count <= MarketChanges.most && lines.allSatisfy { $0.unicodeScalars.count <= 200 })
    }
}
