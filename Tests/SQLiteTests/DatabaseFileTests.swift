import Glibc
import Testing

@testable import SQLite

@Suite struct DatabaseFileTests {
    private let folder = Folder()
    private var path: String { "\(folder.path)/0.sqlite" }

    @Test func `keeps its owner and format in the header`() throws {
        do {
            let database = try Database(path)
            #expect(try database.applicationID == 0)
            #expect(try database.userVersion == 0)
            try database.setApplicationID(0x4E57_5454)
            try database.setUserVersion(-3)
        }
        let reader = try Database(path, mode: .readOnly)
        #expect(try reader.applicationID == 0x4E57_5454)
        #expect(try reader.userVersion == -3)
    }

    @Test func `a reader sees what is committed while a writer continues`() throws {
        let writer = try Users(path)
        try writer.put("a", "1")
        let reader = try Database(path, mode: .readOnly, busyTimeout: .zero)
        try writer.database.begin()
        try writer.put("a", "2")
        try writer.put("b", "2")
        #expect(try reader.integer(of: "SELECT sum(value) FROM users") == 1)
        try reader.begin()
        #expect(try reader.integer(of: "SELECT sum(value) FROM users") == 1)
        // A reader in the middle of a transaction does not hold the writer up, and keeps its view.
        try writer.database.commit()
        #expect(try reader.integer(of: "SELECT sum(value) FROM users") == 1)
        try reader.commit()
        #expect(try reader.integer(of: "SELECT sum(value) FROM users") == 4)
        #expect { try reader.execute("DELETE FROM users") } throws: { ($0 as? SQLiteError)?.isReadOnly == true }
        #expect(throws: SQLiteError.self) { try reader.setUserVersion(9) }
    }

    @Test(arguments: [false, true]) func `a directory that may not be written can be read`(besideAWriter: Bool) throws {
        let writer = try Users(path)
        try writer.put("a", "41")
        try writer.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try writer.put("a", "42")
        if besideAWriter {
            try read()
        } else {
            _ = consume writer
            #expect(folder.names == ["0.sqlite"])
            try read()
            #expect(folder.names == ["0.sqlite"])
        }

        func read() throws {
            for name in folder.names { unsafe chmod("\(folder.path)/\(name)", 0o444) }
            unsafe chmod(folder.path, 0o555)
            try asNobody {
                #expect(
                    unsafe mkdir("\(folder.path)/new", 0o755) != 0, "the test needs a directory that may not be written"
                )
                let reader = try Database(path, mode: .readOnly)
                #expect(try reader.integer(of: "SELECT value FROM users WHERE key = 'a'") == 42)
                #expect { _ = try Database("\(folder.path)/other.sqlite") } throws: { error in
                    (error as? SQLiteError)?.cannotOpen == true && "\(error)".contains("\(folder.path)/other.sqlite")
                }
                #expect { _ = try Database(path) } throws: { error in
                    (error as? SQLiteError)?.isReadOnly == true && "\(error)".contains(path)
                }
            }
        }
    }

    @Test func `what is not there is not made by a reader`() throws {
        #expect { _ = try Database(path, mode: .readOnly) } throws: { error in
            (error as? SQLiteError)?.cannotOpen == true && "\(error)".contains(path)
        }
        #expect(folder.names == [])
        #expect { _ = try Database("/nowhere/at/all") } throws: { error in
            (error as? SQLiteError)?.cannotOpen == true && "\(error)".hasPrefix("/nowhere/at/all: ")
        }
        #expect { _ = try Database(folder.path) } throws: { ($0 as? SQLiteError)?.cannotOpen == true }
        #expect { _ = try Database(folder.path, mode: .readOnly) } throws: { ($0 as? SQLiteError)?.cannotOpen == true }
    }

    @Test(arguments: [Database.Mode.readWriteCreate, .readOnly])
    func `a file that is no database is refused and left alone`(mode: Database.Mode) throws {
        let content = Array(String(repeating: "these are my holiday notes\n", count: 100).utf8)
        folder.write("0.sqlite", content)
        #expect { _ = try Database(path, mode: mode) } throws: { error in
            (error as? SQLiteError)?.isNotADatabase == true && "\(error)".contains(path)
        }
        #expect(folder.read("0.sqlite") == content)
        #expect(folder.names == ["0.sqlite"])
    }

    @Test func `a damaged page is said to be corrupt`() throws {
        do {
            let users = try Users(path)
            try users.database.begin()
            for number in 0..<1000 { try users.put("\(number)", String(repeating: "x", count: 100)) }
            try users.database.commit()
        }
        var content = folder.read("0.sqlite")
        for index in 4096..<content.count { content[index] = 0xA5 }
        folder.write("0.sqlite", content)
        let users = try Users(path)
        #expect { _ = try users.get("500") } throws: { ($0 as? SQLiteError)?.isCorrupt == true }
    }

    @Test func `a full file is said and can be rolled back`() throws {
        let users = try Users(path)
        try users.put("kept", "kept")
        try users.database.execute("PRAGMA max_page_count = 20")
        let savepoint = try users.database.savepoint("kafka")
        try users.database.begin()
        try savepoint.set()
        #expect {
            for number in 0..<1000 { try users.put("\(number)", String(repeating: "x", count: 500)) }
        } throws: { error in
            (error as? SQLiteError)?.isFull == true && "\(error)".contains(path)
        }
        if users.database.isInTransaction { try users.database.rollBack() }
        #expect(try users.keys() == ["kept"])
        try users.put("kept", "and written again")
    }

    @Test func `a second writer is busy and not blocked forever`() throws {
        let first = try Users(path)
        let second = try Users(path)
        try first.database.begin()
        try first.put("a", "1")
        #expect { try second.put("b", "2") } throws: { ($0 as? SQLiteError)?.isBusy == true }
        try first.database.commit()
        try second.put("b", "2")
        #expect(try first.keys() == ["a", "b"])
    }

    @Test func `a file whose log was left behind opens with all that was committed`() throws {
        let users = try Users(path)
        try users.put("a", "committed")
        try users.database.begin()
        try users.put("b", "not committed")
        // What a process that is killed leaves: the file and its log as they are now.
        for suffix in ["", "-wal"] { folder.write("copy\(suffix)", folder.read("0.sqlite\(suffix)")) }
        #expect(!folder.read("copy-wal").isEmpty)
        let copy = try Users("\(folder.path)/copy")
        #expect(try copy.keys() == ["a"])
        try copy.put("c", "goes on")
    }
}
