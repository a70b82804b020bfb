import Glibc

/// Libraries that only snapshots need (GRDB brings Foundation): loading them touches megabytes that a beacon then never
/// looks at again. Their pages are given back; if one is needed after all, the kernel maps it anew from the file.
enum ColdLibraries {
    private static let names = [
        "libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so", "libsqlite3.so",
    ]

    static func release() {
        guard let file = try? SmallFile.read("/proc/self/maps", limit: 1 << 20) else { return }
        for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
            guard let mapping = Mapping(line), mapping.isAsInTheFile, mapping.isOne(of: names) else { continue }
            madvise(mapping.start, mapping.byteCount, MADV_DONTNEED)
        }
    }

    /// A line of /proc/self/maps (proc_pid_maps(5)): `start-end permissions offset device inode path`.
    struct Mapping {
        let start: UnsafeMutableRawPointer
        let byteCount: Int
        private let permissions: Substring
        private let offset: UInt64
        private let path: Substring

        init?(_ line: Substring) {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count == 6 else { return nil }
            let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1], let start = UnsafeMutableRawPointer(bitPattern: bounds[0]),
                let offset = UInt64(String(fields[2]), radix: 16)
            else { return nil }
            self.start = start
            self.offset = offset
            byteCount = Int(bounds[1] - bounds[0])
            permissions = fields[1]
            path = fields[5]
        }

        /// Code, or what stands in front of it: nobody has written there, unlike to what the loader has made read-only
        /// behind its relocations.
        var isAsInTheFile: Bool { permissions == "r-xp" || permissions == "r--p" && offset == 0 }

        func isOne(of names: [String]) -> Bool {
            let file = path.split(separator: "/").last ?? path
            return names.contains { file == $0 || file.hasPrefix($0 + ".") }
        }
    }
}
