public import Testing

/// A test that goes on ahead of those that wait for a thread.
///
/// For tests of what ends a process: until such a test goes on behind its process's end, Testing looks for that end
/// over and over, with a core of its own, and behind a thousand tests that may be a quarter of an hour.
public struct AheadTrait: SuiteTrait, TestTrait, TestScoping {
    public let isRecursive = true

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        unsafe withUnsafeCurrentTask { unsafe $0?.escalatePriority(to: .high) }
        try await function()
    }
}

extension Trait where Self == AheadTrait {
    /// Ahead of those that wait for a thread.
    public static var ahead: Self { Self() }
}
