import Baselines
import JSON

extension KindRules {
    /// Of a method, by the fields that `negawatt baseline --methods` takes; the market says itself from when it holds.
    private static let methodFields = BaselineMethod.fields.filter { $0 != "from" }

    static func method(_ object: MarketObject, _ node: JSONDocument.Node) -> BaselineMethod? {
        let place = object.place("method")
        guard let fields = MarketObject(object.document, node, place, methodFields, object.faults) else { return nil }
        let bytes = object.document.bytes(node)
        var reader = JSONReader()
        var method: BaselineMethod?
        do {
            try reader.read(bytes.span) { method = try BaselineMethod($0) }
        } catch let error as JSONError {
            let line = error.field.flatMap { fields[$0]?.line } ?? node.line
            object.faults.add(line, place, "cannot be read: \(error)")
        } catch {
            object.faults.add(node.line, place, "cannot be read: \(error)")
        }
        // kepco goes by it. What a market of a later version says stays: there a check goes by kepco's settings.
        if object.faults.isStrict, let obstacle = method?.obstacleToChecks {
            fields.complain(obstacle.field, obstacle.why)
        }
        return method
    }
}
