import BeaconBasics
import BeaconTestKit
import Testing

@testable import BeaconRelay

@Suite struct FrameSamplerTests {
    private static let slice = Delay(nanoseconds: 1 << FrameSampler.sliceShift)

    /// Shows the sampler frames of `flows` flows in turn, in bursts; what it makes of each flow, and how many it looked at.
    private func run(
        _ sampler: inout FrameSampler, _ clock: inout ManualClock, slices: Int, framesPerSlice: Int, flows: Int,
        burst: Int
    ) -> (estimates: [UInt64], chosen: Int) {
        var (estimates, chosen, frame) = ([UInt64](repeating: 0, count: flows), 0, 0)
        for _ in 0..<slices {
            clock.advance(Self.slice)
            sampler.settle(at: clock.now)
            for _ in 0..<framesPerSlice {
                defer { frame += 1 }
                guard sampler.isChosen() else { continue }
                chosen += 1
                estimates[frame / burst % flows] += sampler.next()
            }
        }
        return (estimates, chosen)
    }

    @Test func fewFramesAreAllCounted() {
        var (sampler, clock) = (FrameSampler(seed: 1), ManualClock())
        let (estimates, chosen) = run(
            &sampler, &clock, slices: 50, framesPerSlice: Int(FrameSampler.perSlice) - 1, flows: 1, burst: 1)
        #expect(chosen == 50 * (Int(FrameSampler.perSlice) - 1))
        #expect(estimates == [50 * (UInt64(FrameSampler.perSlice) - 1)])
        #expect(sampler.stride == 1)
    }

    /// However many there are: a bounded number a slice is looked at, and the estimate is right within five standard errors.
    @Test(arguments: [(5_000, 1), (5_000, 16), (200_000, 1), (200_000, 16), (200_000, 64)])
    func manyAreSampledFairly(framesPerSlice: Int, burst: Int) {
        var (sampler, clock) = (FrameSampler(seed: 2), ManualClock())
        let slices = 20
        let (estimates, chosen) = run(
            &sampler, &clock, slices: slices, framesPerSlice: framesPerSlice, flows: 2, burst: burst)
        // The first slice pays half a slice's worth for each doubling.
        #expect(chosen <= (slices + 6) * Int(FrameSampler.perSlice))
        let exact = Double(slices * framesPerSlice / 2)
        let standardError = (exact * Double(sampler.stride)).squareRoot()
        for estimate in estimates { #expect(abs(Double(estimate) - exact) <= 5 * standardError) }
    }

    @Test func theStrideOfAFloodIsGivenUp() {
        var (sampler, clock) = (FrameSampler(seed: 3), ManualClock())
        _ = run(&sampler, &clock, slices: 3, framesPerSlice: 100_000, flows: 1, burst: 1)
        #expect(sampler.stride >= 64)
        let last = sampler.stride
        _ = run(&sampler, &clock, slices: 1, framesPerSlice: 100, flows: 1, burst: 1)
        #expect(sampler.stride == last)
        clock.advance(Self.slice)
        sampler.settle(at: clock.now)
        #expect(sampler.stride == last / 2)
        clock.advance(.seconds(10))
        sampler.settle(at: clock.now)
        #expect(sampler.stride == 1)
        #expect(run(&sampler, &clock, slices: 1, framesPerSlice: 10, flows: 1, burst: 1).estimates == [10])
    }
}
