import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct LocalAddressesTests {
    @Test func anAddressHasOneNumber() {
        let locals = LocalAddresses()
        let four = Address(host: "192.0.2.1", port: 77)!
        let six = Address(host: "2001:db8::1")!
        let (a, b) = (locals.intern(four), locals.intern(six))
        #expect(a != 0 && b != 0 && a != b)
        #expect(locals.intern(four.with(port: 5)) == a)
        #expect(locals[a] == four.host)
        #expect(locals[b] == six)
        #expect(locals.contains(four.host))
        #expect(!locals.contains(Address(host: "192.0.2.2")!))
    }

    @Test func interfacesTellLinkLocalAddressesApart() {
        let locals = LocalAddresses()
        let a = locals.intern(Address(host: "fe80::1%2")!)
        let b = locals.intern(Address(host: "fe80::1%3")!)
        #expect(a != b)
        #expect(locals[b].scope == 3)
    }

    @Test func noAddressIsNumberZero() {
        let locals = LocalAddresses()
        #expect(locals.intern(.none) == 0)
        #expect(locals.intern(Address(host: "0.0.0.0")!) == 0)
        #expect(locals[0] == .none)
        #expect(!locals.contains(.none))
    }

    @Test func thereIsRoomForSoMany() {
        let locals = LocalAddresses()
        for n in 1..<UInt32(LocalAddresses.capacity) {
            #expect(locals.intern(Address(ipv4: 0x0A00_0000 + n, port: 0)) == UInt16(n))
        }
        #expect(locals.overflows == 0)
        #expect(locals.intern(Address(ipv4: 0x0B00_0000, port: 0)) == 0)
        #expect(locals.overflows == 1)
        #expect(locals.intern(Address(ipv4: 0x0A00_0001, port: 0)) == 1)
    }

    @Test func manyThreadsAgreeOnTheNumbers() async {
        let locals = LocalAddresses()
        let numbers = await withTaskGroup(of: [UInt16].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (1...500 as ClosedRange<UInt32>).map { locals.intern(Address(ipv4: $0 << 8, port: 0)) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(numbers).count == 1)
        for n in UInt32(1)...500 { #expect(locals[numbers[0][Int(n) - 1]] == Address(ipv4: n << 8, port: 0)) }
    }
}
