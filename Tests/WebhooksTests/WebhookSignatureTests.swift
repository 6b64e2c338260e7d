import Testing

@testable import Webhooks

/// How calls are signed, and how keys are written.
@Suite struct WebhookSignatureTests {
    private static let body = Array(#"{"test": 2432232314}"#.utf8)
    private static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private static let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    private let key = WebhookKey(Array("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n".utf8))!

    @Test func `a call is signed as Standard Webhooks' libraries check it`() {
        #expect(WebhookSignature.sign(Self.body, id: Self.id, time: 1_614_265_330, key) == Self.right)
        #expect(WebhookSignature.isRight("v1,AAAA \(Self.right)", Self.body, id: Self.id, time: 1_614_265_330, key))
    }

    @Test(arguments: ["", "v1,", "v1,AAAA", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", right.lowercased()])
    func `anything else is no signature`(_ text: String) {
        #expect(!WebhookSignature.isRight(text, Self.body, id: Self.id, time: 1_614_265_330, key))
    }

    @Test func `another body, id, time or key has another signature`() {
        let other = WebhookKey(Array("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx".utf8))!
        #expect(!WebhookSignature.isRight(Self.right, Self.body + [0x20], id: Self.id, time: 1_614_265_330, key))
        #expect(!WebhookSignature.isRight(Self.right, Self.body, id: "msg", time: 1_614_265_330, key))
        #expect(!WebhookSignature.isRight(Self.right, Self.body, id: Self.id, time: 1_614_265_331, key))
        #expect(!WebhookSignature.isRight(Self.right, Self.body, id: Self.id, time: 1_614_265_330, other))
    }

    @Test func `a key is a file's content, and short ones are none`() {
        #expect(WebhookKey(Array(" 0123456789abcdef\r\n".utf8))?.bytes == Array("0123456789abcdef".utf8))
        for text in ["", " \n", "0123456789abcde", "whsec_", "whsec_AAAA", "whsec_not base64 at all, but long enough"] {
            #expect(WebhookKey(Array(text.utf8)) == nil, "\(text)")
        }
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key) \(String(reflecting: key)) \(dumped)".contains("(key)") && !dumped.contains("49"))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ])
    func `Base64 is that of RFC 4648`(_ bytes: String, _ text: String) {
        #expect(Base64.text(Array(bytes.utf8)) == text && Base64.bytes(text.utf8) == Array(bytes.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zg=A", "====", "Zm9v!A=="])
    func `what no encoder makes is not Base64`(_ text: String) { #expect(Base64.bytes(text.utf8) == nil) }
}
