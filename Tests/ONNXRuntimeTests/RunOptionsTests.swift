import Foundation
import Synchronization
import Testing

@testable import ONNXRuntime

@Suite("Run options")
struct RunOptionsTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    /// Inputs that keep the loop model busy for that many rounds.
    private func inputs(rounds: Int64) throws -> [String: Tensor] {
        ["count": try Tensor([rounds], shape: []), "start": try Tensor([0] as [Float], shape: [])]
    }

    @Test("Cancels a running session from another thread")
    func cancelWhileRunning() throws {
        let session = try Fixture.session("loop", runtime)
        let options = try RunOptions(runtime: runtime)
        let isAboutToRun = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            isAboutToRun.wait()
            // Most likely in the midst of the run by then; the outcome is the same if not.
            Thread.sleep(forTimeInterval: 0.1)
            options.cancel()
        }
        let inputs = try inputs(rounds: 1 << 50)
        isAboutToRun.signal()

        let error = ONNXRuntimeError.thrown { _ = try session.run(inputs, outputs: ["end"], options: options) }

        #expect(error?.code == .cancelled)
        #expect((error?.cause as? ONNXRuntimeError)?.code == .failed)
        #expect(options.isCancelled)
    }

    @Test("Cancels a run with an IO binding")
    func cancelBinding() throws {
        let session = try Fixture.session("loop", runtime)
        let binding = try IOBinding(session: session)
        for (name, tensor) in try inputs(rounds: 1 << 50) { try binding.bind(input: name, to: tensor) }
        try binding.bindOutput("end")
        let options = try RunOptions(runtime: runtime)
        options.cancel()
        #expect(ONNXRuntimeError.thrown { try session.run(binding, options: options) }?.code == .cancelled)
    }

    @Test("Cancelled options refuse runs until they are reset; the session still works")
    func reset() throws {
        let session = try Fixture.session("loop", runtime)
        let options = try RunOptions(runtime: runtime)
        options.cancel()
        let inputs = try inputs(rounds: 3)
        let error = ONNXRuntimeError.thrown { _ = try session.run(inputs, outputs: ["end"], options: options) }
        #expect(error?.code == .cancelled)

        options.reset()
        #expect(!options.isCancelled)
        let result = try session.run(inputs, outputs: ["end"], options: options)
        #expect(try result["end"]?.array(of: Float.self) == [3])
    }

    @Test("Accepts a run setting; a wrong one fails the run")
    func configure() throws {
        let session = try Fixture.session("loop", runtime)
        let good = try RunOptions(runtime: runtime)
        try good.configure("memory.enable_memory_arena_shrinkage", "cpu:0")
        let result = try session.run(inputs(rounds: 2), outputs: ["end"], options: good)
        #expect(try result["end"]?.array(of: Float.self) == [2])

        let bad = try RunOptions(runtime: runtime)
        try bad.configure("memory.enable_memory_arena_shrinkage", "no-such-device")
        let error = ONNXRuntimeError.thrown {
            _ = try session.run(inputs(rounds: 2), outputs: ["end"], options: bad)
        }
        #expect(error?.code == .invalidArgument)
    }
}
