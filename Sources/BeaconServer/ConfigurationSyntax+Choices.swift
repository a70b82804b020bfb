import BeaconCrypto
import Logging

extension ValueSyntax where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the cases' names.
    static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return Self(
            placeholder: names.joined(separator: "|"),
            parse: { text throws(InvalidValue) in
                guard let value = Value(rawValue: text.lowercased()) else {
                    throw InvalidValue("is not one of \(names.joined(separator: ", "))")
                }
                return value
            },
            format: { $0.rawValue })
    }
}

extension ValueSyntax where Value == Bool {
    /// What Go's flag package reads as a boolean, and the words people use.
    private static func boolean(_ yes: String, _ no: String) -> Self {
        Self(
            placeholder: "\(yes)|\(no)",
            parse: { text throws(InvalidValue) in
                switch text.lowercased() {
                case "1", "t", "true", "on", "yes": return true
                case "0", "f", "false", "off", "no": return false
                default: throw InvalidValue("is not \(yes) or \(no)")
                }
            },
            format: { $0 ? yes : no })
    }

    /// A flag whose name alone turns it on.
    static var truth: Self { boolean("true", "false") }
    static var onOff: Self { boolean("on", "off") }
}

extension ValueSyntax where Value == Configuration.OffloadMode {
    /// `auto`, or whatever says on or off; so a file may say `true`.
    static var offload: Self {
        Self(
            placeholder: "auto|on|off",
            parse: { text throws(InvalidValue) in
                if text.lowercased() == "auto" { return .auto }
                guard let isOn = try? ValueSyntax<Bool>.onOff.parse(text) else {
                    throw InvalidValue("is not one of auto, on, off")
                }
                return isOn ? .on : .off
            },
            format: { $0.rawValue })
    }
}

extension ValueSyntax where Value == Logger.Level {
    /// Upstream's names: `warn` as well as `warning`.
    static var logLevel: Self {
        Self(
            placeholder: "debug|info|warn|error",
            parse: { text throws(InvalidValue) in
                switch text.lowercased() {
                case "debug": return .debug
                case "info": return .info
                case "warn", "warning": return .warning
                case "error": return .error
                default: throw InvalidValue("is not one of debug, info, warn, warning, error")
                }
            },
            format: { $0.shortName })
    }
}

extension ValueSyntax where Value == CertificateFingerprint {
    static var fingerprint: Self {
        Self(
            placeholder: "sha256",
            parse: { text throws(InvalidValue) in
                guard let value = CertificateFingerprint(text) else {
                    throw InvalidValue(
                        """
                        is not the SHA-256 of a certificate, 64 hex digits with or without colons: \
                        openssl x509 -in cert.pem -noout -fingerprint -sha256
                        """)
                }
                return value
            },
            format: { $0.description })
    }
}
