import Foundation
package import Glibc
import Synchronization

/// A program that a test starts, stops and kills. Its output goes to a file.
package final class Child: Sendable {
    package enum Exit: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    package let pid: pid_t
    /// Standard output and error, in one file.
    package let logPath: String
    private let exit = Mutex<Exit?>(nil)

    /// - Parameters:
    ///   - executable: a path, or the name of one of the package's executables.
    ///   - environment: what is set beside this process's own; nil takes a variable away.
    ///   - logPath: nil makes a file that goes when the test process ends.
    ///   - input: what it reads from its standard input; nothing without.
    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
        logPath: String? = nil, input: [UInt8] = []
    ) throws {
        let directory = try Leftovers.temporaryDirectory("child")
        self.logPath = logPath ?? directory + "/log"
        let inputPath = directory + "/input"
        try Data(input).write(to: URL(fileURLWithPath: inputPath))

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, self.logPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Nothing of the tests' own files, sockets or brokers is inherited.
        for file in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap({ Int32($0) }) {
            if file > 2 { unsafe posix_spawn_file_actions_addclose(&actions, file) }
        }

        // Signals as a shell would give them, whatever this process has made of its own.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        let path = executable.contains("/") ? executable : Self.directoryOfExecutables + "/" + executable
        var argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var envp = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for index in unsafe argv.indices { unsafe free(argv[index]) } }
        defer { for index in unsafe envp.indices { unsafe free(envp[index]) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw unsafe Trouble("cannot start \(path): \(String(cString: strerror(code)))") }
        self.pid = pid
        Leftovers.atExit { [weak self] in self?.end() }
    }

    deinit { end() }

    /// Where the package's executables are: beside the test bundle.
    package static let directoryOfExecutables: String =
        ((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
        .split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }

    /// E.g. `SIGTERM`, `SIGKILL`, `SIGSTOP`, `SIGCONT`. Nothing happens if it has ended.
    package func send(_ signal: Int32) {
        exit.withLock { exit in if exit == nil { _ = Glibc.kill(pid, signal) } }
    }

    /// How it ended; nil while it runs.
    package var exitStatus: Exit? {
        exit.withLock { exit in
            var status: Int32 = 0
            if exit == nil, unsafe waitpid(pid, &status, WNOHANG) == pid {
                exit = status & 0x7f == 0 ? .code((status >> 8) & 0xff) : .signal(status & 0x7f)
            }
            return exit
        }
    }

    /// - Throws: if it still runs when the time is up, with the end of its log.
    @discardableResult
    package func awaitExit(within time: Duration = Patience.usual) throws -> Exit {
        try wait(for: "its end", within: time) { _ in self.exitStatus != nil }
        return exitStatus!
    }

    /// Whether it stands still, as by SIGSTOP.
    package var isStopped: Bool {
        // "pid (name) state …": a name may hold anything, so what counts is behind the last parenthesis.
        let stat = String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data(), as: UTF8.self)
        return stat.split(separator: ")").last?.split(separator: " ").first == "T"
    }

    /// All that it has written so far.
    package var log: String {
        String(decoding: FileManager.default.contents(atPath: logPath) ?? Data(), as: UTF8.self)
    }

    /// Waits until its log is as wanted.
    /// - Throws: if it is not when the time is up, or when it has ended before, with the end of its log.
    package func wait(
        for what: String, within time: Duration = Patience.usual, _ isThere: (_ log: String) throws -> Bool
    ) throws {
        let deadline = ContinuousClock.now + time
        while true {
            let hasEnded = exitStatus != nil
            if try isThere(log) { return }
            guard !hasEnded, .now < deadline else {
                let why = hasEnded ? "it ended (\(exitStatus!))" : "\(time) are over"
                throw Trouble("waited for \(what), but \(why); its log ends:\n\(log.suffix(4000))")
            }
            usleep(10_000)
        }
    }

    /// Kills it, if it still runs, and forgets it.
    package func end() {
        send(SIGCONT)
        send(SIGKILL)
        let deadline = ContinuousClock.now + .seconds(5)
        while exitStatus == nil, .now < deadline { usleep(1000) }
    }
}
