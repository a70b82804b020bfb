import BeaconBasics
import BeaconRelay
import BeaconTestKit
import Glibc
import Testing

@testable import BeaconDataPlane

@Suite struct TransmitterTests {
    /// A message of more pieces than the kernel segments (64, or 128 since Linux 6.9) is refused with EINVAL: the way
    /// that a route with too small an MTU refuses one. All of it must arrive all the same, from the right address. The
    /// pieces are three segments long here, so that one that is still sent with UDP_SEGMENT would arrive in three.
    @Test(arguments: [0, 1] as [UInt16])
    func aMessageThatCannotBeSegmentedIsSentSingly(local: UInt16) throws {
        let socket = try UDPSocket(bind: ListenAddress(Address(host: "0.0.0.0")!), reusePort: false)
        let locals = LocalAddresses()
        #expect(locals.intern(Address(host: "127.0.0.3")!) == 1)
        var transmitter = Transmitter(locals: locals)
        transmitter.probe(socket.handle)
        let counters = ShardCounters()
        let receiver = LoopbackSocket()
        let pieces = UnsafeMutableRawBufferPointer.allocate(byteCount: 200 * 30, alignment: 1)
        defer { pieces.deallocate() }
        for index in 0..<200 { pieces[index * 30] = UInt8(index) }
        transmitter.begin(ipv6: false)
        transmitter.add(
            to: Endpoint(address: receiver.address, local: local), kind: .deliver, outcome: .deliver, segment: 10,
            count: 200,
            bytes: 6_000)
        for index in 0..<200 { transmitter.addPiece(pieces.baseAddress! + index * 30, length: 30) }
        transmitter.send(to: socket.handle, counters: counters)
        for index in 0..<200 {
            let datagram = try #require(receiver.receive())
            #expect(datagram.bytes.count == 30 && datagram.bytes[0] == UInt8(index))
            #expect(datagram.source.hostText == (local == 1 ? "127.0.0.3" : "127.0.0.1"))
        }
        #expect(counters.sentPackets(.deliver) == 200)
        #expect(transmitter.segmentation.ceiling == 9, "frames of this size are not gathered again")
        transmitter.restoreSegmentation()
        #expect(transmitter.segmentation.ceiling == .max)
    }

    /// The same for frames of two pieces each.
    @Test func framesWithHeadersAreSentSinglyAndWhole() throws {
        let socket = try UDPSocket(bind: ListenAddress(Address(host: "127.0.0.1")!), reusePort: false)
        var transmitter = Transmitter(locals: LocalAddresses())
        transmitter.probe(socket.handle)
        let counters = ShardCounters()
        let receiver = LoopbackSocket()
        let pieces = UnsafeMutableRawBufferPointer.allocate(byteCount: 200 * 30, alignment: 1)
        defer { pieces.deallocate() }
        for index in 0..<6_000 { pieces[index] = UInt8(index / 30) }
        transmitter.begin(ipv6: false)
        transmitter.add(
            to: Endpoint(address: receiver.address), kind: .mesh, outcome: .mesh, segment: 10, count: 200, bytes: 6_000)
        for index in 0..<200 {
            transmitter.addPiece(pieces.baseAddress! + index * 30, length: 20)
            transmitter.addPiece(pieces.baseAddress! + index * 30 + 20, length: 10)
        }
        transmitter.send(to: socket.handle, counters: counters)
        for index in 0..<200 {
            let datagram = try #require(receiver.receive())
            #expect(datagram.bytes == [UInt8](repeating: UInt8(index), count: 30))
        }
        #expect(counters.sentPackets(.mesh) == 200)
    }

    @Test func segmentationLearnsFromErrors() {
        var segmentation = Segmentation()
        #expect(!segmentation.isUsable)
        segmentation.isCapable = true
        #expect(segmentation.isUsable)
        #expect(isAtFault(&segmentation, EINVAL, 1_400))
        #expect(segmentation.ceiling == 1_399)
        #expect(isAtFault(&segmentation, EMSGSIZE, 1_450))
        #expect(segmentation.ceiling == 1_399, "the smallest counts")
        #expect(segmentation.isUsable)
        for other in [EAGAIN, ENOBUFS, ECONNREFUSED, ENETUNREACH, EPERM] {
            #expect(!isAtFault(&segmentation, other, 100), "errno \(other) is the datagrams' own")
        }
        #expect(isAtFault(&segmentation, EIO, 100))
        #expect(!segmentation.isUsable)
        segmentation.restore()
        #expect(segmentation.isUsable && segmentation.ceiling == .max)
    }

    private func isAtFault(_ segmentation: inout Segmentation, _ error: Int32, _ segment: Int) -> Bool {
        segmentation.isAtFault(error, segment: segment)
    }
}
