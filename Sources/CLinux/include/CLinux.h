// What Glibc's Swift module does not show. This header includes ordinary headers only: one that defined _GNU_SOURCE
// would break debug builds of every target that imports Glibc. CLinux.c defines it, and asserts that the mirrored
// structures are the kernel's.
#ifndef CLINUX_H
#define CLINUX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/// One message of a batch: `struct mmsghdr` of <sys/socket.h>.
struct linux_mmsghdr {
    struct msghdr msg_hdr;
    unsigned int msg_len;
};

/// recvmmsg(2) and sendmmsg(2): the number of messages, or -errno. EINTR is retried.
int linux_recvmmsg(int fd, struct linux_mmsghdr *messages, unsigned int count, int flags);
int linux_sendmmsg(int fd, struct linux_mmsghdr *messages, unsigned int count, int flags);

/// Flags that Glibc's module may hide.
enum { LINUX_MSG_WAITFORONE = 0x10000, LINUX_MSG_DONTWAIT = 0x40, LINUX_MSG_TRUNC = 0x20 };

/// What came with a received message: the local address it was sent to, and the segment size of a GRO run.
struct linux_ancillary {
    /// The local address, IPv4 as ::ffff:a.b.c.d; all zero when the kernel did not say.
    uint8_t local[16];
    /// The receiving interface.
    uint32_t interface;
    /// UDP_GRO: bytes of each segment (the last may be shorter); 0 = one datagram.
    uint32_t segment;
};

/// Room that one message needs for its ancillary data, receiving or sending.
enum { LINUX_ANCILLARY_ROOM = 128 };

static inline void linux_ancillary_read(const struct msghdr *message, struct linux_ancillary *out) {
    // Constants by number: SOL_UDP 17, UDP_GRO 104, IPV6_PKTINFO 50, IP_PKTINFO 8 (CLinux.c asserts them).
    struct in6_info { uint8_t address[16]; uint32_t index; };
    struct in_info { int32_t index; uint8_t spec_dst[4]; uint8_t address[4]; };
    *out = (struct linux_ancillary){{0}, 0, 0};
    if (message->msg_controllen < sizeof(struct cmsghdr)) return;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR((struct msghdr *)message, c)) {
        if (c->cmsg_level == 17 && c->cmsg_type == 104 && c->cmsg_len >= CMSG_LEN(sizeof(int))) {
            int size;
            __builtin_memcpy(&size, CMSG_DATA(c), sizeof size);
            out->segment = size > 0 ? (uint32_t)size : 0;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == 50 && c->cmsg_len >= CMSG_LEN(sizeof(struct in6_info))) {
            struct in6_info info;
            __builtin_memcpy(&info, CMSG_DATA(c), sizeof info);
            __builtin_memcpy(out->local, info.address, 16);
            out->interface = info.index;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == 8 && c->cmsg_len >= CMSG_LEN(sizeof(struct in_info))) {
            struct in_info info;
            __builtin_memcpy(&info, CMSG_DATA(c), sizeof info);
            out->local[10] = out->local[11] = 0xff;
            // Not the header's destination: that may be a broadcast address, which nobody can send from.
            __builtin_memcpy(out->local + 12, info.spec_dst, 4);
            out->interface = (uint32_t)info.index;
        }
    }
}

/// Writes UDP_SEGMENT (when `segment` > 0) and the source address (when `local` is not NULL) into `buffer`, which has
/// LINUX_ANCILLARY_ROOM zeroed or reused bytes; returns the length for msg_controllen. `ipv6_socket` says which form
/// the source address takes: a dual-stack socket takes ::ffff:a.b.c.d as an IPv6 one.
static inline size_t linux_ancillary_write(
    void *buffer, uint16_t segment, const uint8_t *local, uint32_t interface, bool ipv6_socket
) {
    struct msghdr m = {0};
    m.msg_control = buffer;
    m.msg_controllen = LINUX_ANCILLARY_ROOM;
    size_t used = 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (segment) {
        c->cmsg_level = 17;
        c->cmsg_type = 103;
        c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        __builtin_memcpy(CMSG_DATA(c), &segment, sizeof segment);
        used += CMSG_SPACE(sizeof(uint16_t));
        c = (struct cmsghdr *)((char *)buffer + used);
    }
    if (local && ipv6_socket) {
        struct { uint8_t address[16]; uint32_t index; } info;
        __builtin_memcpy(info.address, local, 16);
        info.index = interface;
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = 50;
        c->cmsg_len = CMSG_LEN(sizeof info);
        __builtin_memcpy(CMSG_DATA(c), &info, sizeof info);
        used += CMSG_SPACE(sizeof info);
    } else if (local) {
        struct { int32_t index; uint8_t spec_dst[4]; uint8_t address[4]; } info = {(int32_t)interface, {0}, {0}};
        __builtin_memcpy(info.spec_dst, local + 12, 4);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = 8;
        c->cmsg_len = CMSG_LEN(sizeof info);
        __builtin_memcpy(CMSG_DATA(c), &info, sizeof info);
        used += CMSG_SPACE(sizeof info);
    }
    return used;
}

