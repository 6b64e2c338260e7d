#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* C's variable arguments cannot be passed from Swift. The daemon has the socket from here on and closes it. It runs when
   MHD_run is called, and no other thread of its own. */
static inline struct MHD_Daemon *negawatt_start_http(int listen_socket, MHD_AccessHandlerCallback answer,
                                                     MHD_NotifyConnectionCallback connection_changed,
                                                     void *(*target_came)(void *, const char *, struct MHD_Connection *),
                                                     MHD_RequestCompletedCallback request_ended, void *context,
                                                     unsigned int connections, size_t bytes_per_connection,
                                                     gnutls_certificate_retrieve_function2 *certificate_wanted) {
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *) certificate_wanted},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem *none = tls + 2;
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (certificate_wanted ? MHD_USE_TLS : 0);
    return MHD_start_daemon(flags, 0, NULL, NULL, answer, context,
                            MHD_OPTION_ARRAY, certificate_wanted ? tls : none,
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

/* Ends a target that libmicrohttpd lends before it takes it apart behind its question mark: what follows is an empty query to it. Each
   parameter would take 56 bytes of the connection's memory, and 0.9 gives no answer when that is full. */
static inline void negawatt_hide_query(const char *target) {
    char *mark = strchr((char *) target, '?');
    if (mark && mark[1]) mark[1] = 0;
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

/* Where clients connect; -1 once it has been given back. */
static inline int negawatt_listening_of(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_LISTEN_FD);
    return info ? info->listen_fd : -1;
}

/* Sends a 304 without Content-Length: it would have to be the length that a 200 has (RFC 9110, 8.6). The flag is
   MHD_RF_HEAD_ONLY_RESPONSE of 0.9.77 and later. Earlier versions do not know it and send 0. They could send the right
   length, but some clients then wait for the body. */
static inline void negawatt_leave_out_length(struct MHD_Response *response) {
    MHD_set_response_options(response, (enum MHD_ResponseFlags) (1 << 4), MHD_RO_END);
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

/* A certificate with those that have signed it, and its key, as GnuTLS has them. */
struct negawatt_certificate {
    gnutls_pcert_st chain[8];
    unsigned int count;
    gnutls_privkey_t key;
};

static inline void negawatt_free_certificate(struct negawatt_certificate *certificate) {
    for (unsigned int i = 0; i < certificate->count; i++) gnutls_pcert_deinit(&certificate->chain[i]);
    if (certificate->key) gnutls_privkey_deinit(certificate->key);
    free(certificate);
}

/* Both as PEM. NULL if they make no sense or do not belong together; *code is GnuTLS's then. */
static inline struct negawatt_certificate *negawatt_make_certificate(const void *chain, unsigned int chain_size, const void *key,
                                                                     unsigned int key_size, int *code) {
    gnutls_datum_t chain_text = {(unsigned char *) chain, chain_size}, key_text = {(unsigned char *) key, key_size};
    struct negawatt_certificate *certificate = calloc(1, sizeof *certificate);
    gnutls_certificate_credentials_t pair;
    if (!certificate) { *code = GNUTLS_E_MEMORY_ERROR; return NULL; }
    if ((*code = gnutls_certificate_allocate_credentials(&pair)) == 0) {
        *code = gnutls_certificate_set_x509_key_mem(pair, &chain_text, &key_text, GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(pair);
    }
    if (*code >= 0) {
        unsigned int count = sizeof certificate->chain / sizeof *certificate->chain;
        *code = gnutls_pcert_list_import_x509_raw(certificate->chain, &count, &chain_text, GNUTLS_X509_FMT_PEM, 0);
        if (*code >= 0) certificate->count = count;
    }
    if (*code >= 0) *code = gnutls_privkey_init(&certificate->key);
    if (*code >= 0) *code = gnutls_privkey_import_x509_raw(certificate->key, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (*code >= 0) return certificate;
    negawatt_free_certificate(certificate);
    return NULL;
}

static inline gnutls_pcert_st *negawatt_chain_of(struct negawatt_certificate *certificate) { return certificate->chain; }

/* The connection that a handshake belongs to: libmicrohttpd's. */
static inline struct MHD_Connection *negawatt_connection_of(gnutls_session_t session) { return gnutls_session_get_ptr(session); }
