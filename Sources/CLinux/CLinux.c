#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct linux_mmsghdr) == sizeof(struct mmsghdr), "mmsghdr size");
_Static_assert(offsetof(struct linux_mmsghdr, msg_len) == offsetof(struct mmsghdr, msg_len), "mmsghdr layout");
_Static_assert(SOL_UDP == 17 && UDP_SEGMENT == 103 && UDP_GRO == 104, "UDP option numbers");
_Static_assert(IPV6_PKTINFO == 50 && IP_PKTINFO == 8, "PKTINFO numbers");
_Static_assert(sizeof(struct in6_pktinfo) == 20 && sizeof(struct in_pktinfo) == 12, "PKTINFO layout");
_Static_assert(MSG_WAITFORONE == LINUX_MSG_WAITFORONE && MSG_DONTWAIT == LINUX_MSG_DONTWAIT, "MSG flags");
_Static_assert(MSG_TRUNC == LINUX_MSG_TRUNC, "MSG flags");
_Static_assert(
    CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(int))
        <= LINUX_ANCILLARY_ROOM,
    "ancillary room");

int linux_recvmmsg(int fd, struct linux_mmsghdr *messages, unsigned int count, int flags) {
    for (;;) {
        int n = recvmmsg(fd, (struct mmsghdr *)messages, count, flags, NULL);
        if (n >= 0) return n;
        if (errno != EINTR) return -errno;
    }
}

int linux_sendmmsg(int fd, struct linux_mmsghdr *messages, unsigned int count, int flags) {
    for (;;) {
        int n = sendmmsg(fd, (struct mmsghdr *)messages, count, flags);
        if (n >= 0) return n;
        if (errno != EINTR) return -errno;
    }
}

static int set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

int linux_udp_socket(const struct sockaddr *address, socklen_t length, bool dual_stack, bool reuse_port) {
    int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int error = 0;
    if (address->sa_family == AF_INET6) error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, dual_stack ? 0 : 1);
    if (!error && reuse_port) error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (!error && bind(fd, address, length)) error = -errno;
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

int linux_set_packet_info(int fd, bool ipv6, bool on) {
    return ipv6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, on) : set_option(fd, IPPROTO_IP, IP_PKTINFO, on);
}

int linux_set_pmtu_omit(int fd, bool ipv6) {
    int error = set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    // A dual-stack socket carries both settings; a failure of the IPv4 one on an IPv6 socket is no fault.
    return ipv6 ? set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT) : error;
}

int linux_set_gro(int fd, bool on) { return set_option(fd, SOL_UDP, UDP_GRO, on); }

int linux_get_gro(int fd) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_UDP, UDP_GRO, &value, &length) ? -errno : (value != 0);
}

int linux_probe_gso(int fd) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, &length) == 0;
}

int linux_set_buffer(int fd, bool receive, int bytes) {
    int force = receive ? SO_RCVBUFFORCE : SO_SNDBUFFORCE, plain = receive ? SO_RCVBUF : SO_SNDBUF;
    if (set_option(fd, SOL_SOCKET, force, bytes)) set_option(fd, SOL_SOCKET, plain, bytes);
    int granted = 0;
    socklen_t length = sizeof granted;
    if (getsockopt(fd, SOL_SOCKET, plain, &granted, &length)) return -errno;
    return granted / 2;
}

int linux_set_receive_timeout(int fd, int64_t microseconds) {
    struct timeval t = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t) ? -errno : 0;
}

int64_t linux_last_receive_age(int fd) {
    struct timespec stamp, now;
    if (ioctl(fd, SIOCGSTAMPNS, &stamp)) return -errno;
    if (stamp.tv_sec <= 0) return -ENOENT;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age = (now.tv_sec - stamp.tv_sec) * 1000000000LL + (now.tv_nsec - stamp.tv_nsec);
    return age < 0 ? 0 : age;
}

int linux_socket_memory(int fd, uint32_t *queued, uint32_t *drops) {
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length)) return -errno;
    *queued = info[SK_MEMINFO_RMEM_ALLOC];
    *drops = info[SK_MEMINFO_DROPS];
    return 0;
}

int linux_eventfd(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int linux_usable_cpus(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}

int linux_pin_thread(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) ? -errno : 0;
}

void linux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void linux_yield_to_others(void) { setpriority(PRIO_PROCESS, (id_t)gettid(), 19); }

void linux_return_memory(void) { malloc_trim(0); }

int linux_set_timer_slack(int64_t nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, (unsigned long)nanoseconds, 0, 0, 0) ? -errno : 0;
}

int linux_send_descriptors(int fd, const void *bytes, size_t length, const int *descriptors, int count) {
    union { struct cmsghdr header; char room[CMSG_SPACE(LINUX_MOST_DESCRIPTORS * sizeof(int))]; } control = {0};
    struct iovec vector = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (count > LINUX_MOST_DESCRIPTORS) return -EINVAL;
    if (count > 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(c), descriptors, (size_t)count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(fd, &message, MSG_NOSIGNAL); while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

long linux_receive_descriptors(int fd, void *bytes, size_t room, int *descriptors, int *count) {
    union { struct cmsghdr header; char room[CMSG_SPACE(LINUX_MOST_DESCRIPTORS * sizeof(int))]; } control = {0};
    struct iovec vector = {bytes, room};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    int limit = *count;
    *count = 0;
    ssize_t length;
    do length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC); while (length < 0 && errno == EINTR);
    if (length < 0) return -errno;
    bool fits = !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        int came = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < came; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(c) + (size_t)i * sizeof(int), sizeof descriptor);
            if (*count < limit) descriptors[(*count)++] = descriptor;
            else { close(descriptor); fits = false; }
        }
    }
    if (fits) return length;
    for (int i = 0; i < *count; i++) close(descriptors[i]);
    *count = 0;
    return -EMSGSIZE;
}

int linux_peer_credentials(int fd, uint32_t *user, int32_t *process) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length)) return -errno;
    *user = credentials.uid;
    *process = credentials.pid;
    return 0;
}
