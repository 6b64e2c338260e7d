/// A bounded number of values by their keys, of which those that were used last stay.
///
/// Two generations: who is found in the old one comes into the young one, and when that has half of the limit it
/// becomes the old one. So nothing is sorted, and nothing that was used since then goes.
struct RecentlyUsed<Key: Hashable, Value> {
    private let half: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(limit: Int) { half = max(1, limit / 2) }

    var count: Int { young.count + old.count }

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, key)
            return value
        }
        set {
            guard let newValue else {
                young[key] = nil
                old[key] = nil
                return
            }
            old[key] = nil
            insert(newValue, key)
        }
    }

    mutating func removeAll() { (young, old) = ([:], [:]) }

    private mutating func insert(_ value: Value, _ key: Key) {
        if young[key] == nil, young.count >= half { (old, young) = (young, [:]) }
        young[key] = value
    }
}
