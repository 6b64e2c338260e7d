/// Why a simulation could not be brought to its end. Says what to do about it.
package struct SimulationError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
