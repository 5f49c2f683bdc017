import Foundation
import NIOCore
import Synchronization

/// The socket that the server listens on. It can stop accepting connections without losing one.
///
/// Closing a listening socket resets every connection that the system has set up and nobody has accepted yet, although
/// their clients may have sent requests already.
public final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)
    private let register = Mutex<ConnectionRegister?>(nil)

    /// Makes a listener that does not listen yet.
    public init() {}

    /// Notes that the server listens.
    func opened(_ channel: any Channel, register: ConnectionRegister) {
        self.channel.withLock { $0 = channel }
        self.register.withLock { $0 = register }
    }

    /// Lets the system set up no new connection, and waits until those that it has set up are in the server's hands.
    ///
    /// From then on a client that connects gets no answer, tries again after a second, and is refused. This takes 50
    /// milliseconds, a second at most. Where the system is not Linux, or the socket is none of TCP, nothing happens.
    func drain() async {
        #if os(Linux)
        guard let socket = channel.withLock({ $0 }) as? any SocketOptionProvider,
            let register = register.withLock({ $0 }),
            (try? await refuseConnections(socket)) != nil
        else { return }
        let began = ContinuousClock.now
        while ContinuousClock.now - began < .seconds(1) {
            // Handshakes that were under way need a round trip to end.
            try? await Task.sleep(for: .milliseconds(50))
            guard let waiting = try? await connectionsWaiting(at: socket) else { return }
            if waiting == 0, register.countOfUnattended == 0 { return }
        }
        #endif
    }

    #if os(Linux)
    /// An instruction of the classic Berkeley packet filter, as `struct sock_filter` has it.
    private struct Instruction {
        let code: UInt16
        var whenTrue: UInt8 = 0
        var whenFalse: UInt8 = 0
        let operand: UInt32
    }

    /// `struct sock_fprog`.
    ///
    /// Safe to share: nobody writes it, and the system reads it only while the instructions are held.
    private struct Program: @unchecked Sendable {
        let count: UInt16
        let instructions: UnsafePointer<Instruction>
    }

    /// Drops segments that ask for a connection, and lets all others pass, which end handshakes or belong to connections.
    private static let dropsRequests = [
        Instruction(code: 0x30, operand: 13),  // load the flags of the TCP header
        Instruction(code: 0x54, operand: 0x12),  // keep SYN and ACK
        Instruction(code: 0x15, whenFalse: 1, operand: 0x02),  // SYN alone?
        Instruction(code: 0x06, operand: 0),  // then nothing of the segment
        Instruction(code: 0x06, operand: .max),  // else all of it
    ]

    private func refuseConnections(_ socket: any SocketOptionProvider) async throws {
        let code = UnsafeMutableBufferPointer<Instruction>.allocate(capacity: Self.dropsRequests.count)
        defer { code.deallocate() }
        _ = code.initialize(from: Self.dropsRequests)
        guard let start = code.baseAddress else { return }
        let program = Program(count: UInt16(code.count), instructions: UnsafePointer(start))
        try await socket.unsafeSetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_ATTACH_FILTER), value: program
        ).get()
    }

    /// How many connections the system has set up that have not been accepted; of a listening socket this field says that.
    private func connectionsWaiting(at socket: any SocketOptionProvider) async throws -> Int {
        let facts: tcp_info = try await socket.unsafeGetSocketOption(
            level: SocketOptionLevel(IPPROTO_TCP), name: SocketOptionName(TCP_INFO)
        ).get()
        return Int(facts.tcpi_unacked)
    }
    #endif
}
