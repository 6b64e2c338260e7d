import Contracts
import Testing

@Suite struct RecordPlaceTests {
    @Test(arguments: [RecordPlace("user.commands", 3, 17), RecordPlace("a-b-changelog", 0, 0)])
    func `a place is read as it is written`(_ place: RecordPlace) {
        #expect(RecordPlace("\(place)") == place)
    }

    @Test(arguments: ["", "a", "a-1", "a-1-", "a-x-2", "a-1--2", "a-2147483648-1", "a-1-9223372036854775808"])
    func `other texts are no places`(_ text: String) {
        #expect(RecordPlace(text) == nil)
    }
}
