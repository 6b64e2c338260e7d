package import Contracts
package import JWT
import Synchronization

/// Who comes in, and as whom. It is asked for every request, on the HTTP server's thread, and waits for nothing: keys are fetched
/// elsewhere, and who has shown a token once is known until that expires.
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
    package func admit(_ visitor: Visitor, at now: Timestamp) throws(DoorRefusal) -> Principal {
        switch kind {
        case .open(let isInsecure):
            try checkOrigin(visitor, isInsecure: isInsecure)
            return Principal(name: "anonymous", role: .operator)
        case .tokens(let keys, let rules, let principals):
            guard let header = visitor.authorization.first else { throw .unauthorized }
            guard visitor.authorization.count == 1 else { throw .invalidRequest("there are two Authorization headers") }
            return try admit(header, keys, rules, principals, at: now)
        }
    }

    private func admit(
        _ header: String, _ keys: Keys, _ rules: TokenRules, _ principals: PrincipalRules, at now: Timestamp
    ) throws(DoorRefusal) -> Principal {
        let bytes = header.utf8.span
        guard let start = Self.tokenStart(bytes) else {
            throw .invalidRequest("the Authorization header is not: Bearer, a blank, a token")
        }
        let token = bytes.extracting(start..<bytes.count)
        // Before it is hashed.
        guard token.count <= CompactToken.limit else { throw .invalidToken("\(TokenError.tooLong)") }
        let current = keys.current
        let digest = SHA256Digest(token)
        let known = cache.withLock { $0.principal(of: digest, keys: current.version, at: now.milliseconds) }
        if let known { return known }
        guard let set = current.set else {
            throw .unavailable("the issuer's keys have not been fetched yet", retryAfter: 2)
        }
        let claims: Claims
        do throws(TokenError) {
            claims = try rules.verify(token, with: set, at: now.milliseconds)
        } catch {
            // Issuers change their keys, and sign by the new one at once.
            if error == .unknownKey, keys.fetchesUnknown() {
                throw .unavailable("the issuer's keys are being fetched", retryAfter: 1)
            }
            throw .invalidToken("\(error)")
        }
        let principal = try principals.principal(claims)
        let end = TokenRules.end(of: claims)
        cache.withLock { $0.insert(principal, of: digest, keys: current.version, until: end) }
        return principal
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
            throw .foreign("without tokens this gateway answers to localhost and addresses of this machine only")
        }
        guard visitor.changesSomething else { return }
        if let origin = visitor.origin {
            guard OwnOrigin.isSame(origin: origin, host: visitor.host ?? "") || cors.lists(origin) else {
                throw .foreign("a page of another origin asks for a change, and its origin is not configured")
            }
        } else if let site = visitor.fetchSite, site != "same-origin", site != "none" {
            throw .foreign("a page of another origin asks for a change")
        }
    }
}

extension CORS {
    /// Whether this origin was meant: a star means nobody.
    fileprivate func lists(_ origin: String) -> Bool { origins != .any && allows(origin) }
}

/// Principals by the digests of their tokens: neither the cache nor a dump of the process has a token to steal.
private struct VerifiedTokens {
    private var principals: RecentlyUsed<SHA256Digest, (principal: Principal, end: Int64)>
    /// Of the keys that verified them. A token whose key is gone is not taken any longer.
    private var version = 0

    init(limit: Int) { principals = RecentlyUsed(limit: limit) }

    mutating func principal(of digest: SHA256Digest, keys version: Int, at now: Int64) -> Principal? {
        guard version == self.version, let known = principals[digest] else { return nil }
        guard now < known.end else {
            principals[digest] = nil
            return nil
        }
        return known.principal
    }

    mutating func insert(_ principal: Principal, of digest: SHA256Digest, keys version: Int, until end: Int64) {
        if version != self.version { principals.removeAll() }
        self.version = version
        principals[digest] = (principal, end)
    }
}
