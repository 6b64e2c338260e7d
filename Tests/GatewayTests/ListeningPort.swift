import Glibc
import RealKafka

/// A port that takes connections and never says anything.
final class ListeningPort {
    private let socket = ListeningSocket()
    var port: UInt16 { socket.port }

    deinit { close(socket.file) }
}
