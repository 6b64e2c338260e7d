import Simulators
import Testing

@Suite struct FaultsTests {
    private enum Kind: String, FaultKind {
        case slow, cut
        case busy = "503"
    }

    private enum Lasting: String, FaultKind { case gone }

    private typealias Some = Faults<Kind, Lasting>

    @Test func `an answer has a fault in as many of 1,000 cases as is said, and what lasts is apart`() throws {
        let faults = try #require(Some("slow=5,503=20,gone=1000"))
        let drawn = (0..<2000 as Range<UInt64>).map { faults.kind($0) }
        #expect(
            ([.slow, .cut, .busy, nil] as [Kind?]).map { kind in drawn.count { $0 == kind } } == [10, 0, 40, 1950])
        #expect((0..<1000 as Range<UInt64>).allSatisfy { faults.has(.gone, $0) } && !Some().has(.gone, 0))
    }

    @Test func `all of them have ten each, and none has none`() throws {
        let all = try #require(Some("all"))
        #expect(Some.words == ["slow", "cut", "503", "gone"])
        #expect((0..<30 as Range<UInt64>).allSatisfy { all.kind($0) != nil } && all.kind(30) == nil)
        #expect(all.has(.gone, 9) && !all.has(.gone, 10))
        #expect(Some("none") == Some() && Some() != all)
    }

    @Test(arguments: [
        "", "slow", "slow=", "slow=1001", "slow=-1", "fast=1", "slow=600,503=600", "slow=1,,cut=1", "gone",
    ])
    func `a list that is none is refused`(_ text: String) { #expect(Some(text) == nil) }
}
