import Contracts
import DRContext
import JSON
import Kafka
import Market

/// The market that holds, as dr's changelog has it.
struct RunningMarket {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    let properties: [String: String]

    /// Where a new one is taken first.
    func partition(_ admin: Admin) throws -> Int32 {
        let name = Context.dr.changelog
        guard let topic = try admin.describeTopics([name])[name] else {
            throw Trouble(description: "there is no topic \(name), or this user may not see it")
        }
        return Partitioner.partition(of: Markets.key, among: topic.partitions)
    }

    /// Without a row it is the built-in one.
    func find(_ admin: Admin) throws -> Market {
        let search = ChangelogSearch(context: .dr, partition: try partition(admin), properties: properties)
        let key = "\(Orders.name)/\(Markets.prefix)\(Markets.key)"
        guard let value = try search.run(for: key, admin).found.last?.value else { return .korea }
        var reader = JSONReader()
        return try Markets.Row(reader.fields(of: value.span)).market
    }
}