/// A UDP socket bound to `address` with SO_REUSEPORT and CLOEXEC: the descriptor, or -errno. `dual_stack` clears
/// IPV6_V6ONLY; `reuse_port` is off for a group of one that must own its port.
int linux_udp_socket(const struct sockaddr *address, socklen_t length, bool dual_stack, bool reuse_port);
/// Ask for the local address of each datagram. 0 or -errno.
int linux_set_packet_info(int fd, bool ipv6, bool on);
/// Never set DF, and ignore forged path-MTU news (IP_PMTUDISC_OMIT). 0 or -errno.
int linux_set_pmtu_omit(int fd, bool ipv6);
/// UDP_GRO. 0 or -errno; read it back with linux_get_gro (1, 0 or -errno).
int linux_set_gro(int fd, bool on);
int linux_get_gro(int fd);
/// Whether the kernel knows UDP_SEGMENT: 1 or 0.
int linux_probe_gso(int fd);
/// SO_RCVBUF or SO_SNDBUF by force where allowed, else up to the kernel's cap; returns the size the kernel grants
/// (its own doubling taken out), or -errno.
int linux_set_buffer(int fd, bool receive, int bytes);
/// Receive timeout of a blocking socket in microseconds, 0 = none. 0 or -errno.
int linux_set_receive_timeout(int fd, int64_t microseconds);
/// Nanoseconds since the kernel received the datagram that this socket delivered last, or -errno. The first call turns
/// on receive timestamps for the socket and answers -ENOENT, as every call does for a datagram that came before.
int64_t linux_last_receive_age(int fd);
/// SO_MEMINFO: bytes waiting in the receive queue, and datagrams the kernel dropped on this socket. 0 or -errno.
int linux_socket_memory(int fd, uint32_t *queued, uint32_t *drops);

/// eventfd(2), non-blocking, CLOEXEC: descriptor or -errno.
int linux_eventfd(void);
/// CPUs this process may run on (affinity mask).
int linux_usable_cpus(void);
/// Restricts the calling thread to one CPU. 0 or -errno.
int linux_pin_thread(int cpu);
/// Names the calling thread (15 bytes at most).
void linux_name_thread(const char *name);
/// Lets the calling thread's sleeps end this exactly, in nanoseconds (50,000 otherwise). 0 or -errno.
int linux_set_timer_slack(int64_t nanoseconds);
/// From now on the calling thread gets the CPU only when no other thread wants it (nice 19).
void linux_yield_to_others(void);
/// Gives memory that was allocated and freed back to the system (malloc_trim).
void linux_return_memory(void);

/// From now on a signal that an error of this process brings (SIGSEGV, SIGILL, SIGABRT, …) first wakes the reader of this
/// eventfd and holds the thread that failed, for so long at most; then it ends the process as ever. -1: no longer.
void linux_on_fatal_signal(int eventfd, int milliseconds);
/// The calling thread is the one that is woken: if it fails itself, the process ends at once.
void linux_fatal_signal_writer(void);
/// The signal that has come, or 0.
int linux_fatal_signal(void);
/// The woken one is done: the process need not wait any longer.
void linux_fatal_signal_done(void);

/// Sends one message on a connected UNIX socket, with descriptors beside it. 0 or -errno.
int linux_send_descriptors(int fd, const void *bytes, size_t length, const int *descriptors, int count);
/// Most descriptors of one message (SCM_MAX_FD).
enum { LINUX_MOST_DESCRIPTORS = 253 };
/// Receives one message whole: its length, 0 at the end, or -errno (-EMSGSIZE if it or its descriptors found no room; the
/// descriptors are closed then). `*count` is the room for descriptors before, and how many came after; they are CLOEXEC.
long linux_receive_descriptors(int fd, void *bytes, size_t room, int *descriptors, int *count);
/// The user (SO_PEERCRED) and process at the other end of a UNIX socket. 0 or -errno.
int linux_peer_credentials(int fd, uint32_t *user, int32_t *process);

#endif
