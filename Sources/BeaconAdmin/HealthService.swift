import BeaconHTTP

/// What `--health` serves: `/healthz`, to any method and any Host, and nothing else (protocol.md §8).
enum HealthService {
    static func respond(to request: Request) -> Response {
        guard request.target.segments == ["healthz"] else {
            return AdminService.response(to: Refusal(.notFound, "only /healthz is served here"), format: .json)
        }
        return Response(.ok, contentType: "text/plain; charset=utf-8", body: Array("ok".utf8))
    }
}
