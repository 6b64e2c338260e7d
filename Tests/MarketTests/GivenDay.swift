import Baselines
import Testing

/// A day that a test writes.
func given(_ text: String) throws -> Day { try #require(Day(text)) }
