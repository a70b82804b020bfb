#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
enum { FATAL_SIGNALS = sizeof fatal_signals / sizeof fatal_signals[0] };

static _Atomic int fatal_eventfd = -1, fatal_patience, fatal_signal, fatal_done, fatal_writer;

/// Everything in here may be called in a signal handler (signal-safety(7)). The thread that failed waits; the writer is
/// woken; and then the signal does what it would have done.
static void on_fatal_signal(int number) {
    int saved = errno, none = 0;
    // The writer itself has failed: there is nobody to wait for.
    if (gettid() != atomic_load(&fatal_writer)) {
        if (atomic_compare_exchange_strong(&fatal_signal, &none, number)) {
            uint64_t one = 1;
            if (write(atomic_load(&fatal_eventfd), &one, sizeof one) < 0) atomic_store(&fatal_done, 1);
        }
        for (int waited = 0; waited < atomic_load(&fatal_patience) && !atomic_load(&fatal_done); waited += 10)
            nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    signal(number, SIG_DFL);
    // A fault comes again by itself once the handler is over; what was sent by a call would not.
    raise(number);
    errno = saved;
}

void linux_on_fatal_signal(int eventfd, int milliseconds) {
    struct sigaction action = {0};
    atomic_store(&fatal_eventfd, eventfd);
    atomic_store(&fatal_patience, milliseconds);
    if (eventfd >= 0) {
        action.sa_handler = on_fatal_signal;
        action.sa_flags = SA_ONSTACK;
    } else {
        action.sa_handler = SIG_DFL;
    }
    for (int i = 0; i < FATAL_SIGNALS; i++) sigaction(fatal_signals[i], &action, NULL);
}

void linux_fatal_signal_writer(void) { atomic_store(&fatal_writer, gettid()); }
int linux_fatal_signal(void) { return atomic_load(&fatal_signal); }
void linux_fatal_signal_done(void) { atomic_store(&fatal_done, 1); }
