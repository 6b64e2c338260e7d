import Testing

@testable import Configuration

@Suite struct ConfigurationKeyTests {
    private enum Size: String, CaseIterable, Sendable { case small, large }

    private static let port = ConfigurationKey("port", .port, "PORT", default: 80, "a port")
    private static let size = ConfigurationKey("size", .choice, "SIZE", default: Size.small, "how large it is")
    private static let isOpen = ConfigurationKey("is-open", .boolean, "BOOL", default: false, "whether it is open")
    private static let share = ConfigurationKey("share", .decimal(0...1000), "SHARE", default: 250, "how much of it")
    private static let pause = ConfigurationKey(
        "pause-ms", .milliseconds(1...5000), "MS", default: .milliseconds(20), "how long it waits")
    private static let limit = ConfigurationKey(
        "limit-min", .minutes(0...90), "MIN", default: .seconds(120), "how long")
    private static let offset = ConfigurationKey(
        "offset", .utcOffset, "+HH:MM", default: .seconds(-12_600), "how far it is ahead")
    private static let name = ConfigurationKey("name", .text, "NAME", "what it is called")
    private static let isQuiet = ConfigurationKey(flag: "quiet", "says less")
    private static let keys: [any ConfigurationOption] = [
        port, size, isOpen, share, pause, limit, offset, name, isQuiet,
    ]

    private func configuration(_ words: [(name: String, text: String)] = []) throws(ConfigurationError) -> Configuration
    {
        try Configuration(options: Self.keys, settings: Self.keys.filter(\.isSetting), words: words)
    }

    @Test func `what is not set is the key's default, or nil`() throws {
        let configuration = try configuration()
        #expect(configuration[Self.port] == 80 && configuration[Self.size] == .small)
        #expect(!configuration[Self.isOpen] && configuration[Self.share] == 250)
        #expect(configuration[Self.pause] == .milliseconds(20) && configuration[Self.limit] == .seconds(120))
        #expect(configuration[Self.offset] == .seconds(-12_600) && configuration[Self.name] == nil)
        #expect(!configuration[Self.isQuiet])
    }

    @Test func `what is set is read as the key's type`() throws {
        let configuration = try configuration([
            ("port", "8080"), ("size", "large"), ("is-open", "true"), ("share", "0.5"), ("pause-ms", "5000"),
            ("limit-min", "90"), ("offset", "+05:45"), ("name", "a b"), ("quiet", ""),
        ])
        #expect(configuration[Self.port] == 8080 && configuration[Self.size] == .large)
        #expect(configuration[Self.isOpen] && configuration[Self.share] == 500)
        #expect(configuration[Self.pause] == .seconds(5) && configuration[Self.limit] == .seconds(5400))
        #expect(configuration[Self.offset] == .seconds(20_700) && configuration[Self.name] == "a b")
        #expect(configuration[Self.isQuiet])
        #expect(try configuration.required(Self.name) == "a b")
    }

    /// It stands once, as a value: its text is what help shows, and what would be read.
    @Test func `a default is written as it is read`() throws {
        let texts = Self.keys.map(\.defaultText)
        #expect(texts == ["80", "small", "false", "0.25", "20", "2", "-03:30", nil, nil])
        for key in Self.keys { if let text = key.defaultText { #expect(key.complaint(about: text) == nil) } }
    }

    @Test(arguments: [
        ("port", "65536", "--port is \"65536\" and must be a whole number from 0 to 65535"),
        ("size", "larg", "--size is \"larg\" and must be small or large: did you mean large?"),
        ("is-open", "yes", "--is-open is \"yes\" and must be true or false"),
        ("share", "1.5", "--share is \"1.5\" and must be a number from 0 to 1, with at most three decimals"),
        ("pause-ms", "0", "--pause-ms is \"0\" and must be a whole number from 1 to 5000"),
        ("offset", "9", "--offset is \"9\" and must be an offset of whole quarter hours, such as +09:00"),
        ("name", "", "--name is \"\" and must not be empty"),
    ])
    func `what is no value of the key is refused with what one is`(_ name: String, _ text: String, _ complaint: String)
    {
        let error = #expect(throws: ConfigurationError.self) { try configuration([(name, text)]) }
        #expect(error?.description == complaint)
    }

    @Test(
        arguments: [
            ("user", "user"), ("usr", "user"), ("kpeco", "kepco"), ("resp", "response"), ("zzz", nil), ("", nil),
        ] as [(String, String?)])
    func `the nearest name is found, if any is near`(_ text: String, _ name: String?) {
        #expect(nearest(to: text, in: ["dr", "user", "response", "kepco", "topics"]) == name)
    }
}
