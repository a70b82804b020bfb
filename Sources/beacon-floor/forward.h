// The loop of the floor: recvmmsg, one look-up a frame, header rewritten in place, sendmmsg.
#ifndef FLOOR_FORWARD_H
#define FLOOR_FORWARD_H

#include <stdbool.h>

// Answers Discover (01 -> 02) and forwards Relay (05 -> 06) on `socket` until receiving fails; everything else that
// arrives is ignored. With `offload`, received datagrams may be GRO runs, and frames in a row that go to one
// destination with one size leave as one GSO message. Returns the errno.
int forward(int socket, bool offload);

#endif
