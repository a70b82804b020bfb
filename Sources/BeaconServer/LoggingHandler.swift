public import Logging

/// Hands what a `Logger` is given to a `LogOutput`. Its level is the output's, which may change at any time, unless
/// this very logger was given one.
public struct OutputLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let output: LogOutput
    private var ownLevel: Logger.Level?

    public init(_ output: LogOutput) { self.output = output }

    public var logLevel: Logger.Level {
        get { ownLevel ?? output.level }
        set { ownLevel = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var fields = metadata
        fields.merge(metadataProvider?.get() ?? [:]) { $1 }
        fields.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        output.write(event.level, "\(event.message)", fields)
    }
}

extension Logger {
    /// A logger that writes to `output`.
    public init(_ output: LogOutput) { self.init(label: "beacon") { _ in OutputLogHandler(output) } }
}
