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

    @Test("A run that would take years ends when it is cancelled from another thread, and says so")
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

    @Test("A run of bound tensors can be cancelled as well")
    func cancelBinding() throws {
        let session = try Fixture.session("loop", runtime)
        let binding = try IOBinding(session: session)
        for (name, tensor) in try inputs(rounds: 1 << 50) { try binding.bind(input: name, to: tensor) }
        try binding.bindOutput("end")
        let options = try RunOptions(runtime: runtime)
        options.cancel()
        #expect(ONNXRuntimeError.thrown { try session.run(binding, options: options) }?.code == .cancelled)
    }

    @Test("Options that were cancelled let no run start until they are reset; the session is unharmed")
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

    @Test("A run setting is taken; one that is wrong is an error of the run")
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
