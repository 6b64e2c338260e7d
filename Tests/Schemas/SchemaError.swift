/// Where something is not as its schema has it, and what is wrong there.
package struct SchemaError: Error, Hashable, CustomStringConvertible {
    /// Topic and message, as `dr.events DRstarted`; empty for a schema on its own.
    package var message = ""
    /// `$` for the whole, `$.days[3]` for a part.
    package let path: String
    package let reason: String

    package init(message: String = "", path: String, _ reason: String) {
        (self.message, self.path, self.reason) = (message, path, reason)
    }

    package var description: String { (message.isEmpty ? "" : message + ": ") + "\(path) \(reason)" }
}
