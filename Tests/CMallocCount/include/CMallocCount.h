#pragma once
#include <stdint.h>
/// Allocations made by the calling thread since it started (malloc, calloc, realloc, posix_memalign, aligned_alloc).
uint64_t malloc_count_this_thread(void);
