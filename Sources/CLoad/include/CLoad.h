// What the load tool needs from Linux and CLinux does not offer: CPU affinity as a list, taken and given back;
// a scheduling policy.
// Includes no header that defines _GNU_SOURCE; see CLinux.h.
#ifndef CLOAD_H
#define CLOAD_H

/// The highest number of CPUs that the calls below understand.
enum { LOAD_CPU_LIMIT = 1024 };

/// Restricts the calling thread, and what it starts from now on, to `count` CPUs. 0 or -errno.
int load_set_affinity(const int *cpus, int count);
/// Writes the CPUs that the calling thread may run on, in rising order; returns how many, or -errno.
int load_get_affinity(int *cpus, int capacity);
/// SCHED_BATCH (`on` not 0) or SCHED_OTHER for the calling thread, and what it starts from now on: a thread of the
/// former never takes the CPU away from another when it wakes up. posix_spawn(3) does not know it. 0 or -errno.
int load_set_batch_policy(int on);

#endif
