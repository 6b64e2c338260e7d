#include <microhttpd.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* C's variable arguments cannot be passed from Swift. The daemon has the socket from here on and closes it. It runs when
   MHD_run is called, and no other thread of its own. */
static inline struct MHD_Daemon *negawatt_start_http(int listen_socket, MHD_AccessHandlerCallback answer,
                                                     MHD_NotifyConnectionCallback connection_changed,
                                                     void *(*target_came)(void *, const char *, struct MHD_Connection *),
                                                     MHD_RequestCompletedCallback request_ended, void *context,
                                                     unsigned int connections, size_t bytes_per_connection) {
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, context,
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

/* What connection_changed has noted when the connection was accepted. */
static inline void *negawatt_context_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* From the method up to the body. */
static inline size_t negawatt_head_size_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* What is readable when MHD_run has something to do. */
static inline int negawatt_events_of(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/* Macros with casts, which Swift does not see. */
static const uint64_t negawatt_stream_size = MHD_SIZE_UNKNOWN;
static const ssize_t negawatt_stream_end = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t negawatt_stream_fault = MHD_CONTENT_READER_END_WITH_ERROR;

/* An epoll of our own. Swift does not see into packed structs. */
static inline int negawatt_hang_ups(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int negawatt_watch(int hang_ups, int socket) {
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLET, .data = {.fd = socket}};
    return epoll_ctl(hang_ups, EPOLL_CTL_ADD, socket, &event);
}

/* One that has hung up and has not been told; -1 if there is none. */
static inline int negawatt_next_hang_up(int hang_ups) {
    struct epoll_event event;
    return epoll_wait(hang_ups, &event, 1, 0) == 1 ? event.data.fd : -1;
}
