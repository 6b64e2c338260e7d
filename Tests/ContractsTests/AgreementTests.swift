import Contracts
import JSON
import Schemas
import Testing

/// Schema and decoder take and refuse the same values, but where they mean to differ.
@Suite struct AgreementTests {
    @Test(arguments: Codec.all)
    func `a field that is taken out or has another value is taken by both or refused by both`(codec: Codec) throws {
        let (topic, contract) = try codec.contract
        for field in contract.fields {
            for text in Variants.all + [nil] {
                let variant = Variant(message: contract, field: field, text: text)
                let fault = judge(codec, topic, variant)
                #expect(fault == nil, "\(codec) with \(field) = \(text?.prefix(60) ?? "nothing")")
            }
        }
    }

    @Test func `every difference that is listed is one`() throws {
        for difference in Difference.all {
            var isSeen = false
            for codec in Codec.all where !isSeen {
                let (topic, contract) = try codec.contract
                for field in contract.fields {
                    for text in Variants.all + [nil] {
                        let variant = Variant(message: contract, field: field, text: text)
                        guard difference.covers(variant) else { continue }
                        let (bySchema, bySwift) = errors(codec, topic, variant)
                        if (bySchema == nil) != (bySwift == nil), (bySchema == nil) == difference.schemaTakes {
                            isSeen = true
                        }
                    }
                }
            }
            #expect(isSeen, "\(difference.why)")
        }
    }

    @Test(arguments: Codec.all)
    func `a required field that is missing is named by both`(codec: Codec) throws {
        let (topic, contract) = try codec.contract
        let choices = (contract.schema["anyOf"]?.array ?? []).flatMap { $0["required"]?.array ?? [] }
        let required = ((contract.schema["required"]?.array ?? []) + choices).compactMap(\.string)
        for field in Set(required) where contract.example[field] != nil {
            let (bySchema, bySwift) = errors(codec, topic, Variant(message: contract, field: field, text: nil))
            let path = try #require(bySchema, "\(field)").description
            #expect(path.contains("$.\(field) "), "\(path)")
            if let bySwift {
                #expect(bySwift == JSONError(field: Self.named(codec, field, nil), .missing))
            } else {
                #expect(Difference.isNotRead(contract, field), "\(codec) without \(field)")
            }
        }
    }

    @Test(arguments: Codec.all)
    func `a field of a wrong type is refused by both, by its name`(codec: Codec) throws {
        let (topic, contract) = try codec.contract
        for field in contract.fields where !Difference.isNotRead(contract, field) {
            // Few fields are a truth, and only a market is an object.
            let isTruth = ["isReal", "force", "ifNewer", "contiguous", "unassigned", "test"].contains(field)
            let isObject = contract.schema["properties"]?[field]?["type"]?.string == "object"
            let objects = isObject ? [] : ["{}", #"{"a":1}"#]
            for text in objects + ["[[]]"] + (isTruth ? ["0", #""true""#] : ["true"]) {
                let (bySchema, bySwift) = errors(codec, topic, Variant(message: contract, field: field, text: text))
                #expect(bySchema != nil, "\(field) = \(text)")
                #expect(bySwift?.field == field, "\(field) = \(text)")
            }
        }
    }

    /// What is wrong with how the two halves take it; nil when nothing is.
    private func judge(_ codec: Codec, _ topic: String, _ variant: Variant) -> String? {
        let (bySchema, bySwift) = errors(codec, topic, variant)
        if let bySwift, bySwift.field != Self.named(codec, variant.field, variant.text) {
            return "Swift says: \(bySwift)"
        }
        if (bySchema == nil) == (bySwift == nil) { return nil }
        let isMeant = Difference.all.contains { $0.schemaTakes == (bySchema == nil) && $0.covers(variant) }
        return isMeant ? nil : "schema: \(bySchema?.description ?? "fine"); Swift: \(bySwift?.description ?? "fine")"
    }

    private func errors(_ codec: Codec, _ topic: String, _ variant: Variant) -> (SchemaError?, JSONError?) {
        let text = variant.message.example(variant.field, variant.text)
        var bySchema: SchemaError?
        do { try Schemas.check(topic, codec.description, text) } catch {
            bySchema = error as? SchemaError ?? SchemaError(path: "$", "\(error)")
        }
        var bySwift: JSONError?
        do throws(JSONError) { _ = try codec.decode(text) } catch { bySwift = error }
        return (bySchema, bySwift)
    }

    /// An answer without any id lacks its order's first of all.
    private static func named(_ codec: Codec, _ field: String, _ text: String?) -> String {
        codec.type == Deny.type && field == "id" && (text == nil || text == "null") ? "drId" : field
    }
}
