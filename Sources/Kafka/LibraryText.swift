/// What librdkafka tells apart only in words, there being no code for it: as all versions up to 2.16 have them.
package enum LibraryText {
    /// A certificate, a password or another proof of who someone is: what no broker's coming and going makes wrong.
    package static func isAboutSecurity(_ text: String) -> Bool {
        ["uthentication", "SASL", "SSL", "ertificate"].contains(where: text.contains)
    }

    /// A property that only the other kind of client knows: properties are given to all of them.
    static func isPropertyOfOthers(_ facility: String, _ text: String) -> Bool {
        facility == "CONFWARN" && text.contains("r property and will be ignored by")
    }

    /// A connection that cannot be made, or has ended; not what ends the client.
    static func isConnectionLost(_ facility: String, _ text: String) -> Bool {
        ["FAIL", "ERROR", "REQTMOUT"].contains(facility) && !text.contains("Fatal")
    }

    static func isConnectionRefused(_ text: String) -> Bool { text.contains("Connect to") }

    /// librdkafka's guess at why it was disconnected, which is most often wrong; but where it is right, nothing else
    /// says it.
    static func isGuess(_ text: String) -> Bool { text.contains("security.protocol") || text.contains("SSL listener") }
}
