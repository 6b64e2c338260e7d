import Testing

@testable import Fuzz

/// Whatever a utility answers and whatever a file has, it is decided.
@Suite struct AdapterFuzzTests {
    @Test(arguments: 0..<2) func `mutated answers and files are read or refused`(seed: Int) throws {
        let fuzz = AdapterFuzz(try AdapterOptions(["--adapters", "--bodies", "1000", "--seed", "\(seed)"]))
        for (name, tally) in try fuzz.run() {
            #expect(tally.bodies == 1000 && tally.refused > 100, "\(name) \(tally)")
            #expect(name == "mapping" || tally.readings > 500, "\(name) \(tally)")
        }
    }
}
