/// A number with a fixed count of decimals, rounded to nearest; `trimmed` drops zeros at the end. Values beyond 10^15
/// are written as Swift writes them.
public func decimal(_ value: Double, digits: Int, trimmed: Bool = false) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return String(value) }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((abs(value) * Double(scale)).rounded())
    var fraction = String(scaled % scale)
    fraction = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    if trimmed { while fraction.hasSuffix("0") { fraction.removeLast() } }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return sign + String(scaled / scale) + (digits == 0 || fraction.isEmpty ? "" : "." + fraction)
}

/// An integer with commas between groups of three: 1,234,567.
public func grouped(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var out = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
        out.append(digit)
    }
    return (value < 0 ? "-" : "") + out
}
