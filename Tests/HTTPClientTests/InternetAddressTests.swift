import Glibc
import HTTP
import Testing

@testable import HTTPClient

/// Which servers are the internet's.
@Suite(.timeLimit(.minutes(30))) struct InternetAddressTests {
    private func bytes(_ text: String) -> [UInt8] {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        #expect(unsafe inet_pton(family, text, &bytes) == 1, "\(text)")
        return bytes
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "192.169.0.1",
        "223.255.255.255", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ]) func `these may be called`(_ text: String) { #expect(InternetAddress.isPublic(bytes(text)), "\(text)") }

    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::10.0.0.1", "2002:7f00:1::1", "2001:db8::1",
        "2001::1", "3fff::1", "fec0::1", "100::1",
    ]) func `these may not`(_ text: String) { #expect(!InternetAddress.isPublic(bytes(text)), "\(text)") }

    @Test func `a server of this machine is not connected to, by its address or its name`() throws {
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { _, _ in
            .now(HTTPResponse("here"))
        }
        var client = HTTPClient()
        for host in ["127.0.0.1", "localhost"] {
            let url = "http://\(host):\(server.port)/"
            client.isPublicOnly = true
            #expect { try client.get(url) } throws: { ($0 as? HTTPClientError)?.kind == .notPublic }
            client.isPublicOnly = false
            #expect(try client.get(url).status == 200)
        }
        server.stop()
    }

    @Test func `a header holds one line`() throws {
        let call = HTTPCall("http://127.0.0.1:1/", json: [], headers: [("A", "b\r\nC: d")])
        #expect { try HTTPClient().ask(call) } throws: { ($0 as? HTTPClientError)?.kind == .url }
    }
}
