import Daemon
import ResponseContext

/// What can be set about lists and answers.
///
/// - `answer-patience-s`: how long an answer waits for its order and its customer.
/// - `step-rows`: how many customers are asked in one step.
struct ResponseOptions {
    private static let defaults = ResponseSettings()

    static let patience = ConfigurationKey(
        "answer-patience-s", .integer(0...86_400), "S", default: "\(defaults.patience.components.seconds)",
        "how long an answer waits for its order and its customer")
    static let stepRows = ConfigurationKey(
        "step-rows", .integer(1...10_000), "ROWS", default: "\(defaults.stepRows)",
        "how many customers are asked in one step")
    static let keys = [patience, stepRows]

    static func settings(_ configuration: Configuration) -> ResponseSettings {
        var settings = defaults
        if let seconds = configuration.number(patience) { settings.patience = .seconds(seconds) }
        if let rows = configuration.number(stepRows) { settings.stepRows = Int(rows) }
        return settings
    }
}
