import Foundation
import Testing

@testable import Kafka

/// What hangs on the version of librdkafka.
@Suite struct LibraryTests {
    /// Which one it is, for whoever reads the output; `scripts/test --library` says which it has to be.
    @Test func `it is the one that was asked for`() {
        let (version, asked) = (LibraryVersion.current, ProcessInfo.processInfo.environment["LIBRDKAFKA_VERSION"])
        print("*** librdkafka \(version), with \(SecuritySettings.features.sorted().joined(separator: ","))")
        #expect(asked == nil || asked == version.description)
    }

    @Test func `versions are in order`() {
        #expect(LibraryVersion(2, 10, 0) > LibraryVersion(2, 9, 9) && LibraryVersion(2, 0, 2) < LibraryVersion(2, 2, 0))
        #expect(LibraryVersion(2, 6, 1) >= LibraryVersion(2, 6, 1) && LibraryVersion(2, 16, 0).description == "2.16.0")
    }

    @Test(arguments: [
        (LibraryVersion(2, 0, 2), [:], true), (LibraryVersion(2, 1, 1), [:], true),
        (LibraryVersion(2, 2, 0), ["fetch.queue.backoff.ms": "10"], false),
        (LibraryVersion(2, 4, 0), ["fetch.queue.backoff.ms": "10", "group.protocol": "classic"], false),
        (
            LibraryVersion(2, 5, 0),
            ["fetch.queue.backoff.ms": "10", "group.protocol": "classic", "enable.metrics.push": "false"], false
        ),
    ]) func `properties are those that the version knows`(
        _ library: LibraryVersion, _ all: [String: String], _ nudges: Bool
    ) {
        let own = library.clientDefaults.merging(library.fetchDefaults) { $1 }
        #expect(own.merging(library.memberProperties) { $1 } == all)
        #expect(library.needsNudges == nudges)
    }

    /// Each client takes what is set for the version at hand, and whoever sets it otherwise has his way.
    @Test func `what the version wants is only a default`() throws {
        for name in LibraryVersion.current.clientDefaults.keys {
            _ = try Producer([name: "true"], log: quiet)
        }
        for name in LibraryVersion.current.fetchDefaults.keys {
            _ = try Reader([name: "500"], log: quiet, isolation: .readCommitted)
        }
    }
}
