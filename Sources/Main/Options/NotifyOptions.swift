import AnswerLinks
import Configuration
import Contracts
import JSON
import Market
import Notify
import NotifyContext
import Webhooks

/// How customers are told.
enum NotifyOptions {
    private static let defaults = NotifySettings()

    static let channels = ConfigurationKey(
        "channels", .file, "FILE",
        #"the channels, as JSON: {"channels": [{"name", "url", "keyFile", "pace", "calls"}]}; without it nobody is told"#
    )
    static let templates = ConfigurationKey(
        "templates", .file, "FILE", "words for customers in place of the program's, lines of KIND.LANGUAGE.PART = words"
    )
    static let caFile = ConfigurationKey(
        "channels-ca-file", .file, "FILE", "certificates to trust for receivers, as PEM, in place of the system's")
    static let allowPrivate = ConfigurationKey(
        "allow-private", .boolean, "BOOL", default: false,
        "whether receivers may have addresses of this machine or of private networks, and http")
    static let patience = ConfigurationKey(
        "webhook-patience-s", .seconds(5...3600), "S", default: defaults.callLimit,
        "how long a notice may be on its way until its answer is in Kafka: then it is told again")
    static let fallback = ConfigurationKey(
        "fallback-min", .minutes(1...1440), "MIN", default: defaults.fallback,
        "when an order's notice goes over the next channel, where nobody has confirmed it")
    static let utcOffset = ConfigurationKey(
        "customers-utc-offset", .utcOffset, "+HH:MM", default: .seconds(defaults.utcOffset * 60),
        "the offset from UTC of the clocks by which customers are told times, and have quiet hours")
    static let answerPage = ConfigurationKey(
        "answer-link-url", .text, "URL",
        "the gateway's /answer as customers reach it, as https://HOST/answer: notices of orders bring a link to answer by"
    )
    static let keys: [any ConfigurationOption] = [
        channels, templates, caFile, allowPrivate, patience, fallback, utcOffset, answerPage, AnswerLinkOptions.keyFile,
    ]

    static func configured(_ configuration: Configuration) throws(ConfigurationError) -> ConfiguredContext {
        let client = try client(configuration)
        return ConfiguredContext(
            worker: worker(client, configuration),
            client: client.map { settings in
                { kafka, metrics, log in NotifyClient(settings, kafka.all, metrics, log: log) }
            },
            lack: ("no channels are named: nobody is told, and no contact is taken", "--channels FILE"))
    }

    /// It takes contacts with the channels that there are, and no others.
    static func worker(_ client: NotifyClientSettings?, _ configuration: Configuration) -> NotifyWorker {
        NotifyWorker(
            NotifySettings(
                channels: client?.channels.map(\.name) ?? [], callLimit: configuration[patience],
                fallback: configuration[fallback], utcOffset: minutes(configuration)))
    }

    private static func minutes(_ configuration: Configuration) -> Int64 {
        configuration[utcOffset].milliseconds / 60_000
    }

    /// How receivers are called; nil where there is no channel. What cannot work is an error here, before anything has
    /// begun.
    static func client(_ configuration: Configuration) throws(ConfigurationError) -> NotifyClientSettings? {
        guard let path = configuration[channels] else { return nil }
        let file = try SmallFile(path: path).read()
        let entries: [NotifyChannelEntry]
        do throws(JSONError) { entries = try NotifyChannelEntry.read(file) } catch {
            throw ConfigurationError("\(path): \(error)")
        }
        guard !entries.isEmpty, Set(entries.map(\.name)).count == entries.count else {
            throw ConfigurationError("\(path) names no channel, or one twice")
        }
        let mayBePrivate = configuration[allowPrivate]
        var found: [NotifyChannel] = []
        for entry in entries {
            try check(entry, mayBePrivate: mayBePrivate, path)
            guard let key = WebhookKey(try SmallFile(path: entry.keyFile).read()) else {
                throw ConfigurationError(
                    "\(entry.keyFile) has no key: \(WebhookKey.least) to \(WebhookKey.limit) bytes, or whsec_ and Base64"
                )
            }
            found.append(
                NotifyChannel(name: entry.name, url: entry.url, key: key, pace: entry.pace, calls: entry.calls))
        }
        if let file = configuration[caFile] { _ = try SmallFile(path: file).read() }
        return NotifyClientSettings(
            found, try words(configuration, links(configuration)), caFile: configuration[caFile],
            allowPrivate: mayBePrivate)
    }

    static func words(
        _ configuration: Configuration, _ links: AnswerLinkMaker?
    ) throws(ConfigurationError) -> Templates {
        var templates = Templates(utcOffset: minutes(configuration), links: links)
        guard let path = configuration[Self.templates] else { return templates }
        let text = String(decoding: try SmallFile(path: path).read(), as: UTF8.self)
        do throws(Templates.Fault) { try templates.take(text) } catch {
            throw ConfigurationError("\(path), \(error)")
        }
        return templates
    }

    /// nil where customers answer in another way.
    static func links(_ configuration: Configuration) throws(ConfigurationError) -> AnswerLinkMaker? {
        switch (configuration[answerPage], try AnswerLinkOptions.keys(configuration)) {
        case (nil, nil): return nil
        case (let page?, let keys?):
            let isPlain = page.hasPrefix("http://")
            guard isPlain && configuration[allowPrivate] || page.hasPrefix("https://"),
                page.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !page.contains(where: { "?#@".contains($0) })
            else {
                throw ConfigurationError(
                    "\(answerPage.option) has to be an address as https://HOST/answer, without a query or a user")
            }
            return AnswerLinkMaker(keys) { page }
        default:
            throw ConfigurationError(
                "\(answerPage.option) and \(AnswerLinkOptions.keyFile.option) go together: one is missing")
        }
    }

    /// It stands in logs: nothing secret may be in it.
    private static func check(_ entry: NotifyChannelEntry, mayBePrivate: Bool, _ path: String)
        throws(ConfigurationError)
    {
        let isPlain = entry.url.hasPrefix("http://")
        guard isPlain && mayBePrivate || entry.url.hasPrefix("https://"),
            !entry.url.contains(where: { "?#@ ".contains($0) })
        else {
            throw ConfigurationError(
                "\(path): the url of \(entry.name) has to be an address as https://HOST/PATH, without a query, a user or a key"
            )
        }
    }
}
