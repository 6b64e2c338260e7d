import Contracts
import Schemas
import Testing
import Workers

@testable import Daemon

/// What topics/ says of dead letters is what a daemon writes.
@Suite struct LetterContractTests {
    @Test(arguments: Context.all)
    func `the file of dead letters names each kind and each header`(_ context: Context) throws {
        let words = try #require(Schemas.catalogue[context.deadLetters]).description
        let kinds = Rejection.Kind.allCases.map(\.rawValue)
        let list = "(\(kinds.dropLast().joined(separator: ", ")) or \(kinds.last ?? ""): "
        #expect(words.contains("deadletter.kind \(list)"), "\(words)")
        for header in DeadLetterHeader.all { #expect(words.contains("\(header) ("), "\(header)") }
        #expect(words.contains("\"said anew\"") == (context == .response))
    }
}
