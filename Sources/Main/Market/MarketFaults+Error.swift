import Configuration
import Market

extension MarketFaults {
    /// Each of them on a line of its own, with the file's name above.
    func error(in path: String) -> ConfigurationError {
        let faults = list.map { "\n  \($0)" }.joined() + (more > 0 ? "\n  and \(more) more" : "")
        return ConfigurationError("\(path) is wrong at \(count) place\(count == 1 ? "" : "s"):\(faults)")
    }
}
