import Songs

/// A few threads that read the catalogue, so that looking up a song waits neither for matches nor for one that counts all songs.
struct SongReaders: Sendable {
    private let readers = (0..<4).map { _ in SongReader() }
    /// Nothing is decoded here, but the order is the same: whoever comes first is first, on the thread that is free.
    private let queue: DecodingQueue

    init() {
        queue = DecodingQueue(threads: readers.count, memory: .max)
    }

    /// The result of `work` on the first thread that is free. A task that is cancelled while it waits gives up its place.
    func run<Value: Sendable>(_ work: @Sendable () throws(SongsError) -> Value) async throws -> Value {
        try await queue.run { thread in try await readers[thread].run(work) }
    }
}

private actor SongReader {
    private let executor = BlockingExecutor(label: "image-to-song.songs.reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<Value: Sendable>(_ work: @Sendable () throws(SongsError) -> Value) throws -> Value {
        try Task.checkCancellation()
        return try work()
    }
}
