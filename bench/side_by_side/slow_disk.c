/* A disk that takes SLOW_DISK_US microseconds longer to make anything durable: for LD_PRELOAD. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int later(const char *name, int descriptor) {
    static long wait = -1;
    if (wait < 0) {
        const char *told = getenv("SLOW_DISK_US");
        wait = told ? atol(told) : 0;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int answer = real(descriptor);
    struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};
    nanosleep(&pause, NULL);
    return answer;
}

int fsync(int descriptor) { return later("fsync", descriptor); }
int fdatasync(int descriptor) { return later("fdatasync", descriptor); }
