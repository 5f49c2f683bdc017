import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Hub token", .heavy)
struct TokenTests {
    @Test("Sends the token with every request to the Hub, and to no other server")
    func staysAtHome() async throws {
        let work = try await Workplace()
        try await work.pull(Workplace.name, try work.hub(variables: ["HF_TOKEN": "hf_secret"]))
        let requests = work.server.requests
        #expect(requests.contains(where: \.isElsewhere) && requests.contains { !$0.isElsewhere })
        for request in requests {
            #expect(request.headers["authorization"] == (request.isElsewhere ? nil : "Bearer hf_secret"))
            #expect(!request.path.contains("hf_secret"))
        }
    }

    @Test("Does not send the token after a redirect to another server")
    func staysBehind() async throws {
        let work = try await Workplace()
        let elsewhere = work.server.elsewhere
        work.server.misbehave { request, reply in
            if request.isElsewhere { return FakeReply(status: 404, code: "RepoNotFound") }
            return FakeReply(status: 307, headers: ["Location": "\(elsewhere)\(request.path)"])
        }
        _ = try await work.failure(Workplace.name, try work.hub(variables: ["HF_TOKEN": "hf_secret"]))
        let there = work.server.requests.filter(\.isElsewhere)
        #expect(!there.isEmpty && there.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test("Origins differ by scheme, host and port")
    func tellsOrigins() throws {
        func origin(_ text: String) -> Origin? { URL(string: text).flatMap(Origin.init) }
        #expect(origin("https://Hub.example/x") == origin("https://hub.example:443"))
        #expect(origin("https://hub.example") != origin("https://hub.example:444"))
        #expect(origin("https://hub.example") != origin("http://hub.example"))
        #expect(origin("https://hub.example") != origin("https://hub.example.evil"))
        #expect(origin("file:///etc/passwd") == nil)
    }
}
