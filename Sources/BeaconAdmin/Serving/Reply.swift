import BeaconHTTP

/// What a request comes to: a response, and for an open-ended one what follows it.
struct Reply {
    var response: Response
    var stream: EventStream?

    init(_ response: Response, stream: EventStream? = nil) {
        self.response = response
        self.stream = stream
    }
}
