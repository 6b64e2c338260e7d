import Signing
import Testing

@Suite struct SigningTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ]) func `a digest is that of SHA-256`(_ text: String, _ hex: String) {
        let digest = SHA256Digest(text.utf8.span)
        #expect(digest.hex == hex)
    }

    @Test func `what a file holds is taken without the blanks about it, and shown nowhere`() throws {
        struct Holder { let secret: SecretBytes }
        let secret = try #require(SecretBytes(file: Array(" \tgeheim 4711\r\n".utf8)))
        #expect(secret.bytes == Array("geheim 4711".utf8))
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(Holder(secret: secret))"] {
            #expect(text.contains("(key)") && !text.contains("geheim") && !text.contains("103"))
        }
        for content in ["", " \r\n", String(repeating: "x", count: 4097)] {
            #expect(SecretBytes(file: Array(content.utf8)) == nil)
        }
        #expect(SecretBytes(file: Array((String(repeating: "x", count: 4096) + "\n").utf8)) != nil)
    }
}
