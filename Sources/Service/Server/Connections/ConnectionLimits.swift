import NIOCore

/// What one connection may cost, and how many there may be.
///
/// The times of a head and of a body are the client's: they stand still while the server itself does not read.
struct ConnectionLimits: Sendable, Equatable {
    /// How long the head of a request may take from its first byte.
    var headTime = TimeAmount.seconds(10)
    /// How long a connection may be idle before its first request and between two.
    var restTime = TimeAmount.seconds(75)
    /// How long a whole body may take, at whatever rate it comes.
    var bodyTime = TimeAmount.seconds(600)
    /// The spans of time in each of which a body must keep up ``leastRate``.
    var rateSpan = TimeAmount.seconds(30)
    /// The least bytes a second of a body. A client slower than the slowest modem only wants to hold the connection.
    var leastRate = 1024
    /// How long an answer may wait for a client that does not read it.
    var answerTime = TimeAmount.seconds(60)

    /// The most bytes of an unwanted body that are read so that the connection can be kept.
    var keepBytes = 64 * 1024
    /// How many bytes are still read before a connection is closed, so that a client that is sending sees its answer.
    var lingerBytes = 256 * 1024
    /// How long a connection may be idle during shutdown.
    var windUpTime = TimeAmount.milliseconds(500)
    /// How long the closing of a connection may take.
    var lingerTime = TimeAmount.seconds(1)

    /// The most bytes of one header field, and of a request's target.
    var headerFieldBytes = 16 * 1024
    /// The most bytes of all header fields of a request.
    var headerBytes = 32 * 1024
    /// The most header fields of a request.
    var headerFields = 100

    /// The most open connections. Beyond it, the one that has been idle longest is closed.
    ///
    /// The program itself needs files too: its databases, what is imported, and three for each event loop.
    var connections = min(
        1024, max(8, min(OpenFileLimit.attainable * 3 / 4, OpenFileLimit.attainable - 42 - 3 * System.coreCount)))
}
