import Contracts
import Kafka

/// The next event: the consumer's, and where there is none, the background inputs'.
extension Loop {
    /// Handles the next event.
    /// - Returns: whether there was one within the time.
    func takeNext(milliseconds: Int32, _ now: Timestamp) throws -> Bool {
        guard let background else { return try takeEvent(milliseconds: milliseconds, now) }
        if background.isDue, try takeRecord(of: background, now) { return true }
        if try takeEvent(milliseconds: 0, now) {
            background.giveWay()
            return true
        }
        if try takeRecord(of: background, now) { return true }
        guard milliseconds > 0 else { return false }
        return try takeEvent(milliseconds: background.wait(milliseconds), now)
    }

    /// - Returns: whether there was anything.
    func takeEvent(milliseconds: Int32, _ now: Timestamp) throws -> Bool {
        switch consumer.next(milliseconds: milliseconds) {
        case nil: return false
        case .record(let record): try handle(record, inputIDs.input(of: record), now)
        case .assigned(let partitions): try onAssigned(partitions)
        case .revoked(let partitions): try onRevoked(partitions)
        case .failure(let error): try judge(readingError: error)
        }
        return true
    }

    private func takeRecord(of background: BackgroundInputs, _ now: Timestamp) throws -> Bool {
        switch background.next() {
        case nil: return false
        case .end: return true
        case .record(let record): try handle(record, background.inputIDs.input(of: record), now)
        case .failure(let error): try judge(readingError: error)
        }
        return true
    }
}
