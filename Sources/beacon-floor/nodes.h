// Who lives where: node id -> IPv4 address, open addressing in a fixed table that is not resident until it is touched.
#ifndef FLOOR_NODES_H
#define FLOOR_NODES_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

enum { NODE_SLOT_BITS = 20, NODE_SLOTS = 1 << NODE_SLOT_BITS, NODE_LIMIT = NODE_SLOTS / 4 * 3 };

// Ids stay in network order: they are compared and copied, never counted with.
struct node {
    uint32_t id;
    struct sockaddr_in address;  // sin_family 0 = empty slot
};

static struct node node_slots[NODE_SLOTS];
static unsigned node_count;

// The slot that holds `id`, or the empty slot where the search for it ends. NODE_LIMIT keeps slots empty, so it ends.
static inline struct node *node_slot(uint32_t id) {
    uint32_t hash = (id * 2654435761u) >> (32 - NODE_SLOT_BITS);  // Knuth's multiplicative hash
    for (;; hash++) {
        struct node *slot = &node_slots[hash & (NODE_SLOTS - 1)];
        if (slot->id == id || !slot->address.sin_family) return slot;
    }
}

static inline const struct node *node_find(uint32_t id) {
    const struct node *slot = node_slot(id);
    return slot->address.sin_family ? slot : NULL;
}

// Sets or moves `id`; a new id beyond NODE_LIMIT is ignored.
static inline void node_put(uint32_t id, const struct sockaddr_in *address) {
    struct node *slot = node_slot(id);
    if (!slot->address.sin_family) {
        if (node_count == NODE_LIMIT) return;
        node_count++;
    }
    slot->id = id;
    slot->address = *address;
}

#endif
