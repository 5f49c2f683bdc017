import NIOCore
import Testing

@testable import Server

@Suite("Connection watch")
struct ConnectionWatchTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var watch = ConnectionWatch(limits: ConnectionLimits(), at: Self.start)

    private func at(_ seconds: Double) -> NIODeadline { Self.start + .nanoseconds(Int64(seconds * 1e9)) }

    /// The length in seconds from the start to the next deadline.
    private var deadline: Double? { watch.deadline.map { Double(($0 - Self.start).nanoseconds) / 1e9 } }

    private mutating func send(_ count: Int, at seconds: Double) {
        watch.received(count, first: UInt8(ascii: "x"), at: at(seconds))
    }

    private mutating func beginBody(_ length: Int?, at seconds: Double) {
        send(100, at: seconds)
        watch.headArrived(bodyBytes: length, isLast: false, at: at(seconds))
        watch.serverReads(at: at(seconds))
    }

    @Test("Closes a silent connection after its idle time")
    mutating func rest() {
        #expect(deadline == 75)
        #expect(watch.timeIsUp(at: at(74)) == nil)
        #expect(watch.timeIsUp(at: at(75)) == .close)
    }

    @Test("Line breaks before a request neither begin it nor extend the idle time")
    mutating func lineBreaks() {
        for second in 1...60 { watch.received(2, first: UInt8(ascii: "\r"), at: at(Double(second))) }
        #expect(watch.stage == .resting(since: at(0)))
        #expect(deadline == 75)
    }

    @Test("A head has ten seconds from its first byte, however slowly more arrives")
    mutating func drippingHead() {
        for second in 5..<15 {
            send(1, at: Double(second))
            #expect(watch.timeIsUp(at: at(Double(second))) == nil)
        }
        #expect(deadline == 15)
        #expect(watch.timeIsUp(at: at(15)) == .slowHead)
    }

    @Test("A body at the minimum rate may go on until its total time is over")
    mutating func leastRate() {
        beginBody(nil, at: 0)
        for second in 1..<600 {
            send(1024, at: Double(second))
            watch.serverReads(at: at(Double(second)))
            #expect(watch.timeIsUp(at: at(Double(second))) == nil)
        }
        #expect(deadline == 600)
        #expect(watch.timeIsUp(at: at(600)) == .slowBody)
    }

    @Test("A body below the minimum rate is too slow, whatever came before", arguments: [0, 100_000_000])
    mutating func drippingBody(before: Int) {
        beginBody(nil, at: 0)
        send(before, at: 1)
        watch.serverReads(at: at(1))
        var verdict: ConnectionWatch.Verdict?
        for second in 2...60 where verdict == nil {
            send(1000, at: Double(second))
            watch.serverReads(at: at(Double(second)))
            verdict = watch.timeIsUp(at: at(Double(second)))
        }
        #expect(verdict == .slowBody)
    }

    @Test("The clock stops while the server does not read")
    mutating func backpressure() {
        beginBody(1_000_000, at: 0)
        send(50_000, at: 20)
        #expect(watch.deadline == nil)
        #expect(watch.timeIsUp(at: at(4000)) == nil)
        watch.serverReads(at: at(4000))
        #expect(deadline == 4010)
    }

    @Test("A complete request has no deadline")
    mutating func working() {
        beginBody(0, at: 0)
        watch.requestEnded(at: at(0))
        #expect(watch.deadline == nil)
        #expect(!watch.isResting)
        #expect(watch.answerBegins() == false)
        #expect(watch.answerEnded(at: at(500)) == false)
        #expect(deadline == 575)
        #expect(watch.isResting)
    }

    @Test(
        "After an early answer a connection stays open only if little of the body is left",
        arguments: [(65_536, false), (65_537, true), (nil, true)] as [(Int?, Bool)])
    mutating func earlyAnswer(rest: Int?, closes: Bool) {
        beginBody(rest.map { $0 + 1000 }, at: 0)
        watch.bodyArrived(1000)
        #expect(watch.answerBegins() == closes)
        #expect(watch.answerEnded(at: at(2)) == closes)
        #expect(watch.isDeaf == closes)
    }

    @Test("Closes a kept connection if the rest of the body does not arrive")
    mutating func drain() {
        beginBody(1000, at: 0)
        _ = watch.answerBegins()
        _ = watch.answerEnded(at: at(2))
        #expect(deadline == 3)
        #expect(watch.timeIsUp(at: at(3)) == .close)
        watch.requestEnded(at: at(2.5))
        #expect(watch.isResting)
        #expect(deadline == 77.5)
    }

    @Test("Lingering reads a few more bytes and ends on time")
    mutating func lingering() {
        watch.ignoreClient()
        #expect(watch.deadline == nil)
        watch.linger(at: at(1))
        #expect(deadline == 2)
        send(256 * 1024 - 1, at: 1.5)
        #expect(watch.readsOn)
        send(1, at: 1.5)
        #expect(!watch.readsOn)
        #expect(watch.timeIsUp(at: at(1.9)) == nil)
        #expect(watch.timeIsUp(at: at(2)) == .close)
    }

    @Test("After Connection: close all pipelined requests are answered, and the last answer says close")
    mutating func pipelining() {
        for isLast in [false, true] {
            send(100, at: 0)
            watch.headArrived(bodyBytes: 0, isLast: isLast, at: at(0))
            watch.requestEnded(at: at(0))
        }
        #expect(watch.answerBegins() == false)
        #expect(watch.answerEnded(at: at(1)) == false)
        #expect(watch.answerBegins() == true)
        #expect(watch.answerEnded(at: at(1)) == true)
    }

    @Test("Shutdown closes idle connections after half a second, and lets running requests finish")
    mutating func windUp() {
        var resting = watch
        resting.windUp(at: at(3))
        #expect(resting.deadline == at(3.5))
        #expect(resting.timeIsUp(at: at(3.5)) == .part)
        beginBody(0, at: 0)
        watch.windUp(at: at(3))
        watch.requestEnded(at: at(9))
        #expect(watch.deadline == nil)
        #expect(watch.answerBegins() == true)
    }

    @Test("After an answer without Connection: close, one more request may arrive during shutdown")
    mutating func answeredBeforeWindingUp() {
        beginBody(0, at: 0)
        watch.requestEnded(at: at(0))
        #expect(watch.answerBegins() == false)
        watch.windUp(at: at(1))
        #expect(watch.answerEnded(at: at(2)) == false)
        #expect(deadline == 2.5)
        send(10, at: 2.4)
        #expect(deadline == 12.4)
    }

    @Test("Gives up on a client that does not read its answer")
    mutating func stalledAnswer() {
        beginBody(0, at: 0)
        watch.requestEnded(at: at(0))
        watch.writabilityChanged(isWritable: false, at: at(1))
        watch.writabilityChanged(isWritable: false, at: at(20))
        #expect(deadline == 61)
        #expect(watch.timeIsUp(at: at(61)) == .close)
        watch.writabilityChanged(isWritable: true, at: at(21))
        #expect(watch.deadline == nil)
    }
}
