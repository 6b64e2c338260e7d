import Synchronization

/// Something that is asked of Kafka beside the loop, which does not wait for the answer. It holds no files: one that is
/// no longer wanted is dropped, and ends by itself.
final class Inquiry<Answer: Sendable>: Sendable {
    private let answer = Mutex<Result<Answer, any Error>?>(nil)
    private let job = Mutex<(any BackgroundJob)?>(nil)

    init(_ name: String, in surroundings: any Surroundings, _ ask: @escaping @Sendable () throws -> Answer) {
        job.withLock { job in
            job = surroundings.start(name) { [self] in
                let answer = Result { try ask() }
                self.answer.withLock { $0 = answer }
            }
        }
    }

    /// nil as long as there is none.
    func take() -> Result<Answer, any Error>? {
        guard let answer = answer.withLock({ $0.take() }) else { return nil }
        job.withLock { $0.take() }?.join()
        return answer
    }
}
