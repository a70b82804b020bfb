/// A row of the model as cells, in the order of its table's columns, and back.
protocol SnapshotRow {
    static var table: SnapshotTable { get }
    var cells: [SnapshotCell] { get }
    init(_ cells: SnapshotCells)
}

extension SnapshotSetting: SnapshotRow {
    static var table: SnapshotTable { .config }
    var cells: [SnapshotCell] { [.init(key), .init(value), .init(source)] }
    init(_ cells: SnapshotCells) {
        self.init(key: cells.text("key"), value: cells.text("value"), source: cells.text("source"))
    }
}

extension SnapshotCounter: SnapshotRow {
    static var table: SnapshotTable { .counters }
    var cells: [SnapshotCell] { [.init(name), .init(value)] }
    init(_ cells: SnapshotCells) { self.init(name: cells.text("name"), value: cells.real("value")) }
}

extension SnapshotShard: SnapshotRow {
    static var table: SnapshotTable { .shards }
    var cells: [SnapshotCell] {
        [
            .init(index), .init(cpuSeconds), .init(ageSeconds), .init(received), .init(answered), .init(forwarded),
            .init(dropped), .init(sent), .init(receiveCalls), .init(sendCalls), .init(receiveErrors),
            .init(socketOverflows), .init(socketQueueBytes), .init(socketBufferBytes), .init(offloads),
        ]
    }
    init(_ cells: SnapshotCells) {
        index = cells.integer("shard")
        cpuSeconds = cells.real("cpu_seconds")
        ageSeconds = cells.real("age_seconds")
        received = cells.integer("received")
        answered = cells.integer("answered")
        forwarded = cells.integer("forwarded")
        dropped = cells.integer("dropped")
        sent = cells.integer("sent")
        receiveCalls = cells.integer("receive_calls")
        sendCalls = cells.integer("send_calls")
        receiveErrors = cells.integer("receive_errors")
        socketOverflows = cells.integer("socket_overflows")
        socketQueueBytes = cells.integer("socket_queue_bytes")
        socketBufferBytes = cells.integer("socket_buffer_bytes")
        offloads = cells.text("offloads")
    }
}

extension SnapshotPeer: SnapshotRow {
    static var table: SnapshotTable { .peers }
    var cells: [SnapshotCell] {
        [
            .init(beacon), .init(kind), .init(address), .init(control), .init(state), .init(since), .init(isDraining),
            .init(session), .init(incarnation), .init(roundTripMilliseconds), .init(lossPerMille), .init(health),
            .init(version), .init(nodes), .init(lastSync), .init(evidence),
        ]
    }
    init(_ cells: SnapshotCells) {
        beacon = cells.integer("beacon")
        kind = cells.text("kind")
        address = cells.text("address")
        control = cells.text("control")
        state = cells.text("state")
        since = cells.optionalReal("since")
        isDraining = cells.flag("draining")
        session = cells.integer("session")
        incarnation = cells.integer("incarnation")
        roundTripMilliseconds = cells.optionalReal("round_trip_ms")
        lossPerMille = cells.integer("loss_per_mille")
        health = cells.integer("health")
        version = cells.text("version")
        nodes = cells.integer("nodes")
        lastSync = cells.optionalReal("last_sync")
        evidence = cells.text("evidence")
    }
}

extension SnapshotPeerChange: SnapshotRow {
    static var table: SnapshotTable { .peerHistory }
    var cells: [SnapshotCell] {
        [
            .init(time), .init(beacon), .init(state), .init(was), .init(isDraining), .init(session),
            .init(incarnation), .init(evidence),
        ]
    }
    init(_ cells: SnapshotCells) {
        time = cells.real("time")
        beacon = cells.integer("beacon")
        state = cells.text("state")
        was = cells.text("was")
        isDraining = cells.flag("draining")
        session = cells.integer("session")
        incarnation = cells.integer("incarnation")
        evidence = cells.text("evidence")
    }
}

extension SnapshotOwner: SnapshotRow {
    static var table: SnapshotTable { .directoryOwners }
    var cells: [SnapshotCell] {
        [
            .init(owner), .init(session), .init(head), .init(cursor), .init(entries), .init(digest), .init(confirmed),
            .init(isRoutable),
        ]
    }
    init(_ cells: SnapshotCells) {
        owner = cells.integer("owner")
        session = cells.integer("session")
        head = cells.integer("head")
        cursor = cells.integer("cursor")
        entries = cells.integer("entries")
        digest = cells.text("digest")
        confirmed = cells.real("confirmed")
        isRoutable = cells.flag("routable")
    }
}

extension SnapshotDrop: SnapshotRow {
    static var table: SnapshotTable { .drops }
    var cells: [SnapshotCell] { [.init(reason), .init(packets)] }
    init(_ cells: SnapshotCells) { self.init(reason: cells.text("reason"), packets: cells.integer("packets")) }
}

extension SnapshotTalker: SnapshotRow {
    static var table: SnapshotTable { .topTalkers }
    var cells: [SnapshotCell] { [.init(kind), .init(name), .init(packets), .init(bytes), .init(error)] }
    init(_ cells: SnapshotCells) {
        self.init(
            kind: cells.text("kind"), name: cells.text("name"), packets: cells.integer("packets"),
            bytes: cells.integer("bytes"), error: cells.integer("error"))
    }
}
