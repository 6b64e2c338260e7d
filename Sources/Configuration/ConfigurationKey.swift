/// A setting as it is declared: once, with its default and its documentation, for the command line, the environment,
/// the file and the help. One without a default has optional values.
package struct ConfigurationKey<Value: Sendable>: ConfigurationOption {
    package let name: String
    package let form: ConfigurationForm
    package let placeholder: String?
    package let summary: String
    package let defaultText: String?
    package let isSetting: Bool
    private let complain: @Sendable (String) -> String?
    /// nil is what nothing says.
    let value: @Sendable (String?) -> Value

    /// A setting, which the command line, the environment and the file may have.
    package init(
        _ name: String, _ kind: ConfigurationKind<Value>, _ placeholder: String, default value: Value,
        _ summary: String
    ) { self.init(name, kind, placeholder, value, summary, isSetting: true) }

    /// A setting without a default.
    package init<Given>(
        _ name: String, _ kind: ConfigurationKind<Given>, _ placeholder: String, _ summary: String
    ) where Value == Given? { self.init(name, kind, placeholder, summary, isSetting: true) }

    /// An option of a command and nothing else.
    package init(
        option name: String, _ kind: ConfigurationKind<Value>, _ placeholder: String, default value: Value,
        _ summary: String
    ) { self.init(name, kind, placeholder, value, summary, isSetting: false) }

    /// An option of a command and nothing else, without a default.
    package init<Given>(
        option name: String, _ kind: ConfigurationKind<Given>, _ placeholder: String, _ summary: String
    ) where Value == Given? { self.init(name, kind, placeholder, summary, isSetting: false) }

    private init(
        _ name: String, _ kind: ConfigurationKind<Value>, _ placeholder: String, _ value: Value, _ summary: String,
        isSetting: Bool
    ) {
        (self.name, self.placeholder, self.summary, self.isSetting) = (name, placeholder, summary, isSetting)
        (form, complain, defaultText) = (kind.form, kind.complaint, kind.text(value))
        self.value = { $0.flatMap(kind.value) ?? value }
    }

    private init<Given>(
        _ name: String, _ kind: ConfigurationKind<Given>, _ placeholder: String, _ summary: String, isSetting: Bool
    ) where Value == Given? {
        (self.name, self.placeholder, self.summary, self.isSetting) = (name, placeholder, summary, isSetting)
        (form, complain, defaultText) = (kind.form, kind.complaint, nil)
        value = { $0.flatMap(kind.value) }
    }

    package func complaint(about text: String) -> String? { complain(text) }
}

extension ConfigurationKey<Bool> {
    /// An option that is given or not.
    package init(flag name: String, _ summary: String) {
        (self.name, self.summary, form, placeholder, defaultText) = (name, summary, .flag, nil, nil)
        (isSetting, complain, value) = (false, { _ in nil }, { $0 != nil })
    }
}

extension ConfigurationKey<Void> {
    /// What stands for librdkafka's properties: `Configuration.kafka` has them all.
    package init(properties name: String, _ summary: String) {
        (self.name, self.summary, form, placeholder, defaultText) = (name, summary, .property, "KEY=VALUE", nil)
        (isSetting, complain, value) = (true, { _ in nil }, { _ in })
    }
}
