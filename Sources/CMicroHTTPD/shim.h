#include <microhttpd.h>

/* C's variable arguments cannot be passed from Swift. The daemon has the socket from here on and closes it. */
static inline struct MHD_Daemon *negawatt_start_http(int listen_socket, MHD_AccessHandlerCallback answer, void *context,
                                                     unsigned int connections, unsigned int connections_per_address,
                                                     unsigned int idle_seconds, size_t bytes_per_connection) {
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, context,
                            MHD_OPTION_LISTEN_SOCKET, (MHD_socket) listen_socket,
                            MHD_OPTION_CONNECTION_LIMIT, connections,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, connections_per_address,
                            MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, bytes_per_connection,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_END);
}
