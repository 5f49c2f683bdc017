import Foundation
import Logging
import StandIns
import Testing

@testable import Observability

@Suite("Log lines")
struct JSONLogHandlerTests {
    private func line(_ log: (inout Logger) -> Void) throws -> String {
        let journal = Journal()
        var logger = Logger(label: "test") { _ in JSONLogHandler(level: .info, write: journal.note) }
        log(&logger)
        return try #require(journal.all.first)
    }

    @Test("A log line is a JSON object: timestamp, level, message, then the fields")
    func order() throws {
        let line = try line { $0.warning("Look out", metadata: ["b": "2", "a": .stringConvertible(1.5)]) }
        #expect(line.hasPrefix("{\"timestamp\":\"20"))
        #expect(line.hasSuffix("Z\",\"level\":\"warning\",\"message\":\"Look out\",\"a\":1.5,\"b\":\"2\"}\n"))
    }

    @Test(
        "Any text stays on one line of valid JSON",
        arguments: [
            "quotes \" and \\ backslashes", "line\nbreak\r\n\ttab", "\u{0}\u{1F}\u{7F}\u{2028}", "Grüße 🌊", "",
        ])
    func escaping(text: String) throws {
        let line = try line { $0.info("\(text)", metadata: ["field \(text)": "\(text)"]) }
        #expect(line.dropLast().allSatisfy { !$0.isNewline || $0 == "\u{2028}" })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["message"] == text)
        #expect(object["field \(text)"] == text)
    }

    @Test("Numbers, booleans, lists and maps keep their JSON type")
    func kinds() throws {
        let line = try line {
            $0.info(
                "m",
                metadata: [
                    "int": .stringConvertible(3), "bool": .stringConvertible(true), "list": ["a", "b"],
                    "map": ["k": "v"],
                    "nan": .stringConvertible(Double.nan),
                ])
        }
        #expect(line.hasSuffix(#""bool":true,"int":3,"list":["a","b"],"map":{"k":"v"},"nan":"nan"}"# + "\n"))
    }

    @Test("Adds the logger's fields to every line, below the event's; the request id is request_id")
    func loggerFields() throws {
        let line = try line {
            $0[metadataKey: JSONLogHandler.requestIDKey] = "id-1"
            $0[metadataKey: "a"] = "logger"
            $0.info("m", metadata: ["a": "event", "level": "hidden"])
        }
        #expect(line.hasSuffix(#""message":"m","a":"event","request_id":"id-1"}"# + "\n"))
    }
}
