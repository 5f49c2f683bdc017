#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "CMappedFiles.h"

// Everything below the handler is async-signal-safe: no memory is allocated, and only system calls are made.

static void say(const char *text, size_t length) {
    while (length > 0) {
        const ssize_t written = write(STDERR_FILENO, text, length);
        if (written < 0 && errno != EINTR) return;
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
}

/// Reads lower-case hexadecimal digits, and moves `text` behind them.
static uintptr_t hexadecimal(const char **text) {
    uintptr_t value = 0;
    for (;; (*text)++) {
        const char digit = **text;
        if (digit >= '0' && digit <= '9') {
            value = value << 4 | (uintptr_t)(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = value << 4 | (uintptr_t)(digit - 'a' + 10);
        } else {
            return value;
        }
    }
}

/// The file of a line of /proc/self/maps, "7f00-7f10 r--p 00000000 08:01 42   /path", if it is of that address; else NULL.
static const char *file_of(const char *line, uintptr_t address) {
    const uintptr_t start = hexadecimal(&line);
    if (*line++ != '-') return NULL;
    const uintptr_t end = hexadecimal(&line);
    if (address < start || address >= end) return NULL;
    const char *path = strchr(line, '/');
    return path;
}

/// Finds the file that is mapped at an address, and calls it `path`.
static bool find_file(uintptr_t address, char *path, size_t size) {
    const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0) return false;
    char line[4096 + 128], piece[1024];
    size_t length = 0;
    bool found = false;
    ssize_t count = 0;
    while (!found && ((count = read(maps, piece, sizeof piece)) > 0 || (count < 0 && errno == EINTR))) {
        for (ssize_t i = 0; i < count && !found; i++) {
            if (piece[i] != '\n') {
                if (length < sizeof line - 1) line[length++] = piece[i];
                continue;
            }
            line[length] = '\0';
            length = 0;
            const char *name = file_of(line, address);
            if (name == NULL) continue;
            size_t end = 0;
            for (; name[end] != '\0' && end < size - 1; end++) path[end] = name[end];
            path[end] = '\0';
            found = true;
        }
    }
    close(maps);
    return found;
}

/// Set once a thread says why the process ends: others that run into the same file wait for that end.
static atomic_flag ending = ATOMIC_FLAG_INIT;

static void on_bus_error(int number, siginfo_t *info, void *context) {
    (void)context;
    // The stack of this handler is the thread's own: what it takes is small beside the least stack there is.
    char path[4096];
    if (info->si_code == BUS_ADRERR && find_file((uintptr_t)info->si_addr, path, sizeof path)) {
        static const char before[] = "image-to-song: ";
        static const char after[] =
            " was cut short while it was in use, or its disk fails, so that the process ends here. Start it again: what was "
            "compiled is checked, and compiled anew where it is damaged; a checkpoint has to be fetched again.\n";
        while (atomic_flag_test_and_set(&ending)) pause();
        say(before, sizeof before - 1);
        say(path, strlen(path));
        say(after, sizeof after - 1);
        _exit(1);
    }
    // Not a file's: the system does what it would have done.
    signal(number, SIG_DFL);
    raise(number);
}

void mapped_files_explain_bus_errors(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
