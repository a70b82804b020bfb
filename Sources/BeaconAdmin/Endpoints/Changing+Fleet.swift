import BeaconBasics
import BeaconHTTP

/// What an operator can tell the fleet to do.
extension Route {
    static let commanding: [Route] = [
        Route(.post, "/peers/{id}/forget", parameters: ["format"], "forget a member that is dead or has left") {
            call throws(Refusal) in
            let id = try call.beaconID()
            switch call.admin.backend.forget(id) {
            case .forgotten: return .report(["result": Report("forgotten"), "beacon": Report(id.rawValue)])
            case .unknown: throw Refusal(.notFound, "no such member; GET /peers lists them")
            case .stillAlive: throw Refusal(.conflict, "the member lives; only a dead or left one is forgotten")
            case .failed(let reason): throw Refusal(.serviceUnavailable, reason)
            case .noFleet: throw Refusal.noFleet
            }
        },
        Route(.post, "/fleet/keys/rotate", parameters: ["format"], "give the whole fleet a new key") {
            call throws(Refusal) in
            switch call.admin.backend.rotateKeys() {
            case .started(let id): return .report(["result": Report("started"), "key_id": .keyID(id)])
            case .busy: throw Refusal(.conflict, "a rotation is under way; GET /fleet shows how far it is")
            case .failed(let reason): throw Refusal(.conflict, reason)
            case .noFleet: throw Refusal.noFleet
            }
        },
        Route(.post, "/fleet/keys/reload", parameters: ["format"], "read the key file again") {
            call throws(Refusal) in
            switch call.admin.backend.reloadKeys() {
            case .reloaded(let ids): return .report(["result": Report("reloaded"), "keys": .keys(ids)])
            case .unchanged: return .report(["result": Report("unchanged")])
            case .failed(let reason): throw Refusal(.conflict, reason)
            case .noFleet: throw Refusal.noFleet
            }
        },
    ]
}

extension Refusal {
    fileprivate static let noFleet = Refusal(.conflict, "this beacon is in no fleet")
}
