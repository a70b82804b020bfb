import BeaconBasics
import BeaconTestKit
import Glibc
import Logging
import Synchronization
import Testing

@testable import BeaconServer

@Suite struct LoggingOutputTests {
    /// A clock that the test moves and the lines that were written.
    private final class Recorder: Sendable {
        private let clock = Mutex(ManualClock())
        private let written = Mutex<[String]>([])

        func output(_ level: Logger.Level = .info, format: Configuration.LogFormat = .text) -> LogOutput {
            LogOutput(
                format: format, level: level,
                clock: { LogTime(unixMilliseconds: 0, moment: self.clock.withLock { $0.now }) },
                sink: { line in self.written.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }

        func advance(_ delay: Delay) { clock.withLock { _ = $0.advance(delay) } }

        /// Without the time in front.
        var lines: [String] { written.withLock { $0.map { String($0.dropFirst("1970-01-01T00:00:00.000Z ".count)) } } }
    }

    @Test func fieldsComeFromTheLoggerAndTheCall() {
        let recorder = Recorder()
        var logger = Logger(recorder.output())
        logger[metadataKey: "shard"] = "1"
        logger[metadataKey: "peer"] = "old"
        logger.info("synced", metadata: ["peer": "new"])
        #expect(recorder.lines == ["info  synced peer=new shard=1\n"])
    }

    @Test func theLevelCanChangeWhileRunning() {
        let recorder = Recorder()
        let output = recorder.output(.warning)
        let logger = Logger(output)
        logger.info("one")
        output.level = .debug
        logger.debug("two")
        output.level = .error
        logger.warning("three")
        #expect(recorder.lines == ["debug two\n"])
        #expect(output.level == .error)
    }

    @Test func aLoggersOwnLevelGoesFirst() {
        let recorder = Recorder()
        let output = recorder.output(.error)
        var talkative = Logger(output)
        talkative.logLevel = .debug
        talkative.debug("mine")
        Logger(output).debug("not mine")
        #expect(recorder.lines == ["debug mine\n"])
    }

    @Test func whatWasSwallowedIsTold() {
        let recorder = Recorder()
        let output = recorder.output()
        let logger = Logger(output)
        for _ in 0..<133 { logger.info("again") }
        #expect(recorder.lines.count == 10)
        recorder.advance(.seconds(1))
        logger.info("again")
        #expect(recorder.lines.last == "info  again suppressed=123\n")
        #expect(output.suppressed == 123)
    }

    @Test func linesFromManyThreadsStayWhole() async {
        let recorder = Recorder()
        let output = recorder.output()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 { group.addTask { for _ in 0..<50 { Logger(output).info("task \(task)") } } }
        }
        #expect(recorder.lines.count == 80)
        #expect(recorder.lines.allSatisfy { $0.hasPrefix("info  task ") && $0.hasSuffix("\n") })
        #expect(output.suppressed == 320)
    }

    @Test func anErrorIsAField() {
        let recorder = Recorder()
        Logger(recorder.output()).error("failed", error: InvalidValue("is odd"))
        #expect(recorder.lines == ["error failed error=\"InvalidValue(reason: \\\"is odd\\\")\"\n"])
    }

    @Test func aLineGoesToItsDescriptorWhole() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let line = Array("info  listening\n".utf8)
        writeAll(line, to: ends[1])
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        #expect(Array(buffer.prefix(max(0, count))) == line)
    }

    @Test func aClosedDescriptorIsNoError() { writeAll([0x41], to: -1) }

    @Test func theSystemsClocksRun() {
        let (first, second) = (LogTime.now(), LogTime.now())
        #expect(first.unixMilliseconds > 1_700_000_000_000)
        #expect(first.moment <= second.moment)
    }
}
