import Schemas
import Testing

@Suite struct SchemasTests {
    @Test func `every example satisfies its own schema`() throws {
        for file in Schemas.catalogue.values {
            for message in file.messages.values {
                try Schemas.check(file.name, message.name, message.example.description)
            }
        }
    }
}
