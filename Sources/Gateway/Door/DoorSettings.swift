package import Calls
package import Configuration
package import JWT
package import Telemetry

/// How the door is, from `DoorOptions`. All that cannot work is an error here, before anything has begun.
package struct DoorSettings: Sendable {
    package enum Authentication: Hashable, Sendable {
        case none(isInsecure: Bool)
        case tokens(KeySource, TokenRules, PrincipalRules)
    }

    package let authentication: Authentication
    package let cors: CORS
    /// nil is no limit.
    package let limit: RateLimit?

    /// For trying out: everybody on this machine is an operator.
    package static let local = DoorSettings(.none(isInsecure: false), CORS(.none), limit: nil)

    private init(_ authentication: Authentication, _ cors: CORS, limit: RateLimit?) {
        (self.authentication, self.cors, self.limit) = (authentication, cors, limit)
    }

    /// - Parameter httpAddress: where the gateway listens.
    package init(_ configuration: Configuration, httpAddress: String) throws(ConfigurationError) {
        let isInsecure = configuration[DoorOptions.insecure]
        let isOpen = configuration[DoorOptions.auth] == .none
        authentication =
            isOpen
            ? try Self.open(httpAddress, isInsecure: isInsecure)
            : .tokens(
                try Self.source(configuration, isInsecure: isInsecure),
                TokenRules(
                    issuer: try configuration.required(DoorOptions.issuer),
                    audience: try configuration.required(DoorOptions.audience)),
                PrincipalRules(
                    name: configuration[DoorOptions.nameClaim],
                    roles: configuration[DoorOptions.rolesClaim],
                    customer: configuration[DoorOptions.customerClaim]))
        cors = try Self.cors(configuration, isOpen: isOpen)
        let rate = configuration[DoorOptions.rate]
        limit = rate == 0 ? nil : RateLimit(perSecond: rate, burst: configuration[DoorOptions.burst])
    }

    /// - Throws: where a file of keys is not there or not fit.
    package func makeDoor(log: Logger, metrics: MetricsRegistry) throws(KeyFault) -> (door: Door, keys: Keys?) {
        switch authentication {
        case .none(let isInsecure): return (Door(.open(isInsecure: isInsecure), cors: cors), nil)
        case .tokens(let source, let rules, let principals):
            let keys = try Keys.start(source, log: log, metrics: metrics)
            return (Door(.tokens(keys, rules, principals), cors: cors), keys)
        }
    }

    private static func open(_ address: String, isInsecure: Bool) throws(ConfigurationError) -> Authentication {
        guard isInsecure || OwnOrigin.isLoopback(address: address) else {
            throw ConfigurationError(
                "\(DoorOptions.auth.option) none makes every caller that reaches \(address) an operator: listen on 127.0.0.1, "
                    + "require tokens (\(DoorOptions.auth.option) jwt), or set \(DoorOptions.insecure.option)")
        }
        return .none(isInsecure: isInsecure)
    }

    private static func source(_ configuration: Configuration, isInsecure: Bool) throws(ConfigurationError) -> KeySource
    {
        let (file, url) = (DoorOptions.keysFile, DoorOptions.keysURL)
        switch (configuration[file], configuration[url]) {
        case (let path?, nil): return .file(path)
        case (nil, let address?):
            let scheme = address.lowercased()
            guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") && (isInsecure || isNear(address)) else {
                throw ConfigurationError(
                    "\(url.option) must begin with https://: anyone who can change the keys in transit can make valid tokens "
                        + "(or set \(DoorOptions.insecure.option))")
            }
            guard !authority(address).contains("@") else {
                throw ConfigurationError(
                    "\(url.option) has a user or a password, which would be in the logs; keys are public and need none")
            }
            return .url(address, caFile: configuration[DoorOptions.keysCAFile])
        case (nil, nil):
            throw ConfigurationError(
                "\(file.option) or \(url.option) is missing (or \(file.variable), \(url.variable)): the issuer's keys; "
                    + "to try things out on this machine: \(DoorOptions.auth.option) none")
        case (_?, _?): throw ConfigurationError("\(file.option) and \(url.option) are both given: leave one out")
        }
    }

    /// Whether a URL is of this machine.
    private static func isNear(_ url: String) -> Bool {
        OwnOrigin.isLoopback(host: String(authority(url)))
    }

    /// What stands between `://` and the path.
    private static func authority(_ url: String) -> Substring {
        let start = url.firstIndex(of: "/").map { url[$0...].dropFirst(2) } ?? ""
        return start.prefix { !"/?#\\".contains($0) }
    }

    private static func cors(_ configuration: Configuration, isOpen: Bool) throws(ConfigurationError) -> CORS {
        let key = DoorOptions.origins
        let allowsCredentials = configuration[DoorOptions.credentials]
        // With tokens any page may ask: it has to bring one, and no browser adds that by itself.
        guard let text = configuration[key] ?? (isOpen || allowsCredentials ? nil : "*") else {
            guard !allowsCredentials else {
                throw ConfigurationError(
                    "\(DoorOptions.credentials.option) needs \(key.option): the origins that may send cookies")
            }
            return CORS(.none)
        }
        let origins = text.split(separator: ",").map { $0.filter { $0 != " " } }
        if origins == ["*"] {
            guard !isOpen else {
                throw ConfigurationError(
                    "\(key.option) * and \(DoorOptions.auth.option) none would make every web page an operator")
            }
            guard !allowsCredentials else {
                throw ConfigurationError(
                    "\(key.option) * and \(DoorOptions.credentials.option) would let any page act for its visitors"
                )
            }
            return CORS(.any)
        }
        for origin in origins where !isOrigin(origin) {
            throw ConfigurationError(
                "\(key.option) has \"\(origin)\", which is not an origin: write https://HOST or https://HOST:PORT, or * alone"
            )
        }
        return CORS(.listed(origins), allowsCredentials: allowsCredentials)
    }

    /// As browsers write them: no path, no upper case, no port that goes without saying.
    private static func isOrigin(_ text: String) -> Bool {
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        guard let scheme else { return false }
        let rest = text.dropFirst(scheme.count)
        let isPlain = rest.utf8.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "0"..."9", ".", "-", "_", ":", "[", "]": true
            default: false
            }
        }
        let usual = scheme == "https://" ? ":443" : ":80"
        return isPlain && !rest.isEmpty && !rest.hasSuffix(usual) && !rest.hasSuffix(":")
    }
}
