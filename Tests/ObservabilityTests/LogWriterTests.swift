import Foundation
import StandIns
import Testing

@testable import Observability

@Suite("Log writer")
struct LogWriterTests {
    @Test("An unread pipe blocks nobody; lost lines are counted, and reported once the pipe is read")
    func unreadPipe() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 10_000)
        var count = 0
        // Beyond what the pipe and the buffer hold, lines are dropped.
        while writer.droppedLines < 5 {
            writer.write("line \(count)\n")
            count += 1
        }
        let dropped = writer.droppedLines
        var text = ""
        func told() -> Int { text.matches(of: /"lines":(\d+)}\n/).compactMap { Int($0.1) }.reduce(0, +) }
        while told() < dropped { text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) }
        #expect(told() == dropped)
        let numbers = text.matches(of: /line (\d+)\n/).compactMap { Int($0.1) }
        #expect(numbers.count == count - dropped)
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        writer.write("after\n")
        writer.flush(within: .seconds(60))
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "after\n")
    }

    @Test("Counts lines that a full disk does not take as lost")
    func fullDisk() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let writer = LogWriter(descriptor: full.fileDescriptor)
        writer.write("one\n")
        writer.flush(within: .seconds(60))
        #expect(writer.droppedLines == 1)
    }

    @Test("Loses no lines on a non-blocking descriptor")
    func nonBlocking() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let writer = LogWriter(descriptor: descriptor)
        let line = String(repeating: "x", count: 999) + "\n"
        for _ in 0..<200 { writer.write(line) }  // more than a pipe holds
        var count = 0
        while count < 200_000 { count += pipe.fileHandleForReading.availableData.count }
        #expect(count == 200_000)
        #expect(writer.droppedLines == 0)
    }
}
