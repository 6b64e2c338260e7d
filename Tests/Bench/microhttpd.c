/* libmicrohttpd with the gateway's options and nothing else. Prints its port.
   gcc -O2 microhttpd.c -lmicrohttpd -lgnutls -o microhttpd */
#include "../../Sources/CMicroHTTPD/shim.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static char body[500];

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *part, size_t *count, void **state) {
    (void) context, (void) url, (void) method, (void) version, (void) part;
    if (!*state) { *state = body; return MHD_YES; }
    *count = 0;
    struct MHD_Response *response = MHD_create_response_from_buffer(sizeof body, body, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static void changed(void *context, struct MHD_Connection *connection, void **socket, enum MHD_ConnectionNotificationCode code) {
    (void) context, (void) connection, (void) socket, (void) code;
}

static void *target(void *context, const char *text, struct MHD_Connection *connection) {
    (void) context, (void) text, (void) connection;
    return NULL;
}

static void ended(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code) {
    (void) context, (void) connection, (void) state, (void) code;
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 128)) return 1;
    getsockname(listener, (struct sockaddr *) &address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    memset(body, 'x', sizeof body);
    struct MHD_Daemon *daemon = negawatt_start_http(listener, answer, changed, target, ended, NULL, 1024, 24576, NULL);
    if (!daemon) return 1;
    struct pollfd events = {.fd = negawatt_events_of(daemon), .events = POLLIN};
    for (;;) {
        MHD_UNSIGNED_LONG_LONG pending;
        MHD_run(daemon);
        poll(&events, 1, MHD_get_timeout(daemon, &pending) == MHD_YES ? (int) pending : -1);
    }
}
