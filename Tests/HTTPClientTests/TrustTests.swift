import CCurl
import Foundation
import Testing

@testable import HTTPClient

/// Whose certificates are trusted.
@Suite(.enabled(if: TLSServer.isPossible), .timeLimit(.minutes(30))) struct TrustTests {
    @Test(arguments: [false, true]) func `a file of certificates counts in place of libcurl's directory`(
        _ hasFile: Bool
    ) throws {
        let (server, other) = (try TLSServer(), try TLSServer(subject: "other"))
        guard let handle = unsafe curl_easy_init() else {
            Issue.record("libcurl cannot start")
            return
        }
        defer { unsafe curl_easy_cleanup(handle) }
        let directory = try server.certificateDirectory()
        unsafe _ = negawatt_curl_set_text(handle, CURLOPT_URL, "https://localhost:\(server.port)/")
        unsafe _ = negawatt_curl_set_number(handle, CURLOPT_CONNECT_ONLY, 1)
        // What it has been built with on another system; here that is none that a test may write to.
        unsafe _ = negawatt_curl_set_text(handle, CURLOPT_CAPATH, directory)
        if hasFile {
            let code = unsafe Transfer.trust(other.certificate, handle)
            #expect(code == CURLE_OK)
        }
        let code = unsafe curl_easy_perform(handle)
        #expect(code == (hasFile ? CURLE_PEER_FAILED_VERIFICATION : CURLE_OK))
    }

    @Test func `a file that is replaced counts from the next call on`() throws {
        let (server, other) = (try TLSServer(), try TLSServer())
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ca-\(UUID().uuidString).pem").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let limit = Duration.seconds(100)
        let calls = try HTTPCalls(HTTPClient(connectLimit: limit, wholeLimit: limit, caFile: file))
        func ask() throws -> Int? {
            try calls.start(HTTPCall("https://localhost:\(server.port)/"), token: 1)
            while calls.count > 0 {
                for ended in calls.ended(within: limit) { return try? ended.result.get().status }
            }
            return nil
        }
        for (certificate, status) in [(other.certificate, nil), (server.certificate, 200)] as [(String, Int?)] {
            try Data(contentsOf: URL(fileURLWithPath: certificate)).write(to: URL(fileURLWithPath: file))
            #expect(try ask() == status)
        }
    }
}
