import BeaconBasics
import BeaconTestKit
import Testing

@Suite struct AddressTests {
    @Test(arguments: VectorFile.lines("addresses", fields: 4))
    func everySpecialRangeIsKnown(line: VectorFile.Line) throws {
        let address = try #require(Address(host: line[0], port: 9001))
        #expect(address.hostText == line[1])
        #expect(properties(of: address) == line[2])
        #expect(address.prefix.hostText == line[3])
    }

    @Test(arguments: VectorFile.lines("addresses", fields: 4))
    func canonicalTextReadsBackAsTheSameAddress(line: VectorFile.Line) throws {
        let address = try #require(Address(host: line[0], port: 65_535))
        #expect(Address(address.description) == address)
        #expect(Address(host: address.hostText, port: 65_535) == address)
    }

    @Test(arguments: VectorFile.lines("addresses", fields: 4).filter { !$0[0].contains(":") })
    func everySpellingOfAnIPv4AddressIsOneAddress(line: VectorFile.Line) throws {
        let plain = try #require(Address(host: line[0], port: 7))
        let mapped = try #require(Address(host: "::ffff:\(line[0])", port: 7))
        let groups = String(plain.ipv4 >> 16, radix: 16) + ":" + String(plain.ipv4 & 0xFFFF, radix: 16)
        let inHex = try #require(Address(host: "::FFFF:\(groups)", port: 7))
        #expect(plain.isIPv4)
        #expect(plain == mapped)
        #expect(plain == inHex)
        #expect(plain.hashValue == mapped.hashValue)
        #expect(Address("[::ffff:\(line[0])]:7") == plain)
        #expect(properties(of: mapped) == line[2])
    }

    private func properties(of address: Address) -> String {
        let all: [(Character, Bool)] = [
            ("P", address.isPrivate), ("L", address.isLoopback), ("K", address.isLinkLocal), ("M", address.isMulticast),
            ("U", address.isUnspecified), ("R", address.isReplyable),
        ]
        return String(all.compactMap { $0.1 ? $0.0 : nil })
    }

    @Test func noReplyGoesToPortZero() {
        #expect(!Address(ipv4: 0x7F00_0001, port: 0).isReplyable)
        #expect(!Address(high: 0x2001_0db8_0000_0000, low: 5, port: 0).isReplyable)
        #expect(Address(high: 0x2001_0db8_0000_0000, low: 5, port: 1).isReplyable)
    }

    @Test(arguments: [
        ("203.0.113.5:9001", "203.0.113.5:9001"), ("[2001:db8::5]:9001", "[2001:db8::5]:9001"),
        ("[::ffff:203.0.113.5]:9001", "203.0.113.5:9001"), ("0.0.0.0:0", "0.0.0.0:0"), ("[::]:65535", "[::]:65535"),
        ("[fe80::1%3]:80", "[fe80::1%3]:80"),
    ])
    func hostAndPortAreRead(text: String, canonical: String) {
        #expect(Address(text)?.description == canonical)
    }

    @Test(arguments: [
        "", ":", ":9001", "1.2.3:4", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3.4:65536",
        "1.2.3.4:99999999999999999999", "1.2.3.4: 1", " 1.2.3.4:1", "01.2.3.4:1", "1.2.3.04:1", "1.2.3.256:1",
        "1.2.3.4.5:1", "1..3.4:1", "1.2.3.-4:1", "+1.2.3.4:1", "0x7f.0.0.1:1", "[1.2.3.4]:1", "::1:9001", "[::1]",
        "[::1]9001", "[::1]:", "[::1:9001", "::1]:9001", "[]:1", "[:]:1", "[[::1]]:1", "localhost:1", "１.2.3.4:1",
    ])
    func whatIsNotHostAndPortIsRefused(text: String) {
        #expect(Address(text) == nil)
    }

    @Test(arguments: [
        "", ":", ":::", "::::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", ":1::2", "1::2:", "12345::", "::g", "::-1", "::+1", "::1.2.3",
        "::1.2.3.4.5",
        "1.2.3.4::", "::1.2.3.4:5", "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1%", "%", "%1", "::%%1", "::1 ", " ::1",
        "fe80::1%eth0", "fe80::1%4294967296", "fe80::1%-1", "fe80::1%+1", "fe80::1%1%1", "2001:db8::1%2", "1.2.3.4%2",
        "::ffff:169.254.0.1%2", "::٣",
    ])
    func whatIsNotAHostIsRefused(text: String) {
        #expect(Address(host: text) == nil)
    }

    @Test func randomTextNeverStopsTheParser() {
        let alphabet = Array("0123456789abcdefFx:.%[]+- ")
        for seed in UInt64(0)..<20_000 {
            var dice = SeededRandom(seed: seed)
            let text = String(
                (0..<Int.random(in: 0...44, using: &dice)).map { _ in alphabet.randomElement(using: &dice)! })
            for address in [Address(text), Address(host: text, port: 1)].compactMap(\.self) {
                #expect(Address(address.description) == address, "seed \(seed): \(text)")
            }
        }
    }

    @Test func randomAddressesSurviveTheirText() {
        for seed in UInt64(0)..<10_000 {
            var dice = SeededRandom(seed: seed)
            // Whole groups of zeros are what text forms get wrong.
            func half() -> UInt64 {
                dice.next() & (0..<4).reduce(0) { mask, _ in mask << 16 | (Bool.random(using: &dice) ? 0xFFFF : 0) }
            }
            let address = Address(high: half(), low: half(), port: UInt16.random(in: 0...65_535, using: &dice))
            #expect(Address(address.description) == address, "seed \(seed): \(address)")
        }
    }

    @Test func sameHostIgnoresThePortAlone() {
        let address = Address(host: "fe80::1%2", port: 5)!
        #expect(address.isSameHost(address.with(port: 6)))
        #expect(address.host == address.with(port: 0))
        #expect(!address.isSameHost(Address(host: "fe80::1%3", port: 5)!))
        #expect(!address.isSameHost(Address(host: "fe80::2%2", port: 5)!))
        #expect(!Address(host: "::1")!.isSameHost(Address(host: "1::1")!))
    }
}
