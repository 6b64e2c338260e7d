import CCurl
import Glibc

/// An address of the internet's protocol, as far as it says where a server is.
package enum InternetAddress {
    /// Whether it is one of the internet's: not of this machine, of a network that is somebody's own, of a link, or for
    /// documentation and the like (IANA's registries of special-purpose addresses).
    /// - Parameter bytes: four or sixteen, in the network's order; anything else is none.
    package static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: isPublic4(bytes[...])
        case 16: isPublic6(bytes)
        default: false
        }
    }

    private static func isPublic4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let number = bytes.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        return !others.contains { number >> (32 - $0.bits) == $0.prefix >> (32 - $0.bits) }
    }

    /// Those of IPv4 that are nobody's on the internet: the first bits, and how many they are.
    private static let others: [(prefix: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
        (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
    ]

    private static func isPublic6(_ bytes: [UInt8]) -> Bool {
        let zeros = bytes.prefix { $0 == 0 }.count
        // An address of IPv4 that is mapped (::ffff:…) or translated (64:ff9b::…).
        if zeros == 10, bytes[10] == 0xFF, bytes[11] == 0xFF { return isPublic4(bytes[12...]) }
        if bytes.prefix(12) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return isPublic4(bytes[12...]) }
        // Of what is the internet's (2000::/3) not Teredo's, documentation's and the like (2001::/23, 2001:db8::/32),
        // and of 6to4's (2002::/16) what holds a public one.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x01 {
            return !(bytes[2] < 2 || bytes[2] == 0x0D && bytes[3] == 0xB8)
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublic4(bytes[2..<6]) }
        // 3fff::/20, documentation again.
        return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] & 0xF0 == 0)
    }
}

/// Opens a socket to the internet, and to nowhere else: at this moment the address is what libcurl connects to,
/// whatever a name was resolved to before. At file scope: a closure written on the main actor traps on any other
/// thread.
func openPublicSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address = unsafe address else { return -1 }
    // sockaddr_in has its address behind the port, sockaddr_in6 behind the port and the flow.
    let isPublic =
        switch unsafe address.pointee.family {
        case AF_INET: unsafe InternetAddress.isPublic(bytes(of: address, from: 4, count: 4))
        case AF_INET6: unsafe InternetAddress.isPublic(bytes(of: address, from: 8, count: 16))
        default: false
        }
    guard isPublic else {
        if let context = unsafe context {
            unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().refuseAddress()
        }
        return -1
    }
    let (family, kind, number) = unsafe (
        address.pointee.family, address.pointee.socktype, address.pointee.protocol
    )
    return socket(family, kind | Int32(SOCK_CLOEXEC.rawValue), number)
}

/// libcurl lends room for a `sockaddr_storage`, whatever the type says.
private func bytes(of address: UnsafeMutablePointer<curl_sockaddr>, from first: Int, count: Int) -> [UInt8] {
    let start = unsafe UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0) + first
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
}
