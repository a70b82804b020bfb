import BeaconBasics
import BeaconTestKit
import BeaconWire
import Testing

@Suite struct FrameVectorTests {
    @Test(arguments: VectorFile.lines("frames", fields: 4))
    func everyVectorMeansWhatTheProtocolSays(line: VectorFile.Line) {
        let found = reading(bytes(line[2])) { meaning(of: $0, as: line[1]) }
        #expect(found == line[3])
    }

    private func meaning(of datagram: RawSpan, as message: String) -> String {
        switch message {
        case "discover": discover(datagram)
        case "reply": ObservedAddress.read(MessageType.discoverReply, datagram)?.description ?? "nothing"
        case "command": ObservedAddress.read(MessageType.punchCommand, datagram)?.description ?? "nothing"
        case "punch": punch(datagram)
        case "sync": sync(datagram)
        case "proof": ProofOfLife.matches(datagram) ? "yes" : "no"
        default: "no such message: \(message)"
        }
    }

    private func discover(_ datagram: RawSpan) -> String {
        guard let discover = Discover(datagram) else { return "runt" }
        return "\(discover.node)\(discover.wantsDestination ? " wants 09" : "")\(discover.carriesKey ? " key" : "")"
    }

    private func punch(_ datagram: RawSpan) -> String {
        guard let punch = PunchRequest(datagram) else { return "runt" }
        return "\(punch.requester) to \(punch.target)\(punch.grantExpiry.map { ", grant to \($0)" } ?? "")"
    }

    private func sync(_ datagram: RawSpan) -> String {
        do {
            let sync = try Sync(datagram)
            return (0..<sync.count).reduce("\(sync.beacon):") { "\($0) \(Sync.node($1, in: datagram))" }
        } catch {
            return "\(error)"
        }
    }

    /// The vectors that this side writes: written from their meaning they are the same bytes again.
    @Test(arguments: VectorFile.lines("frames", fields: 4).filter { ["reply", "command"].contains($0[1]) })
    func addressesAreWrittenAsTheyAreRead(line: VectorFile.Line) throws {
        guard let address = Address(line[3]) else { return }
        let type = line[1] == "reply" ? MessageType.discoverReply : MessageType.punchCommand
        let (message, behind) = writing(room: ObservedAddress.maximumLength) {
            ObservedAddress.write(type, address, into: &$0)
        }
        #expect(message.count == (address.isIPv4 ? 8 : 20), "a mapped address is sent as 4 bytes")
        #expect(reading(message) { ObservedAddress.read(type, $0) } == address)
        #expect(behind.allSatisfy { $0 == dirt })
    }
}
