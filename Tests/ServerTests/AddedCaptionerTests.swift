import Captioning
import Devices
import Foundation
import HTTPTypes
import HummingbirdTesting
import MeanColour
import ModelRegistry
import StandIns
import Testing

@testable import Server

@Suite("Served added captioner", .heavy)
struct AddedCaptionerTests {
    private let server = TestServer(model: {
        let registry: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]
        let folder = try MeanColourCheckpoint.write(to: FileManager.default.temporaryDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try GenerativeCaptionModel(
            try registry.checkpoint(folder), name: "colours", cache: folder, execution: Execution(.cpu, .fp32))
    })

    @Test("Serves an added captioner's captions, beams and stage times")
    func captions() async throws {
        try await server.run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("3", as: "num_beams")
            form.add("3", as: "num_return_sequences")
            let answer = try await client.caption(form.body).object()
            let captions = try #require(answer["captions"] as? [String])
            #expect(Set(captions) == ["a red picture", "a green picture", "a blue picture"])
            #expect(answer["caption"] as? String == captions[0])
            let times = try #require(answer["processing_time"] as? [String: Double])
            #expect(times["colour_seconds"] != nil && times["prefill_seconds"] != nil && times["vision_seconds"] == 0)
        }
    }

    @Test("Streams an added captioner word by word")
    func streams() async throws {
        try await server.run(.router) { client in
            let events = try Events(try await client.stream(prompt: "a green"))
            #expect(events.text == "a green picture")
            #expect(events.all.last?.data["caption"] as? String == "a green picture")
        }
    }

    @Test("GET /model/info describes an added captioner")
    func described() async throws {
        try await server.run(.router) { client in
            let answer = try await client.execute(uri: "/model/info", method: .get).object()
            let model = try #require(answer["model_info"] as? [String: Any])
            #expect(model["model_name"] as? String == "colours" && model["architecture"] as? String == "mean colour")
            let limits = try #require(model["limits"] as? [String: Any])
            #expect(limits["image_size"] as? [Int] == [8, 8] && limits["query_tokens"] as? Int == 1)
        }
    }
}
