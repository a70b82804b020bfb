#define _GNU_SOURCE
#include "forward.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes.h"

enum {
    BATCH = 64,                  // datagrams taken by one recvmmsg in plain mode
    OFFLOAD_BATCH = 16,          // the same when each may be a whole GRO run
    PLAIN_ROOM = 2048,           // bytes for one received datagram
    OFFLOAD_ROOM = 65536,        // bytes for one GRO run
    OUT_LIMIT = 1000,            // frames gathered before they must leave
    RUN_LIMIT = 60,              // frames in one GSO message; the kernel takes 64
    RUN_BYTES = 64000,           // bytes in one GSO message; UDP carries 65,507
    RELAY_HEADER = 9,            // 05 sender(4) destination(4)
    DELIVER_OFFSET = 4,          // 06 sender(4) fits into the last five bytes of the relay header
};

struct receive_batch {
    int capacity;
    size_t room;
    bool offload;
    unsigned char *bytes;
    struct sockaddr_in sources[BATCH];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
    char control[BATCH][64];
};

struct send_batch {
    int messages_used, vectors_used;
    uint32_t last_destination;   // of the last message, with its frame size: what the next frame may join
    int last_size, run;
    struct mmsghdr messages[OUT_LIMIT];
    struct iovec vectors[OUT_LIMIT];
    char control[OUT_LIMIT][CMSG_SPACE(sizeof(uint16_t))];
};

static struct receive_batch in;
static struct send_batch out;

// The kernel overwrites lengths in the headers, so they are written again before every call.
static void prepare_receive(void) {
    for (int i = 0; i < in.capacity; i++) {
        in.vectors[i] = (struct iovec){in.bytes + i * in.room, in.room};
        in.messages[i].msg_hdr = (struct msghdr){
            .msg_name = &in.sources[i],
            .msg_namelen = sizeof in.sources[i],
            .msg_iov = &in.vectors[i],
            .msg_iovlen = 1,
            .msg_control = in.offload ? in.control[i] : NULL,
            .msg_controllen = in.offload ? sizeof in.control[i] : 0,
        };
    }
}

// Bytes of each datagram in a received message: the GRO segment size, or all of it.
static int segment_size(struct mmsghdr *message) {
    struct msghdr *header = &message->msg_hdr;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            if (size > 0) return size;
        }
    }
    return message->msg_len;
}

// Sends what is gathered. A message that the kernel refuses is skipped: the next one may still go.
static void flush(int socket) {
    for (int sent = 0; sent < out.messages_used;) {
        int n = sendmmsg(socket, out.messages + sent, out.messages_used - sent, 0);
        sent += n > 0 ? n : 1;
    }
    out.messages_used = out.vectors_used = 0;
}

// Tells the kernel to cut the last message into frames of `size` bytes.
static void set_segment_size(int size) {
    int last = out.messages_used - 1;
    struct msghdr *header = &out.messages[last].msg_hdr;
    header->msg_control = out.control[last];
    header->msg_controllen = sizeof out.control[last];
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    uint16_t segment = size;
    memcpy(CMSG_DATA(c), &segment, sizeof segment);
}

static bool joins_last_message(uint32_t destination, int size) {
    return out.messages_used && out.last_destination == destination && out.last_size == size && out.run < RUN_LIMIT
        && (out.run + 1) * size < RUN_BYTES;
}

static void append(int socket, const struct node *to, unsigned char *frame, int size) {
    if (out.vectors_used == OUT_LIMIT) flush(socket);
    struct iovec *vector = &out.vectors[out.vectors_used++];
    *vector = (struct iovec){frame, size};
    if (in.offload && joins_last_message(to->id, size)) {
        out.messages[out.messages_used - 1].msg_hdr.msg_iovlen++;
        if (++out.run == 2) set_segment_size(size);
        return;
    }
    out.messages[out.messages_used++].msg_hdr = (struct msghdr){
        .msg_name = (void *)&to->address,
        .msg_namelen = sizeof to->address,
        .msg_iov = vector,
        .msg_iovlen = 1,
    };
    out.last_destination = to->id;
    out.last_size = size;
    out.run = 1;
}

// 05 sender destination payload -> 06 sender payload.
static void relay(int socket, unsigned char *datagram, int size) {
    uint32_t destination;
    memcpy(&destination, datagram + 5, sizeof destination);
    const struct node *to = node_find(destination);
    if (!to) return;
    memmove(datagram + DELIVER_OFFSET + 1, datagram + 1, sizeof(uint32_t));
    datagram[DELIVER_OFFSET] = 6;
    append(socket, to, datagram + DELIVER_OFFSET, size - DELIVER_OFFSET);
}

// 01 node -> 02 04 ip port.
static void discover(int socket, const unsigned char *datagram, const struct sockaddr_in *source) {
    uint32_t id;
    memcpy(&id, datagram + 1, sizeof id);
    node_put(id, source);
    unsigned char reply[8] = {2, 4};
    memcpy(reply + 2, &source->sin_addr, 4);
    memcpy(reply + 6, &source->sin_port, 2);
    sendto(socket, reply, sizeof reply, 0, (const struct sockaddr *)source, sizeof *source);
}

static void handle(int socket, unsigned char *datagram, int size, const struct sockaddr_in *source) {
    if (datagram[0] == 5 && size >= RELAY_HEADER) relay(socket, datagram, size);
    else if (datagram[0] == 1 && size >= 5) discover(socket, datagram, source);
}

int forward(int socket, bool offload) {
    in.offload = offload;
    in.capacity = offload ? OFFLOAD_BATCH : BATCH;
    in.room = offload ? OFFLOAD_ROOM : PLAIN_ROOM;
    in.bytes = malloc(in.capacity * in.room);
    if (!in.bytes) return ENOMEM;
    for (;;) {
        prepare_receive();
        int received = recvmmsg(socket, in.messages, in.capacity, MSG_WAITFORONE, NULL);
        if (received < 0 && errno != EINTR) return errno;
        for (int i = 0; i < received; i++) {
            int length = in.messages[i].msg_len;
            int segment = offload ? segment_size(&in.messages[i]) : length;
            for (int at = 0; at < length; at += segment) {
                int size = length - at < segment ? length - at : segment;
                handle(socket, in.bytes + i * in.room + at, size, &in.sources[i]);
            }
        }
        flush(socket);
    }
}
