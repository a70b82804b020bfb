import BeaconHTTP

/// What a request comes to: a response, and for an open-ended one what follows it.
struct Reply {
    var response: Response
    var stream: (any ResponseStream)?

    init(_ response: Response, stream: (any ResponseStream)? = nil) {
        self.response = response
        self.stream = stream
    }
}
