import AnswerLinks
import Configuration

/// What notify and the gateway have in common: the links by which customers answer.
enum AnswerLinkOptions {
    static let keyFile = ConfigurationKey(
        "answer-link-key-file", .file, "FILE",
        "keys of links to answer by, the same for notify and the gateway: one a line, the first one signs, all are taken"
    )

    /// nil where no file is named.
    static func keys(_ configuration: Configuration) throws(ConfigurationError) -> AnswerLinkKeys? {
        guard let path = configuration[keyFile] else { return nil }
        guard let keys = AnswerLinkKeys(try SmallFile(path: path).read()) else {
            throw ConfigurationError(
                "\(path) has no keys: 1 to \(AnswerLinkKeys.limit) lines, each of at least \(AnswerLinkKeys.least) bytes"
            )
        }
        return keys
    }
}
