#include <microhttpd.h>
#include <sys/eventfd.h>

/* C's variable arguments cannot be passed from Swift. The daemon has the socket from here on and closes it. It runs when
   MHD_run is called, and no other thread of its own. */
static inline struct MHD_Daemon *negawatt_start_http(int listen_socket, MHD_AccessHandlerCallback answer,
                                                     MHD_NotifyConnectionCallback connection_changed,
                                                     void *(*target_came)(void *, const char *, struct MHD_Connection *),
                                                     MHD_RequestCompletedCallback request_ended, void *context,
                                                     unsigned int connections, size_t bytes_per_connection) {
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, context,
                            MHD_OPTION_LISTEN_SOCKET, (MHD_socket) listen_socket,
                            MHD_OPTION_NOTIFY_CONNECTION, connection_changed, context,
                            MHD_OPTION_URI_LOG_CALLBACK, target_came, context,
                            MHD_OPTION_NOTIFY_COMPLETED, request_ended, context,
                            MHD_OPTION_CONNECTION_LIMIT, connections,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, bytes_per_connection,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_END);
}

static inline int negawatt_socket_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? (int) info->connect_fd : -1;
}

static inline const struct sockaddr *negawatt_address_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

/* What is readable when MHD_run has something to do. */
static inline int negawatt_events_of(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}
