/// The predecessor's side of a hand-over, without its sockets: what comes in, what to do next. Until `.giveUp` every way
/// out leads back to serving; after it only the successor's death does.
struct HandoverOffer {
    /// In their order; each follows only the one before.
    enum State: Equatable { case awaitingAsk, awaitingReady, awaitingTaking, awaitingRunning, over }

    enum Input: Equatable {
        case message(HandoverMessage)
        /// The connection is gone: the successor has died or given up.
        case closed
        /// Nothing came in time.
        case silence
        case fault(HandoverFault)
    }

    enum Step: Equatable {
        /// Send sockets and tables.
        case offer
        /// Bring the shards to rest and send what has changed.
        case stop
        /// Say that the sockets are the successor's.
        case giveUp
        /// It is done: end this process.
        case end
        /// Nothing has changed but that somebody asked. The sentence is for both sides.
        case refuse(String)
        /// Serve on as before; the shards may be at rest.
        case goOn(String)
    }

    private(set) var state = State.awaitingAsk
    let identity: HandoverIdentity

    init(_ identity: HandoverIdentity) { self.identity = identity }

    /// How long the successor has for its next message.
    var patienceSeconds: Int {
        switch state {
        case .awaitingAsk: 2
        // It builds its tables.
        case .awaitingReady: 30
        case .awaitingTaking: 1
        case .awaitingRunning: 5
        case .over: 0
        }
    }

    mutating func handle(_ input: Input) -> Step {
        switch (state, input) {
        case (.awaitingAsk, .message(.ask(let successor))):
            if let reason = identity.refusal(of: successor) { return finish(.refuse(reason)) }
            return advance(to: .awaitingReady, .offer)
        case (.awaitingAsk, .fault(let fault)): return finish(.refuse("\(fault)"))
        case (.awaitingReady, .message(.ready)): return advance(to: .awaitingTaking, .stop)
        case (.awaitingTaking, .message(.taking)): return advance(to: .awaitingRunning, .giveUp)
        case (.awaitingRunning, .message(.running)): return finish(.end)
        // It has been told that the sockets are its own, and lives: two processes must not read them.
        case (.awaitingRunning, .silence), (.awaitingRunning, .message), (.awaitingRunning, .fault):
            return finish(.end)
        case (_, .closed): return finish(.goOn("the successor has gone"))
        case (_, .silence): return finish(.goOn("the successor was silent for too long"))
        case (_, .fault(let fault)): return finish(.goOn("\(fault)"))
        case (_, .message): return finish(.goOn("the successor said something out of turn"))
        }
    }

    private mutating func advance(to next: State, _ step: Step) -> Step {
        state = next
        return step
    }

    private mutating func finish(_ step: Step) -> Step {
        state = .over
        return step
    }
}
