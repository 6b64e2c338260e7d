import Daemon
import Glibc
import Synchronization
import Threads

/// Waits until all daemons are ready, on a thread of its own, and says so once.
final class Announcer: Sendable {
    private let names: [String]
    private let ports: Mutex<[Int: UInt16]> = Mutex([:])
    private let isStopped = StopSignal()

    /// `announce` gets the ports, by name: of health and metrics, and the gateway's.
    init(_ names: [String], _ announce: @escaping @Sendable ([(name: String, port: UInt16)]) -> Void) {
        self.names = names
        // Nobody joins it: it ends with the process, or when all is said.
        _ = Thread("announcer") { [self] in
            while !isStopped.isSet {
                if let ports = readyPorts { return announce(ports) }
                usleep(50_000)
            }
        }
    }

    /// A daemon listens; any thread.
    func listens(_ index: Int, _ port: UInt16) { ports.withLock { $0[index] = port } }

    /// Where one listens, if it does yet; any thread.
    func port(_ index: Int) -> UInt16? { ports.withLock { $0[index] } }

    func stop() { isStopped.set() }

    /// nil as long as one is not ready.
    private var readyPorts: [(name: String, port: UInt16)]? {
        let known = ports.withLock { $0 }
        guard known.count == names.count else { return nil }
        for port in known.values {
            let answer = try? HTTPProbe.get("/readyz", address: "127.0.0.1", port: port, timeout: .seconds(2))
            guard answer?.status == 200 else { return nil }
        }
        return names.enumerated().compactMap { index, name in known[index].map { (name, $0) } }
    }
}
