package import Contracts
package import JWT
import Signing
import Synchronization

/// Who comes in, and as whom. It is asked for every request, on the HTTP server's thread, and waits for nothing: keys
/// are fetched elsewhere, and who has shown a token once is known until that expires.
package final class Door: Sendable {
    package enum Kind: Sendable {
        /// Everybody is an operator.
        case open(isInsecure: Bool)
        case tokens(Keys, TokenRules, PrincipalRules)
    }

    /// Tokens that are remembered.
    package static let remembered = 20_000

    private let kind: Kind
    private let cors: CORS
    private let cache: Mutex<VerifiedTokens>

    package init(_ kind: Kind, cors: CORS, remembered: Int = Door.remembered) {
        (self.kind, self.cors) = (kind, cors)
        cache = Mutex(VerifiedTokens(limit: remembered))
    }

    /// - Throws: what to answer.
    package func admit(_ visitor: Visitor, at now: Timestamp) throws(DoorRefusal) -> Admission {
        switch kind {
        case .open(let isInsecure):
            try checkOrigin(visitor, isInsecure: isInsecure)
            return Admission(principal: Principal(name: "anonymous", role: .operator))
        case .tokens(let keys, let rules, let principals):
            guard let header = visitor.authorization.first else { throw .unauthorized }
            guard visitor.authorization.count == 1 else {
                throw .invalidRequest("there is more than one Authorization header")
            }
            return try admit(header, keys, rules, principals, at: now)
        }
    }

    private func admit(
        _ header: String, _ keys: Keys, _ rules: TokenRules, _ principals: PrincipalRules, at now: Timestamp
    ) throws(DoorRefusal) -> Admission {
        let bytes = header.utf8.span
        guard let start = Self.tokenStart(bytes) else {
            throw .invalidRequest("the Authorization header must be: Bearer, a space, a token")
        }
        let token = bytes.extracting(start..<bytes.count)
        // Before it is hashed.
        guard token.count <= CompactToken.limit else { throw .invalidToken("\(TokenError.tooLong)") }
        let current = keys.current
        let digest = SHA256Digest(token)
        let known = cache.withLock { $0.admission(of: digest, keys: current.version, at: now.milliseconds) }
        if let known { return known }
        guard let set = current.set else {
            throw .unavailable("the issuer's keys have not been fetched yet", retryAfter: 2)
        }
        let claims: Claims
        do throws(TokenError) {
            claims = try rules.verify(token, with: set, at: now.milliseconds)
        } catch {
            // Issuers change their keys, and sign by the new one at once. Anybody can name a key that there is not:
            // that is no fault of this service.
            if error == .unknownKey, keys.fetchesUnknown() {
                throw .invalidToken("\(error): the issuer's keys are being fetched again", retryAfter: 1)
            }
            throw .invalidToken("\(error)")
        }
        let principal = try principals.principal(claims)
        let admission = Admission(
            principal: principal, end: Timestamp(milliseconds: TokenRules.end(of: claims)))
        cache.withLock { $0.insert(admission, of: digest, keys: current.version) }
        return admission
    }

    /// Behind `Bearer`, in whatever case, and blanks.
    private static func tokenStart(_ header: Span<UInt8>) -> Int? {
        let scheme: StaticString = "bearer"
        guard header.count > scheme.utf8CodeUnitCount else { return nil }
        for position in 0..<scheme.utf8CodeUnitCount where unsafe header[position] | 0x20 != scheme.utf8Start[position]
        {
            return nil
        }
        var start = scheme.utf8CodeUnitCount
        while start < header.count, header[start] == 0x20 { start += 1 }
        return start > scheme.utf8CodeUnitCount && start < header.count ? start : nil
    }

    /// Where no token is needed. Pages of other origins read nothing, but what they send arrives.
    private func checkOrigin(_ visitor: Visitor, isInsecure: Bool) throws(DoorRefusal) {
        if !isInsecure, !OwnOrigin.isLoopback(host: visitor.host ?? "") {
            throw .foreign("without tokens this gateway answers only to localhost and the addresses of this machine")
        }
        guard visitor.changesSomething else { return }
        if let origin = visitor.origin {
            guard OwnOrigin.isSame(origin: origin, host: visitor.host ?? "") || cors.lists(origin) else {
                throw .foreign("a page of another origin requests a change, and its origin is not configured")
            }
        } else if let site = visitor.fetchSite, site != "same-origin", site != "none" {
            throw .foreign("a page of another origin requests a change")
        }
    }
}

extension CORS {
    /// Whether this origin was meant: a star means nobody.
    fileprivate func lists(_ origin: String) -> Bool { origins != .any && allows(origin) }
}

/// Principals by the digests of their tokens: neither the cache nor a dump of the process has a token to steal.
private struct VerifiedTokens {
    private var admissions: RecentlyUsed<SHA256Digest, Admission>
    /// Of the keys that verified them. A token whose key is gone is not taken any longer.
    private var version = 0

    init(limit: Int) { admissions = RecentlyUsed(limit: limit) }

    mutating func admission(of digest: SHA256Digest, keys version: Int, at now: Int64) -> Admission? {
        guard version == self.version, let known = admissions[digest] else { return nil }
        guard known.end.map({ now < $0.milliseconds }) ?? true else {
            admissions[digest] = nil
            return nil
        }
        return known
    }

    mutating func insert(_ admission: Admission, of digest: SHA256Digest, keys version: Int) {
        if version != self.version { admissions.removeAll() }
        self.version = version
        admissions[digest] = admission
    }
}
