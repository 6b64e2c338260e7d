import CMicroHTTPD
import Glibc

// What libmicrohttpd calls about connections. At file scope: a closure written on the main actor traps on any other
// thread.

/// A connection has been accepted, or is about to be closed.
func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ noted: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let raw = unsafe connection, let noted = unsafe noted else { return }
    let answerer = unsafe Unmanaged<Answerer>.fromOpaque(context).takeUnretainedValue()
    if change == .CONNECTION_NOTIFY_STARTED {
        let address = unsafe ClientAddress(negawatt_address_of(raw))
        let socket = unsafe negawatt_socket_of(raw)
        let connection = unsafe ServerConnection(
            raw, socket: socket, peer: address.text, answerer.wakeups, answerer.certificates)
        unsafe noted.pointee = unsafe Unmanaged.passRetained(connection).toOpaque()
        answerer.connections[socket] = connection
        if let victim = answerer.table.open(socket, from: address.client, at: .now) { end(victim) }
    } else if let found = unsafe noted.pointee {
        unsafe noted.pointee = nil
        let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(found).takeRetainedValue()
        answerer.table.close(connection.socket)
        if answerer.connections[connection.socket] === connection { answerer.connections[connection.socket] = nil }
    }
}

/// Has libmicrohttpd find that the client is gone, and close the connection.
func end(_ socket: Int32) { shutdown(socket, Int32(SHUT_RDWR)) }

/// Where a client is.
struct ClientAddress {
    let client: ConnectionTable.Client
    /// As it is written: 127.0.0.1, 2001:db8::1.
    let text: String

    init(_ address: UnsafePointer<sockaddr>?) {
        guard let address = unsafe address else {
            (client, text) = (ConnectionTable.Client(network: 0), "")
            return
        }
        var four = in_addr()
        if unsafe Int32(address.pointee.sa_family) == AF_INET {
            unsafe UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                four = unsafe $0.pointee.sin_addr
            }
        } else {
            var six = in6_addr()
            unsafe UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                six = unsafe $0.pointee.sin6_addr
            }
            let bytes = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
            // ::ffff:1.2.3.4 is IPv4.
            guard bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10...11].allSatisfy({ $0 == 255 }) else {
                client = ConnectionTable.Client(
                    network: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, isIPv6: true)
                text = unsafe Self.text(AF_INET6, &six)
                return
            }
            four.s_addr = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        client = ConnectionTable.Client(network: UInt64(four.s_addr))
        text = unsafe Self.text(AF_INET, &four)
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress,
                unsafe inet_ntop(family, address, start, socklen_t(INET6_ADDRSTRLEN)) != nil
            else { return "" }
            return unsafe String(cString: start)
        }
    }
}
