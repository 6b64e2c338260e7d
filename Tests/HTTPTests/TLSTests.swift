import CMicroHTTPD
import Glibc
import RealKafka
import Synchronization
import Testing
import Threads

@testable import HTTP

@Suite(.timeLimit(.minutes(30))) struct TLSTests {
    private static func makeServer(
        _ directory: CertificateDirectory, headLimit: Duration = .seconds(60),
        fault: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> HTTPServer {
        var settings = ServerSettings()
        settings.tls = directory.files
        settings.tlsFault = fault
        settings.headLimit = headLimit
        let streams = Mutex<[HTTPStream]>([])
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, exchange in
            switch request.path {
            case "/live":
                let stream = HTTPStream()
                _ = stream.send(Array("before ".utf8))
                streams.withLock { $0.append(stream) }
                return .stream(stream)
            case "/send":
                for stream in streams.withLock({ $0 }) {
                    _ = stream.send(Array("after".utf8))
                    stream.end()
                }
                return .now(HTTPResponse("sent"))
            case "/later":
                let thread = Thread("test") { exchange.answer(HTTPResponse("later")) }
                thread.join()
                return .later
            default:
                return .now(HTTPResponse("\(request.isSecure) \(request.body.count)"))
            }
        }
    }

    @Test func `requests, later answers and streams go over TLS`() throws {
        let directory = try CertificateDirectory()
        try directory.write("one")
        let server = try Self.makeServer(directory)
        let client = try TLSClient(port: server.port)
        #expect(client.certificateName == "one")
        let body = String(repeating: "x", count: 50_000)
        for _ in 0..<3 {
            client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 50000\r\n\r\n\(body)")
            #expect(client.receive(until: "true 50000"))
        }
        client.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(client.receive(until: "later"))
        client.send("GET /live HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(client.receive(until: "before "))
        let other = try TLSClient(port: server.port)
        other.send("GET /send HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(other.receive(until: "sent"))
        #expect(client.receive(until: "after\r\n0\r\n\r\n"))
    }

    @Test func `a new certificate counts for who comes from then on`() throws {
        let directory = try CertificateDirectory()
        try directory.write("one")
        let faults = Mutex<[String]>([])
        let server = try Self.makeServer(directory) { fault in faults.withLock { $0.append(fault) } }
        let first = try TLSClient(port: server.port)
        #expect(first.certificateName == "one")
        // One that is none does not count.
        try directory.write("none", certificate: "nonsense")
        try eventually("the fault to be told") {
            let name = try TLSClient(port: server.port).certificateName
            #expect(name == "one")
            return faults.withLock { !$0.isEmpty }
        }
        #expect(faults.withLock { $0[0] }.contains("are not a certificate and its key"))
        try directory.write("two")
        try eventually("the other certificate") {
            try TLSClient(port: server.port).certificateName == "two"
        }
        first.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(first.receive(until: "true 0"))
    }

    @Test func `files that are not a certificate and its key are said`() throws {
        let directory = try CertificateDirectory()
        #expect { _ = try Self.makeServer(directory) } throws: { "\($0)".contains("cannot be read: No such file") }
        try directory.write("one", certificate: "nonsense")
        #expect { _ = try Self.makeServer(directory) } throws: { "\($0)".contains("are not a certificate and its key") }
        let other = try TestCertificate("other")
        try directory.write("one", certificate: other.certificate)
        #expect { _ = try Self.makeServer(directory) } throws: { "\($0)".contains("are not a certificate and its key") }
    }

    @Test func `who does not speak TLS, or says nothing, is let go`() throws {
        let directory = try CertificateDirectory()
        try directory.write("one")
        let server = try Self.makeServer(directory, headLimit: .seconds(1))
        let plain = try Client(port: server.port)
        plain.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(throws: (any Error).self) { _ = try plain.answer() }
        let silent = try Client(port: server.port)
        #expect(silent.isClosed())
        #expect(try TLSClient(port: server.port).certificateName == "one")
    }
}
