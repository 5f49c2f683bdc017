/// A few threads that read pictures, and the line in front of them.
struct PictureWorkers: Sendable {
    private let workers: [PictureWorker]
    private let turnstile: Turnstile

    /// Makes `count` workers, at least one.
    init(count: Int) {
        workers = (0..<max(1, count)).map { _ in PictureWorker() }
        turnstile = Turnstile(places: workers.count)
    }

    /// How many pictures wait for a worker.
    var waitingCount: Int {
        get async { await turnstile.waitingCount }
    }

    /// Gets the picture library ready, which takes a while the first time, so that no request waits for it.
    func start() async throws {
        try await workers[0].start()
    }

    /// The result of `work` on the first worker that is free. A task that is cancelled while it waits gives up its place.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
        try await turnstile.pass { place in try await workers[place].run(work) }
    }
}
