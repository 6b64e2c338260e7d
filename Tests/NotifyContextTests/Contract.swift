import Schemas
import Workers
import WorkersTesting

/// Throws when a record that the worker has sent breaks the contract in topics/.
func keepsItsContract(_ record: Harness.Record) throws {
    try Schemas.check(record.topic, record.type, record.value)
}
