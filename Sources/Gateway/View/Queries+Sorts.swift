/// By what lists can be sorted: properties and their columns, of which the last tells all rows apart.
extension Queries {
    static let orderSorts = [
        "id": ["o.id"], "name": ["o.name", "o.id"], "date": ["o.starts_at", "o.id"],
        "startsAt": ["o.starts_at", "o.id"],
    ]
    /// One answer to an order by `userCapacity`, all answers to it by `userId`, a customer's by `drId` and by
    /// `startsAt`.
    static let responseSorts = [
        "userCapacity": ["capacity", "user_id"], "userId": ["user_id"],
        "drId": ["order_id"], "startsAt": ["starts_at", "order_id"],
    ]
    /// A customer's checks.
    static let checkSorts = ["drId": ["order_id"], "at": ["at", "order_id"]]
    static let resourceSorts = ["id": ["id"], "kind": ["kind", "id"], "capacity": ["capacity", "id"]]
    static let userSorts = [
        "id": ["id"], "name": ["name", "id"], "capacity": ["capacity", "id"], "point": ["point", "id"],
    ]
}
