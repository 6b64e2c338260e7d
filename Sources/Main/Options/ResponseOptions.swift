import Configuration
import ResponseContext

/// What can be set about lists and answers.
struct ResponseOptions {
    private static let defaults = ResponseSettings()

    static let answerTimeout = ConfigurationKey(
        "answer-patience-s", .seconds(0...86_400), "S", default: defaults.answerTimeout,
        "how long an answer waits for its order and its customer")
    static let stepRows = ConfigurationKey(
        "step-rows", .integer(1...10_000), "ROWS", default: defaults.stepRows,
        "how many customers are asked in one step")
    static let keys: [any ConfigurationOption] = [answerTimeout, stepRows]

    static func settings(_ configuration: Configuration) -> ResponseSettings {
        ResponseSettings(
            stepRows: configuration[stepRows], answerTimeout: configuration[answerTimeout],
            retention: RetentionOptions.retention(configuration))
    }
}
