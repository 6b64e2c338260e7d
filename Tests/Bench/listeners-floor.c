/* What listeners cost at the least: whoever connects gets a head and a snapshot, and from then on a message of a thousand bytes twice a
   second, by one write for each and nothing else. Its messages look to listeners.py as a gateway's do. Prints its port.
   gcc -O2 listeners-floor.c -o listeners-floor */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most = 60000, period = 500 };

static long long now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

int main(void) {
    static int clients[most];
    int one = 1, count = 0, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 1024)) return 1;
    getsockname(listener, (struct sockaddr *) &address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    char request[16384], message[1100];
    const char *first = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: snapshot\ndata: {}\n\n";
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    for (long long next = now(CLOCK_MONOTONIC) + period;;) {
        long long left = next - now(CLOCK_MONOTONIC);
        if (left > 0) {
            if (poll(&waiting, 1, (int) left) == 1 && count < most) {
                int client = accept(listener, NULL, NULL);
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                if (read(client, request, sizeof request) > 0 && write(client, first, strlen(first)) > 0) clients[count++] = client;
            }
            continue;
        }
        int length = sprintf(message, "event: order\nid: 1\ndata: {\"id\":\"dr-moving\",\"capacity\":{\"asked\":%lld,\"rest\":\"",
                             now(CLOCK_REALTIME) % 1000000000000LL);
        memset(message + length, 'x', 1000 - length);
        length = 1000 + sprintf(message + 1000, "\"}}\n\n");
        for (int i = 0; i < count; i++)
            if (send(clients[i], message, length, MSG_NOSIGNAL | MSG_DONTWAIT) != length) return 0; /* They have gone. */
        next += period;
    }
}
