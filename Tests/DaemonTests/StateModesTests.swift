import Contracts
import Foundation
import Glibc
import RealKafka
import SQLite
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Who can read and write state files, and whose they have to be.
@Suite(.serialized) struct StateModesTests {
    let parent: String
    let identity = ShardFile.Identity(cluster: "here", partitions: 4, cacheKiB: 256)
    init() throws { parent = try Leftovers.temporaryDirectory("modes") }

    private func mode(_ path: String) -> String {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return "none" }
        return String(status.st_mode & 0o777, radix: 8)
    }

    @Test(arguments: [0, 0o022, 0o077] as [mode_t])
    func `nobody else can read them whatever the umask`(mask: mode_t) throws {
        let before = umask(mask)
        defer { _ = umask(before) }
        let directory = try StateDirectory(parent, .user)
        let file = try ShardFile(directory.file(0), identity)
        try file.database.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
        #expect(mode(directory.path) == "700")
        for name in ["lock", "0.sqlite", "0.sqlite-wal", "0.sqlite-shm"] {
            #expect(mode("\(directory.path)/\(name)") == "600", "\(name)")
        }
    }

    @Test func `wider modes of what is ours are narrowed and said once`() throws {
        do { _ = try ShardFile(StateDirectory(parent, .user).file(0), identity) }
        let path = "\(parent)/user"
        try Data().write(to: URL(fileURLWithPath: "\(path)/0.sqlite.damaged"))
        for name in ["", "/lock", "/0.sqlite", "/0.sqlite.damaged"] { unsafe chmod(path + name, 0o755) }
        let lines = MemoryLog()
        let log = Logger(level: .info, sink: lines)
        let directory = try StateDirectory(parent, .user, log: log)
        #expect(mode(path) == "700")
        for name in ["lock", "0.sqlite", "0.sqlite.damaged"] { #expect(mode("\(path)/\(name)") == "600", "\(name)") }
        #expect(lines.lines.count == 1 && lines.lines.first?["files"] == "4", "\(lines.lines)")
        _ = directory
    }

    @Test(arguments: ["0.sqlite", "0.sqlite-wal", "lock", "0.sqlite.damaged"])
    func `a link is not followed`(name: String) throws {
        let target = parent + "/elsewhere"
        try Data("theirs".utf8).write(to: URL(fileURLWithPath: target))
        do { _ = try StateDirectory(parent, .user) }
        try? FileManager.default.removeItem(atPath: "\(parent)/user/\(name)")
        try FileManager.default.createSymbolicLink(atPath: "\(parent)/user/\(name)", withDestinationPath: target)
        let error = #expect(throws: StateError.self) { _ = try StateDirectory(parent, .user) }
        #expect(error?.description.contains("/\(name) is a symbolic link") == true, "\(error?.description ?? "")")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "theirs")
    }

    @Test func `a link that comes while it works is not followed either`() throws {
        let directory = try StateDirectory(parent, .user)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file(0), withDestinationPath: parent + "/elsewhere")
        #expect(throws: StateError.self) { _ = try ShardFile(directory.file(0), identity) }
        #expect(throws: SQLiteError.self) { _ = try Database(directory.file(0)) }
        #expect(mode(parent + "/elsewhere") == "none")
    }

    @Test func `the context's directory is no link, but its place may be reached by one`() throws {
        try FileManager.default.createDirectory(atPath: parent + "/real/there", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: parent + "/way", withDestinationPath: parent + "/real")
        let directory = try StateDirectory(parent + "/way", .user)
        _ = try ShardFile(directory.file(0), identity)
        #expect(mode(parent + "/real/user/0.sqlite") == "600")
        try FileManager.default.createSymbolicLink(
            atPath: parent + "/real/dr", withDestinationPath: parent + "/real/there")
        let error = #expect(throws: StateError.self) { _ = try StateDirectory(parent + "/way", .dr) }
        #expect(error?.description.contains("/real/dr is a symbolic link") == true)
    }

    @Test(.enabled(if: geteuid() == 0), arguments: ["", "/lock", "/0.sqlite", "/0.sqlite-wal"])
    func `what belongs to someone else is refused`(name: String) throws {
        do { _ = try ShardFile(StateDirectory(parent, .user).file(0), identity) }
        let path = "\(parent)/user\(name)"
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        unsafe chown(path, 65534, 65534)
        let error = #expect(throws: StateError.self) { _ = try StateDirectory(parent, .user) }
        #expect(error?.description.hasPrefix("\(path) belongs to user 65534, and this is user 0") == true)
        // A volume's owner has where the volume is mounted.
        unsafe chown(path, 0, 0)
        unsafe chown(parent, 65534, 65534)
        _ = try StateDirectory(parent, .user)
    }

    @Test func `what is no file is refused`() throws {
        do { _ = try StateDirectory(parent, .user) }
        unsafe mkfifo("\(parent)/user/0.sqlite", 0o600)
        let error = #expect(throws: StateError.self) { _ = try StateDirectory(parent, .user) }
        #expect(error?.description.contains("0.sqlite is not a file") == true)
    }
}
