import JWT
import Testing

/// What the RFCs print.
@Suite struct VectorTests {
    private static let joe =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let vectors: [(name: String, key: String, token: String)] = [
        (
            "RFC 7515, A.2",
            #"""
            {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
            """#,
            "eyJhbGciOiJSUzI1NiJ9.\(joe).cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        (
            "RFC 7515, A.3",
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
            "eyJhbGciOiJFUzI1NiJ9.\(joe).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
        (
            "RFC 8037, A.4",
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        ),
    ]

    @Test(arguments: vectors) func `a signature out of an RFC is right`(_ name: String, _ key: String, _ text: String)
        throws
    {
        let keys = try KeySet("{\"keys\":[\(key)]}".utf8.span)
        let token = try CompactToken(text.utf8.span)
        try keys.verify(token, in: text.utf8.span)
    }

    @Test(arguments: vectors) func `and wrong as soon as one character of what was signed is another`(
        _ name: String, _ key: String, _ text: String
    ) throws {
        let keys = try KeySet("{\"keys\":[\(key)]}".utf8.span)
        var letters = Array(text)
        let place = try #require(letters.firstIndex(of: ".")) + 5
        letters[place] = letters[place] == "A" ? "B" : "A"
        let changed = String(letters)
        let token = try CompactToken(changed.utf8.span)
        #expect(throws: TokenError.wrongSignature) { try keys.verify(token, in: changed.utf8.span) }
    }

    /// RFC 7515, A.1, A.4 and A.5: what is not in the list.
    @Test(arguments: ["eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJFUzUxMiJ9", "eyJhbGciOiJub25lIn0"])
    func `an algorithm out of an RFC that is not in the list is none`(_ header: String) {
        #expect(throws: TokenError.algorithm) { try CompactToken("\(header).\(Self.joe).AAAA".utf8.span) }
    }
}
