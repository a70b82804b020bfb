// Tells ThreadSanitizer about Synchronization.Mutex, for ops/soak: preloaded into a sanitized beacon, never shipped.
//
// On Linux a Mutex that is free is taken and given back by atomics that are inlined into the caller, so that the
// sanitizer sees them. One that others wait for goes through two functions of the Swift runtime, which is not
// instrumented: what one thread wrote under the lock then looks unordered with what the next one reads. Wrapped here,
// both say what they do. The handle's first word is the atomic, so its address is the right thing to name.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

typedef SWIFT void LockSlow(uint32_t thread, SELF void *mutex);
typedef SWIFT void UnlockSlow(SELF void *mutex);

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static LockSlow *real_lock;
static UnlockSlow *real_unlock;

// If the runtime renames them, the soak must not go on without us.
__attribute__((constructor)) static void find(void) {
    real_lock = (LockSlow *)dlsym(RTLD_NEXT, LOCK_SLOW);
    real_unlock = (UnlockSlow *)dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (real_lock == NULL || real_unlock == NULL) abort();
}

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    real_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) {
    __tsan_release(mutex);
    real_unlock(mutex);
}
