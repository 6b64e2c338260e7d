import CRdKafka

/// librdkafka as this process has found it, which need not be the one that it was built with.
package enum KafkaLibrary {
    package static var version: String { unsafe String(cString: rd_kafka_version_str()) }

    /// What it was compiled with, `builtin.features`: ssl, lz4, sasl_gssapi and so on, with commas between them.
    package static var features: String {
        var list = [CChar](repeating: 0, count: 512)
        var size = list.count
        let settings = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(settings) }
        let result = unsafe rd_kafka_conf_get(settings, "builtin.features", &list, &size)
        return result == RD_KAFKA_CONF_OK ? text(list) : ""
    }
}
