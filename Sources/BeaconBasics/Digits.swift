package func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

extension FixedWidthInteger {
    /// Decimal digits and nothing else: `Int("+5")` is 5, which no operator meant.
    package init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy(isDigit) else { return nil }
        self.init(text)
    }
}
