package import Contracts

/// Makes the links that notices bring.
package struct AnswerLinkMaker: Sendable {
    private let keys: AnswerLinkKeys
    private let page: @Sendable () -> String?

    /// - Parameter page: the address of the gateway's page as customers reach it; nil as long as there is none.
    package init(_ keys: AnswerLinkKeys, page: @escaping @Sendable () -> String?) {
        (self.keys, self.page) = (keys, page)
    }

    /// The same for the same notice, however often it is told. What stands behind the `#` browsers send nobody: it is
    /// in no log on the way, and in no `Referer`.
    package func link(_ key: NoticeKey, language: Language, expiresAt: Timestamp) -> String? {
        page().map { "\($0)#\(AnswerLink(key, language: language, expiresAt: expiresAt).token(keys))" }
    }
}
