import ArgumentParser
import Checkpoint
import Console
import Devices
import Foundation
import Hub
import ModelRegistry

extension Models {
    struct Available: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the captioners that have a short name, and which of them fit this machine.",
            discussion: """
                A short name may be used wherever a name on the Hub may: --model blip, MODEL_ID=blip, models pull blip, \
                blip@REVISION. Capital letters do not matter. --model and MODEL_ID prefer a folder of that name.

                Memory is about what a process with the model takes, at int4, which is the default on a CPU, and at int8. A \
                model fits if that is at most half of this machine's memory at int4, or of the limit of the container; it is \
                tight if that is more than half.
                """)

        @Flag(help: "Print one JSON object per model, each on its own line.")
        var json = false

        func run() async throws {
            let shelf = try Shelf()
            let memory = MachineMemory.byteCount()
            let snapshots = shelf.hub.cache.snapshots()
            let rows = ModelRegistry.standard.publishedModels.map { model in
                AvailableRow(
                    model, copies: snapshots.filter { "\($0.name)" == model.id }, compiled: shelf.compiled,
                    memory: memory)
            }
            if json {
                for row in rows { print(try jsonLine(row)) }
            } else {
                print(AvailableRow.table(rows))
                complain("This machine has \(ByteCount.text(memory)) of memory for it.")
            }
        }
    }

    /// A captioner that has a short name.
    struct AvailableRow: Encodable {
        let model: PublishedModel
        /// Whether some revision of it is here with all that captioning needs.
        let isFetched: Bool
        /// Whether some revision of it is here, but not all of it.
        let isIncomplete: Bool
        /// What it was compiled in, sorted.
        let precisions: [String]
        /// Bytes of memory that this machine, or the container, has.
        let memory: Int

        /// - Parameter copies: the revisions of it that are here.
        init(_ model: PublishedModel, copies: [CachedSnapshot], compiled: CompiledCopies, memory: Int) {
            self.model = model
            let complete = copies.filter(\.missingFiles.isEmpty)
            isFetched = !complete.isEmpty
            isIncomplete = !copies.isEmpty && complete.isEmpty
            precisions = Set(complete.flatMap(compiled.precisions)).sorted()
            self.memory = memory
        }

        enum CodingKeys: String, CodingKey {
            case alias, licence, fits, fetched, precisions
            case id = "hub_id"
            case modelType = "model_type"
            case downloadBytes = "download_bytes"
            case int4Bytes = "int4_memory_bytes"
            case int8Bytes = "int8_memory_bytes"
            case machineBytes = "machine_memory_bytes"
            case purpose = "good_for"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model.alias, forKey: .alias)
            try container.encode(model.id, forKey: .id)
            try container.encode(model.modelType, forKey: .modelType)
            try container.encode(model.purpose, forKey: .purpose)
            try container.encode(model.licence, forKey: .licence)
            try container.encode(model.downloadBytes, forKey: .downloadBytes)
            try container.encode(model.int4Bytes, forKey: .int4Bytes)
            try container.encode(model.int8Bytes, forKey: .int8Bytes)
            try container.encode(memory, forKey: .machineBytes)
            try container.encode(model.fit(in: memory), forKey: .fits)
            try container.encode(isFetched, forKey: .fetched)
            try container.encode(precisions, forKey: .precisions)
        }

        static func table(_ rows: [AvailableRow]) -> String {
            Models.table(
                [["NAME", "GOOD FOR", "DOWNLOAD", "MEMORY (INT4)", "(INT8)", "FITS", "HERE", "LICENCE", "ON THE HUB"]]
                    + rows.map(\.cells))
        }

        private var cells: [String] {
            [
                model.alias, model.purpose, ByteCount.text(model.downloadBytes),
                "about \(ByteCount.text(model.int4Bytes))",
                "about \(ByteCount.text(model.int8Bytes))", model.fit(in: memory).rawValue, here, model.licence,
                model.id,
            ]
        }

        private var here: String {
            if isIncomplete { return "(incomplete)" }
            if !isFetched { return "–" }
            return precisions.isEmpty ? "fetched" : "compiled \(precisions.joined(separator: ","))"
        }
    }
}
