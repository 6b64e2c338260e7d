import Contracts
import Schemas
import Testing

@Suite struct TopicsTests {
    @Test func `the files in topics and Topic.all name the same topics`() {
        #expect(Schemas.catalogue.keys.sorted() == Topic.all.map(\.name).sorted())
        #expect(Set(Topic.all.map(\.name)).count == Topic.all.count)
    }

    @Test(arguments: Topic.all)
    func `a topic's file and its Swift half agree`(topic: Topic) throws {
        let file = try #require(Schemas.catalogue[topic.name])
        #expect(file.name == topic.name)
        #expect(file.owner == topic.owner.name)
        #expect(file.key == topic.key)
        switch topic.cleanup {
        case .compact: #expect(file.cleanup == .compact)
        case .delete(let days): #expect(file.cleanup == .delete(days: days))
        }
        #expect(file.messages.keys.sorted() == topic.messages.map(\.description).sorted())
    }

    @Test(arguments: Context.all)
    func `a context owns its commands, internal topic, events, changelog and dead letters`(context: Context) {
        let names = [context.commands, context.internal, context.events, context.changelog, context.deadLetters]
        for name in names { #expect(Topic.all.filter { $0.name == name }.map(\.owner) == [context]) }
        #expect(Topic.all.first { $0.name == context.changelog }?.cleanup == .compact)
    }

    @Test
    func `every message has a Swift half, and only readings, Replay and what comes of it stand in several topics`() {
        let types = Topic.all.flatMap(\.messages).map(\.description)
        let replays = Context.all.dropFirst().flatMap { _ in [Replay.type, Replayed.type].map(\.description) }
        let readings = [MeterReading.type, MeterReadings.type].map(\.description)
        #expect(types.sorted() == (Codec.all.map(\.description) + replays + readings).sorted())
        #expect(Set(types).count == Codec.all.count)
        for context in Context.all {
            #expect(Topic.all.first { $0.name == context.commands }?.messages.contains(Replay.type) == true)
            #expect(Topic.all.first { $0.name == context.events }?.messages.contains(Replayed.type) == true)
        }
    }

    @Test func `message types are equal by their names, wherever these lie`() {
        #expect(StartDr.type == "StartDr")
        #expect(StartDr.type.hashValue == MessageType("StartDr").hashValue)
        #expect(StartDr.type != EndDr.type)
        #expect(isNamed(StartDr.type, "StartDr"))
        #expect(!isNamed(StartDr.type, "StartD"))
        #expect(!isNamed(EndDr.type, "EndDR"))
    }

    private func isNamed(_ type: MessageType, _ name: String) -> Bool { type.isNamed(name.utf8.span) }
}
