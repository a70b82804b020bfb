#define _GNU_SOURCE
#include "CLoad.h"

#include <errno.h>
#include <sched.h>

_Static_assert(LOAD_CPU_LIMIT == CPU_SETSIZE, "cpu_set_t size");

int load_set_affinity(const int *cpus, int count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < count; i++) {
        if (cpus[i] < 0 || cpus[i] >= LOAD_CPU_LIMIT) return -EINVAL;
        CPU_SET(cpus[i], &set);
    }
    return sched_setaffinity(0, sizeof set, &set) ? -errno : 0;
}

int load_get_affinity(int *cpus, int capacity) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return -errno;
    int count = 0;
    for (int cpu = 0; cpu < LOAD_CPU_LIMIT && count < capacity; cpu++)
        if (CPU_ISSET(cpu, &set)) cpus[count++] = cpu;
    return count;
}

int load_set_batch_policy(int on) {
    struct sched_param none = {0};
    return sched_setscheduler(0, on ? SCHED_BATCH : SCHED_OTHER, &none) ? -errno : 0;
}
