import Foundation

/// openssl's own server for TLS, with a certificate for `localhost` that nobody has signed but itself.
final class TLSServer {
    /// Whether the program is here.
    static let isPossible = (try? run("openssl", ["version"])) != nil

    let certificate: String
    let port: Int
    private let directory: URL
    private let process = Process()

    /// - Parameter subject: whose the certificate says that it is; OpenSSL looks for issuers by that.
    init(subject: String = "localhost") throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let key = directory.appendingPathComponent("key.pem").path
        certificate = directory.appendingPathComponent("cert.pem").path
        try Self.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                "-out",
                certificate, "-days", "2", "-subj", "/CN=\(subject)", "-addext", "subjectAltName=DNS:localhost",
            ])
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "s_server", "-accept", "localhost:0", "-cert", certificate, "-key", key, "-www", "-4",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n"), let data = try output.fileHandleForReading.read(upToCount: 1), !data.isEmpty {
            // ACCEPT 127.0.0.1:40123
            text += String(decoding: data, as: UTF8.self)
            if text == "Using default temp DH parameters\n" { text = "" }
        }
        guard let number = text.split(whereSeparator: { ":\n".contains($0) }).last, let port = Int(number) else {
            throw CocoaError(.fileReadUnknown)
        }
        self.port = port
    }

    /// A directory in which OpenSSL finds the certificate, as it finds the system's in its own.
    func certificateDirectory() throws -> String {
        let path = directory.appendingPathComponent("certificates")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: certificate, toPath: path.appendingPathComponent("one.pem").path)
        try Self.run("openssl", ["rehash", path.path])
        return path.path
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: directory)
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return process.terminationStatus
    }
}
