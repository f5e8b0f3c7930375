/* Stands between a program and its disk, for tests and benchmarks of durability. Compiled by whoever
 * needs it and put in front of libc with LD_PRELOAD; no part of any product.
 *
 * DISK_LOG=file     one line per event, in the order in which they happened:
 *                     W <mark>...  something was written to a write-ahead log (a file named *-wal);
 *                                  the numbers are those of each "mark-<number>." in the bytes
 *                     F            such a log was fsynced, successfully
 *                     A <text>     a line that starts with "ok " is about to be written to stdout
 * FSYNC_DELAY_US=n  every fsync and fdatasync takes n microseconds longer
 * DISK_FAULT=file   while this file exists, writes to *.db, *-wal and *-journal fail: with ENOSPC,
 *                   or with EROFS if it begins with 'r'
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int log_fd = -1;
static long delay_us = 0;
static const char *fault = NULL;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("DISK_LOG");
    const char *delay = getenv("FSYNC_DELAY_US");
    if (path) log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (delay) delay_us = atol(delay);
    fault = getenv("DISK_FAULT");
}

/* One write per line to a file opened with O_APPEND: lines of several threads do not mix. */
static void note(const char *line, size_t length) {
    int saved = errno;
    if (log_fd >= 0) syscall(SYS_write, log_fd, line, length);
    errno = saved;
}

static int ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* The name of an open file; empty if it has none. */
static void name_of(int fd, char *name, size_t room) {
    char link[64];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, name, room - 1);
    name[n > 0 ? n : 0] = 0;
    errno = saved;
}

static int is_log(int fd) {
    char name[4096];
    name_of(fd, name, sizeof name);
    return ends_with(name, "-wal");
}

static int fails(int fd) {
    char name[4096], kind = 0;
    if (!fault) return 0;
    int flag = open(fault, O_RDONLY | O_CLOEXEC);
    if (flag < 0) return 0;
    if (syscall(SYS_read, flag, &kind, 1) < 0) kind = 0;
    close(flag);
    name_of(fd, name, sizeof name);
    if (!ends_with(name, ".db") && !ends_with(name, "-wal") && !ends_with(name, "-journal")) return 0;
    errno = kind == 'r' ? EROFS : ENOSPC;
    return 1;
}

/* Writes down the marks in what went to the log. A page is at most 64 KiB, and so is our line. */
static void note_marks(const char *bytes, size_t length) {
    char line[65536] = "W";
    size_t end = 1;
    const char *at = bytes, *last = bytes + length;
    while ((at = memmem(at, last - at, "mark-", 5)) != NULL) {
        at += 5;
        const char *digit = at;
        while (digit < last && *digit >= '0' && *digit <= '9') digit++;
        /* Without the point the number may go on in the next page. */
        if (digit == at || digit == last || *digit != '.') continue;
        if (end + (digit - at) + 3 > sizeof line) break;
        line[end++] = ' ';
        memcpy(line + end, at, digit - at);
        end += digit - at;
    }
    line[end++] = '\n';
    note(line, end);
}

static void wrote(int fd, const void *bytes, ssize_t written) {
    if (log_fd >= 0 && written > 0 && is_log(fd)) note_marks(bytes, written);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (fails(fd)) return -1;
    if (fd == STDOUT_FILENO && length > 3 && memcmp(bytes, "ok ", 3) == 0) {
        char line[256] = "A ";
        size_t room = sizeof line - 2, take = length - 3 < room ? length - 3 : room;
        memcpy(line + 2, (const char *)bytes + 3, take);
        note(line, take + 2);
    }
    ssize_t written = real(fd, bytes, length);
    wrote(fd, bytes, written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite");
    if (fails(fd)) return -1;
    ssize_t written = real(fd, bytes, length, at);
    wrote(fd, bytes, written);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    if (fails(fd)) return -1;
    ssize_t written = real(fd, bytes, length, at);
    wrote(fd, bytes, written);
    return written;
}

static int synced(int fd, int done) {
    if (delay_us > 0) {
        int saved = errno;
        usleep(delay_us);
        errno = saved;
    }
    if (done == 0 && log_fd >= 0 && is_log(fd)) note("F\n", 2);
    return done;
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    return synced(fd, real(fd));
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    return synced(fd, real(fd));
}
