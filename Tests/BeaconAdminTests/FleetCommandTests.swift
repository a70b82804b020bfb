import BeaconBasics
import BeaconHTTP
import BeaconTestKit
import Testing

@testable import BeaconAdmin

@Suite struct FleetCommandTests {
    private static let commands = ["/peers/3/forget", "/fleet/keys/rotate", "/fleet/keys/reload"]

    @Test(arguments: [
        (ForgetResult.forgotten, Status.ok), (.unknown, .notFound), (.stillAlive, .conflict), (.noFleet, .conflict),
        (.failed("no answer"), .serviceUnavailable),
    ])
    func forget(result: ForgetResult, expected: Status) {
        let backend = FakeBackend()
        backend.edit { $0.forgetResult = result }
        #expect(ask("POST /peers/3/forget", backend: backend).status == expected)
        #expect(backend.edit { $0.forgotten } == [BeaconID(3)])
        #expect(ask("POST /peers/0/forget", backend: backend).status == .badRequest)
        #expect(ask("POST /peers/x/forget", backend: backend).status == .badRequest)
        #expect(backend.edit { $0.forgotten } == [BeaconID(3)])
    }

    @Test func forgottenSaysWho() {
        #expect(ask("POST /peers/3/forget?format=text").text == "result  forgotten\nbeacon  3\n")
    }

    @Test(arguments: [
        (KeyRotationResult.started(keyID: 0xAB), Status.ok, "\"key_id\": \"00ab\""),
        (.busy, .conflict, "a rotation is under way"), (.failed("no key file"), .conflict, "no key file"),
        (.noFleet, .conflict, "in no fleet"),
    ])
    func rotate(result: KeyRotationResult, expected: Status, text: String) {
        let backend = FakeBackend()
        backend.edit { $0.rotationResult = result }
        let response = ask("POST /fleet/keys/rotate", backend: backend)
        #expect(response.status == expected)
        #expect(response.text.contains(text))
        #expect(backend.edit { $0.rotations } == 1)
    }

    @Test(arguments: [
        (KeyReloadResult.reloaded(keyIDs: [1, 2]), Status.ok, "\"sealing\": \"0001\""),
        (.unchanged, .ok, "\"result\": \"unchanged\""), (.failed("line 2 is no key"), .conflict, "line 2 is no key"),
        (.noFleet, .conflict, "in no fleet"),
    ])
    func reload(result: KeyReloadResult, expected: Status, text: String) {
        let backend = FakeBackend()
        backend.edit { $0.reloadResult = result }
        let response = ask("POST /fleet/keys/reload", backend: backend)
        #expect(response.status == expected)
        #expect(response.text.contains(text))
    }

    @Test("a page of another site, a rebound name and a client without the token change nothing", arguments: commands)
    func guards(path: String) {
        let backend = FakeBackend()
        #expect(ask("POST \(path)", ["Origin: http://evil.example"], backend: backend).status == .forbidden)
        #expect(ask("POST \(path)", ["Host: evil.example"], backend: backend).status == .forbidden)
        #expect(ask("POST \(path)", backend: backend, token: "sesame-sesame-sesame").status == .unauthorized)
        #expect(ask("GET \(path)", backend: backend).fields["Allow"] == "POST, OPTIONS")
        #expect(ask("POST \(path)?force=1", backend: backend).status == .badRequest)
        #expect(backend.edit { $0.forgotten.isEmpty && $0.rotations == 0 })
    }
}
