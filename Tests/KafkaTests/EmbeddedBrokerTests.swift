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
    @Test func `the port of a broker that is away is kept from others`() throws {
        let (fault, port) = bind(0)
        #expect(fault == 0 && port != 0 && bind(port).fault == 0, "free, and told by the system")
        var held = HeldPort("127.0.0.1:\(port)")
        #expect(held != nil && bind(port).fault == EADDRINUSE)
        held = nil
        #expect(bind(port).fault == 0)
        let broker = try EmbeddedBroker(brokers: 2)
        for _ in 0..<2 {
            try broker.setReachable(false)
            try broker.setReachable(true)
            let topics = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet).describeTopics()
            #expect(topics.isEmpty, "it listens beside what has kept its port")
        }
    }

    /// Why the system does not give this port to another program that asks for any, 0 where it does; and the port that
    /// it gives. 0: any port.
    private func bind(_ wanted: UInt16) -> (fault: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var isShared: Int32 = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
        // IP_LOCAL_PORT_RANGE, which Glibc does not name yet: the highest and the lowest that it may give.
        var range = UInt32(wanted) << 16 | UInt32(wanted)
        unsafe setsockopt(socket, Int32(IPPROTO_IP), 51, &range, socklen_t(MemoryLayout<UInt32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return Int32(-1) }
            guard unsafe Glibc.bind(socket, start, size) == 0 else { return -1 }
            return unsafe getsockname(socket, start, &size)
        }
        return (bound == 0 ? 0 : errno, UInt16(bigEndian: address.sin_port))
    }
}
