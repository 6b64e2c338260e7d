import Contracts
import JSON
import Schemas
import Testing

@Suite struct ExamplesTests {
    @Test(arguments: Codec.all)
    func `an example satisfies its schema, is read, and is written as valid as it was`(codec: Codec) throws {
        let (topic, contract) = try codec.contract
        let example = contract.example
        try Schemas.check(topic, nil, example.description)
        let message = try codec.decode(example.description)

        let time = Int64(example["timestamp"]?.number ?? 1_795_251_600_000)
        var writer = JSONWriter()
        writer.message(message, at: Timestamp(milliseconds: time))
        let text = String(decoding: Array(copying: writer.bytes), as: UTF8.self)
        try Schemas.check(topic, nil, text)
        let written = try JSONTree(text)
        if contract.isOurs {
            #expect(written == example)
        } else {
            // Times and ids may be written in another way, and null is left out; reading it again changes no more.
            let again = try codec.decode(text)
            #expect(String(reflecting: again) == String(reflecting: message))
        }
    }

    @Test(arguments: Codec.all)
    func `an example names its message and holds every required field`(codec: Codec) throws {
        let (_, contract) = try codec.contract
        #expect(contract.example["eventType"]?.string == codec.description)
        #expect(contract.schema["properties"]?["eventType"]?["const"]?.string == codec.description)
        for field in contract.schema["required"]?.array ?? [] {
            #expect(contract.example[field.string ?? ""] != nil, "\(field)")
        }
    }

    @Test(arguments: Codec.all)
    func `fields that are not known are taken in what others write and caught in what we write`(codec: Codec) throws {
        let (topic, contract) = try codec.contract
        let text = contract.example("colour", "\"green\"")
        _ = try codec.decode(text)
        if contract.isOurs {
            #expect(throws: SchemaError(message: "\(topic) \(codec)", path: "$.colour", "is a field that is not known"))
            {
                try Schemas.check(topic, nil, text)
            }
        } else {
            try Schemas.check(topic, nil, text)
        }
    }

    @Test func `a check is read by those who need little of it too`() throws {
        let (_, contract) = try Codec(ReductionCheck.self).contract
        let text = contract.example.description
        var reader = JSONReader()
        let outcome = try ReductionOutcome(reader.fields(of: text.utf8.span))
        #expect(outcome.order.text == "dr-20261121-1")
        #expect(outcome.user.text == "u-1001")
        #expect(outcome.answer == .accept)
        #expect(outcome.reducedWh == 230)
        #expect(outcome.adjustPoint == 230)
        #expect(outcome.isReal)
    }
}

extension [UInt8] {
    init(copying span: Span<UInt8>) {
        self = []
        for position in span.indices { append(span[position]) }
    }
}
