/// `; did you mean "relay-rate"?` for a key with up to two typing errors, else nothing. `spelling` says how a setting
/// is named where the mistake was made.
func suggestion(for name: String, spelling: (Setting) -> String = \.key.rawValue) -> String {
    // Longer than any key by more than the errors allowed: no need to compare.
    guard name.utf8.count <= 40 else { return "" }
    let wanted = Array(name.lowercased().replacing("_", with: "-").utf8)
    let near = Setting.all
        .map { (setting: $0, distance: editDistance(wanted, Array($0.key.rawValue.utf8))) }
        .min { $0.distance < $1.distance }
    guard let near, near.distance <= min(2, wanted.count / 3) else { return "" }
    return "; did you mean \"\(spelling(near.setting))\"?"
}

/// Levenshtein: insertions, deletions and replacements that turn `a` into `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
