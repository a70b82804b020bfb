import Glibc
import Synchronization

/// Set by SIGINT or SIGTERM. A run that sees it stops sending, waits for what is under way and reports what it has; a
/// second signal ends the process at once.
enum Interrupt {
    private static let flag = Atomic<Bool>(false)

    static var isRequested: Bool { flag.load(ordering: .relaxed) }

    static func watch() {
        _ = isRequested  // the flag is made here, not in the handler
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in Interrupt.flag.store(true, ordering: .relaxed) }
            action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND))
            sigaction(number, &action, nil)
        }
    }
}
