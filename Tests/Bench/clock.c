/* Lets processes live at another time: preloaded, it adds what lies in a file to the clock that tells what time it is,
 * and to no other, so that what lasts and waits does so as ever. Whoever writes the file moves all of them at once:
 * brokers, daemons and what drives them. C11's waits have deadlines by that clock, so these are taken back by as much;
 * librdkafka waits so. scripts/bench builds it; nothing that is shipped knows of it.
 *
 *   gcc -shared -fPIC -O2 clock.c -o clock.so
 *   BENCH_CLOCK=FILE LD_PRELOAD=./clock.so PROGRAM
 *
 * FILE has eight bytes: a number of ms, in this machine's own order of bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *added;
static int (*real)(clockid_t, struct timespec *);
static int (*real_wait)(cnd_t *, mtx_t *, const struct timespec *);

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("BENCH_CLOCK");
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real_wait = (int (*)(cnd_t *, mtx_t *, const struct timespec *))dlsym(RTLD_NEXT, "cnd_timedwait");
    if (!path) return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) added = page;
    if (file >= 0) close(file);
}

static void move(struct timespec *time, int64_t ms) {
    int64_t ns = time->tv_nsec + ms % 1000 * 1000000;
    time->tv_sec += ms / 1000 + (ns >= 1000000000) - (ns < 0);
    time->tv_nsec = ns >= 1000000000 ? ns - 1000000000 : ns < 0 ? ns + 1000000000 : ns;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    /* Others may be loaded, and ask, before this one has begun. */
    int result = real ? real(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
    if (result || !added || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
    move(time, atomic_load_explicit(added, memory_order_relaxed));
    return 0;
}

int timespec_get(struct timespec *time, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, time) ? base : 0;
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict deadline) {
    struct timespec until = *deadline;
    if (added) move(&until, -atomic_load_explicit(added, memory_order_relaxed));
    return real_wait(condition, mutex, &until);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
