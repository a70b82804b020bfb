import Glibc

/// Ctrl-C while waiting: says that this ends the waiting, not the drain.
enum Interrupt {
    private static let text: StaticString =
        "\nbeaconctl: waits no longer, the drain goes on; beaconctl drain --cancel ends it\n"

    /// For the rest of the process. The status is the shell's for a signal: 128 and its number.
    static func explain() {
        _ = text  // made here, not in the handler
        for number in [SIGINT, SIGTERM] {
            // Only what signal-safety(7) allows.
            signal(number) { number in
                _ = write(STDERR_FILENO, Interrupt.text.utf8Start, Interrupt.text.utf8CodeUnitCount)
                _exit(128 + number)
            }
        }
    }
}
