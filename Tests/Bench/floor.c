/* What an answer costs at the least: epoll, one read and one write a request, nothing parsed and nothing looked up. Prints its port.
   gcc -O2 floor.c -o floor */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), events = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 128)) return 1;
    getsockname(listener, (struct sockaddr *) &address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    char answer[1024], request[16384];
    int count = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n");
    memset(answer + count, 'x', 500);
    count += 500;

    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[64];
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int found = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < found; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                epoll_ctl(events, EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (read(fd, request, sizeof request) <= 0 || write(fd, answer, count) != count) {
                close(fd);
            }
        }
    }
}
