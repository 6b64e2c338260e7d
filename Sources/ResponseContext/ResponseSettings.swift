package import Workers

/// How the response context works.
package struct ResponseSettings: Sendable {
    /// How many customers are asked, or lists saved, in one step: what an answer may have to wait for.
    package var stepRows: Int
    /// How long an answer waits for its order and its customer, by the clock.
    package var answerTimeout: Duration
    /// Of orders and their lists, behind the orders' ends.
    package var retention: Retention

    package init(stepRows: Int = 200, answerTimeout: Duration = .seconds(60), retention: Retention = .init()) {
        precondition(stepRows > 0, "a step does at least one row")
        (self.stepRows, self.answerTimeout, self.retention) = (stepRows, answerTimeout, retention)
    }
}
