import Contracts
import Foundation
import Gateway
import JWT
import RealKafka
import Telemetry
import TelemetryTesting
import Testing
import Tokens

let now = Timestamp(milliseconds: 1_800_000_000_000)
let rules = TokenRules(issuer: "https://issuer.test", audience: "negawatt")
let quiet = Logger(level: .error, sink: MemoryLog())

/// A good token, with whatever else it is to say.
func token(
    _ more: String, key: SigningKey = .ed, id: String = "ed", name: String = "kim", expiresIn seconds: Int64 = 300
) -> String {
    let time = now.milliseconds / 1000
    return key.token(
        id,
        claims:
            #"{"iss":"https://issuer.test","aud":"negawatt","sub":"\#(name)","exp":\#(time + seconds),"iat":\#(time)\#(more)}"#
    )
}

/// A file of keys.
struct KeyFile {
    let path: String

    init(_ keys: [String]) throws {
        path = try Leftovers.temporaryDirectory("keys") + "/jwks.json"
        try write(keySet(keys))
    }

    /// As Kubernetes does it: readers see the old one or the new one.
    func write(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
