/// Hears how far a stage is. Called often.
package protocol Progress: AnyObject {
    func show(_ stage: Stage, done: Int, of count: Int)
    /// The stage is over.
    func end(_ stage: Stage, _ count: Int, took: Duration)
    /// Something to know meanwhile.
    func note(_ text: String)
}

extension Duration {
    /// Seconds with one decimal.
    package var secondsText: String {
        let tenths = (components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
