import Contracts
import TestTraits
import Testing
import Workers
import WorkersTesting

/// A worker does what it has declared: what it says, and what it counts.
@Suite struct DeclarationTests {
    private static func order(_ act: @escaping (Transaction) throws -> Void) throws -> Bench {
        let bench = Bench(Toy(onOrder: { _, transaction in try act(transaction) }))
        _ = try bench.process("toy.commands", Array(Toy.order("k", "").utf8))
        return bench
    }

    @Test func `a worker says what it has declared, and asks itself what it may be asked`() throws {
        let bench = try Self.order { transaction in
            transaction.emit(Toy.Order("k", "told"), key: "k")
            transaction.send(Toy.Order("k", "asked"), key: "k")
        }
        #expect(bench.effects == ["event k", "internal k"])
    }

    @Test(.ahead) func `an event that a worker has not declared is a mistake that ends a debug build`() async {
        await #expect(processExitsWith: .failure) {
            _ = try DeclarationTests.order { $0.emit(Started(), key: "k") }
        }
    }

    @Test(.ahead)
    func `a message to itself that a worker has not declared is a mistake that ends a debug build`() async {
        await #expect(processExitsWith: .failure) {
            _ = try DeclarationTests.order { $0.send(Started(), key: "k") }
        }
    }

    @Test(.ahead) func `a counter that a worker has not declared is a mistake that ends the process`() async {
        await #expect(processExitsWith: .failure) {
            _ = try DeclarationTests.order { $0.count(WorkerCounter("others", "Of nobody.")) }
        }
    }

    @Test func `what is counted is an effect: a record that is refused has counted nothing`() throws {
        let counted = try Self.order { $0.count(Toy.orders, by: 3) }
        #expect(counted.done?.transaction.effects.counts.map(\.amount) == [3])
        let refused = try Self.order { transaction in
            transaction.count(Toy.orders)
            throw Rejection.refused("no")
        }
        #expect(refused.done == nil)
    }
}
