import CRdKafka
import Telemetry

/// What callbacks find through a client's opaque pointer. Log lines come on any of librdkafka's threads; delivery
/// reports come on the thread that calls into the client.
final class ClientContext {
    let log: ClientLog
    let deliveries = Deliveries()
    /// Of an `AcknowledgedProducer`, on its own thread; set before there is a record.
    var acknowledge: (@Sendable (UInt64, Acknowledgement) -> Void)?
    /// The addresses of the topics that the client holds on to. Nothing to do with callbacks.
    var topics: [String: UInt] = [:]

    init(log: Logger, secrets: Secrets) { self.log = ClientLog(log, secrets) }
}

/// Callbacks are at file scope: a closure written on the main actor traps when librdkafka calls it on another thread.
func writeLogLine(
    client: OpaquePointer?, level: Int32, facility: UnsafePointer<CChar>?, text: UnsafePointer<CChar>?
) {
    guard let client = unsafe client, let opaque = unsafe rd_kafka_opaque(client), let facility = unsafe facility,
        let text = unsafe text
    else { return }
    let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    // A line that nobody reads is not worth two strings.
    guard context.log.isOn(level) else { return }
    unsafe context.log.write(level, String(cString: facility), String(cString: text))
}

func takeDeliveryReport(
    _: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let message = unsafe message, let opaque = unsafe opaque else { return }
    // Most are neither followed nor failed.
    if unsafe message.pointee._private == nil, unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    unsafe context.deliveries.take(message.pointee)
}

/// Of each record its token lies where the others have their mark.
func takeAcknowledgement(
    _: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let message = unsafe message, let opaque = unsafe opaque else { return }
    let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    let token = unsafe UInt64(UInt(bitPattern: message.pointee._private))
    unsafe context.acknowledge?(token, Acknowledgement(message))
}
