import Glibc
import RealKafka
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(30))) struct EmbeddedBrokerTests {
    @Test func `takes one call after the other without a seconds sleep`() throws {
        let broker = try EmbeddedBroker()
        let start = ContinuousClock.now
        for number in 0..<60 { try broker.createTopic("t\(number)", partitions: 8) }
        // 30 ms, and 18 s where calls are slept over.
        #expect(ContinuousClock.now - start < .seconds(8))
        let topics = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet).describeTopics()
        #expect(topics.count == 60 && topics.values.allSatisfy { $0.partitions == 8 })
    }

    /// librdkafka ends the process when it cannot listen again.
    @Test func `keeps its ports from others while it is away, and comes back`() throws {
        let broker = try EmbeddedBroker(brokers: 2)
        let ports = try broker.bootstrapServers.split(separator: ",").map {
            try #require($0.split(separator: ":").last.flatMap { UInt16($0) })
        }
        for _ in 0..<2 {
            try broker.setReachable(false)
            for port in ports {
                #expect(bindingFault(port) == EADDRINUSE)
            }
            try broker.setReachable(true)
            let topics = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet).describeTopics()
            #expect(topics.isEmpty)
        }
    }

    /// Why another program could not have the port; 0 where it could.
    private func bindingFault(_ port: UInt16) -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let bound = unsafe withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe bind(socket, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        return bound == 0 ? 0 : errno
    }
}
