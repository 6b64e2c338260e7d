import Contracts
import Schemas
import Testing
import ToyContext
import Workers
import WorkersTesting

@Suite struct ToyWorkerTests {
    @Test func `everybody is greeted once`() throws {
        let harness = Harness([ToyWorker()]) { try Schemas.check($0.topic, $0.type, $0.value) }
        let greet = #"{"eventType":"Greet","id":"u","name":"n","capacity":1}"#
        for _ in 0..<2 { harness.send(.toyCommands, key: "u", greet) }
        try harness.run()
        #expect(harness.values(.toyEvents, Greeted.type).count == 1)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
    }
}
