import Foundation
import Testing

@testable import Checkpoint

/// Files of torch.save that were made to harm, and damaged ones. What is refused has run nothing, since there is nothing to run it.
@Suite("Hostile files of torch.save")
struct HostileTorchFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: Data
        let code: CheckpointError.Code
        /// What the message has to say, besides the file's path.
        let words: [String]

        init(_ name: String, _ bytes: some Sequence<UInt8>, _ code: CheckpointError.Code, _ words: String...) {
            (testDescription, self.bytes, self.code, self.words) = (name, Data(bytes), code, words)
        }

        /// An archive of this pickle, and a storage "0" of 24 bytes.
        init(_ name: String, pickle: [UInt8], _ code: CheckpointError.Code = .invalidPickle, _ words: String...) {
            let archive = TorchArchiveBuilder(pickle: pickle, storages: [Data(count: 24)])
            (testDescription, bytes, self.code, self.words) = (name, archive.bytes, code, words)
        }

        /// An archive of one tensor "wte", which lies.
        init(_ name: String, tensor: [UInt8], _ code: CheckpointError.Code = .invalidTensor, _ words: String...) {
            let archive = TorchArchiveBuilder(
                pickle: Pickle.dictionary([("wte", tensor)]), storages: [Data(count: 24)])
            (testDescription, bytes, self.code, self.words) = (name, archive.bytes, code, words + ["wte"])
        }

        /// A sound archive, then changed.
        init(
            _ name: String, _ code: CheckpointError.Code = .invalidArchive, _ words: String...,
            change: (inout TorchArchiveBuilder) -> Void
        ) {
            var archive = HostileTorchFileTests.sound
            change(&archive)
            (testDescription, bytes, self.code, self.words) = (name, archive.bytes, code, words)
        }

        /// What torch itself wrote.
        init(_ name: String, file: String, _ code: CheckpointError.Code, _ words: String...) {
            let bytes = FileManager.default.contents(atPath: TorchFixtures.path(file)) ?? Data()
            (testDescription, self.bytes, self.code, self.words) = (name, bytes, code, words)
        }
    }

    static let sound = TorchArchiveBuilder(
        pickle: Pickle.dictionary([("wte", Pickle.tensor())]), storages: [Data(count: 24)])

    /// The error of a file, once it was opened and every tensor of it looked at.
    private func refusal(of bytes: Data) throws -> (error: CheckpointError?, path: String) {
        let folder = try TemporaryFolder()
        let path = try folder.write("pytorch_model.bin", bytes).path
        let error = checkpointError {
            let file = try TorchFile(path: path)
            for name in file.names { _ = try file.tensor(name).withUnsafeBytes { $0.count } }
        }
        return (error, path)
    }

    @Test(
        "Refuses a hostile or damaged file with its path and the reason",
        arguments: otherFiles + otherObjects + brokenPickles + bombs + lyingTensors + lyingArchives)
    func refused(_ file: Case) throws {
        let (error, path) = try refusal(of: file.bytes)
        let refusal = try #require(error)
        #expect(refusal.code == file.code, "\(refusal)")
        for word in file.words + [path] { #expect(refusal.message.contains(word), "\(word) is not in: \(refusal)") }
        #expect(refusal.message.utf8.count < 2000 + path.utf8.count)
    }

    @Test(
        "Reads the sound file that the others were made from, with zip64's records and without",
        arguments: [true, false])
    func reads(isWide: Bool) throws {
        var archive = Self.sound
        if isWide { archive.wide = TorchArchiveBuilder.Wide() }
        #expect(try refusal(of: archive.bytes).error == nil)
    }

    @Test("Reads sizes and places from zip64's field where the others are all ones")
    func wideFields() throws {
        var archive = Self.sound
        let place = try #require(archive.bytes.range(of: Data("archive/data/0".utf8))).lowerBound - 30
        archive.members[2].size = .max
        archive.members[2].storedSize = .max
        archive.members[2].offset = .max
        let fields = [24, 24, UInt64(place)].flatMap { Pickle.bytes($0) }
        archive.members[2].extra = Data(Pickle.bytes(UInt16(7)) + Pickle.bytes(UInt16(2)) + [0, 0])
        archive.members[2].extra += Data(Pickle.bytes(UInt16(1)) + Pickle.bytes(UInt16(24)) + fields)
        #expect(try refusal(of: archive.bytes).error == nil)
    }

    @Test("Refuses a file that was cut off anywhere", arguments: ["state_dict.bin", "types.bin", "many.bin"])
    func cutOff(file: String) throws {
        let whole = try Data(contentsOf: URL(filePath: TorchFixtures.path(file)))
        for length in stride(from: 0, to: whole.count, by: 97) {
            let error = try refusal(of: whole.prefix(length)).error
            #expect(error != nil, "\(length) bytes")
            #expect([.truncatedFile, .notTorchFile].contains(error?.code), "\(length) bytes: \(error?.message ?? "")")
        }
    }

    @Test(
        "Survives a changed byte anywhere, with the file or with an error that names it",
        arguments: ["state_dict.bin", "views.bin"])
    func changed(file: String) throws {
        let whole = try Data(contentsOf: URL(filePath: TorchFixtures.path(file)))
        let folder = try TemporaryFolder()
        for place in stride(from: 0, to: whole.count, by: 5) {
            var bytes = whole
            bytes[place] ^= [0x01, 0x80, 0xFF][place % 3]
            let path = try folder.write("pytorch_model.bin", bytes).path
            do {
                let file = try TorchFile(path: path)
                for name in file.names { _ = try file.tensor(name).withUnsafeBytes { $0.reduce(0) { $0 ^ $1 } } }
            } catch {
                #expect(error.message.contains(path), "\(error)")
            }
        }
    }

    // MARK: Other files

    static let otherFiles: [Case] = [
        Case("empty", [], .notTorchFile, "empty", "Download"),
        Case(
            "a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".utf8,
            .notTorchFile, "Git LFS", "git lfs pull"),
        Case("a web page", "<!DOCTYPE html><html><body>404</body></html>".utf8, .notTorchFile, "web page"),
        Case("safetensors", safetensors([("a", [1], 1)]), .notTorchFile, "Rename it to model.safetensors"),
        Case("GGUF", "GGUF\u{3}\0\0\0".utf8, .notTorchFile, "GGUF"),
        Case("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .notTorchFile, "HDF5"),
        Case("text", "hello".utf8, .notTorchFile, "zip archive"),
        Case(
            "the form from before PyTorch 1.6", file: "legacy.bin", .notTorchFile, "before PyTorch 1.6",
            "save_pretrained"),
        Case("a TorchScript archive", file: "script.bin", .notTorchFile, "TorchScript", "state_dict"),
        Case("a training state", file: "training.bin", .invalidPickle, "\"model\"", "training state"),
        Case("a whole module", file: "module.bin", .invalidPickle, "__main__.Model", "save_pretrained"),
        Case(
            "a command instead of a tensor", file: "harm.bin", .invalidPickle, "posix.system", "\"weight\"",
            "weights_only"),
        Case("a tensor alone", file: "tensor.bin", .invalidPickle, "state_dict"),
        Case("a tensor with a negative bit", file: "negated.bin", .invalidPickle, "\"flipped\"", "_rebuild_tensor_v2"),
        Case("no data.pkl", .notTorchFile, "data.pkl") { $0.members[0].name = "archive/weights.pkl" },
        Case("big-endian numbers", .notTorchFile, "byte order") { $0.members[1].data = Data("big".utf8) },
        Case("constants.pkl beside data.pkl", .notTorchFile, "TorchScript") {
            $0.members.append(.init("archive/constants.pkl", []))
        },
        Case("code beside data.pkl", .notTorchFile, "TorchScript") {
            $0.members.append(.init("archive/code/__torch__.py", []))
        },
    ]

    // MARK: Objects that weights do not need

    private static func object(_ module: String, _ name: String) -> Case {
        let call = Pickle.object(module, name) + Pickle.tuple([Pickle.text("touch /tmp/harm")]) + Array("R".utf8)
        return Case(
            "\(module).\(name)", pickle: Pickle.program(call), .invalidPickle, "\"\(module).\(name)\"", "weights_only")
    }

    /// STACK_GLOBAL of a module and a name that were pushed.
    private static func stacked(_ module: String, _ name: String) -> [UInt8] {
        Pickle.program(Pickle.text(module) + Pickle.text(name) + [0x93] + Array(")R".utf8))
    }

    static let otherObjects: [Case] =
        [
            ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("builtins", "exec"),
            ("__builtin__", "getattr"),
            ("subprocess", "Popen"), ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("torch.hub", "load"),
            ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_qtensor"),
            ("torch._utils", "_rebuild_sparse_tensor"), ("torch._tensor", "_rebuild_from_type_v2"),
            ("torch.jit._pickle", "build_intlist"), ("numpy.core.multiarray", "_reconstruct"),
            ("collections", "defaultdict"), ("collections.abc", "OrderedDict"), ("torch", "FloatStorage.__reduce__"),
            ("torch", "QInt8Storage"), ("", ""), ("torch ", "FloatStorage"),
        ].map(object) + [
            Case(
                "STACK_GLOBAL of posix.system", pickle: stacked("posix", "system"), .invalidPickle, "\"posix.system\""),
            Case(
                "STACK_GLOBAL with a dotted name", pickle: stacked("collections", "OrderedDict.__class__"),
                .invalidPickle,
                "OrderedDict.__class__"),
            Case(
                "STACK_GLOBAL with a line feed", pickle: stacked("collections\nOrderedDict\ncposix", "system"),
                .invalidPickle, "system"),
            Case(
                "STACK_GLOBAL of numbers", pickle: Pickle.program(Pickle.integer(1) + Pickle.integer(2) + [0x93]),
                .invalidPickle, "no text"),
            Case(
                "STACK_GLOBAL of texts from the memo",
                pickle: Pickle.program(
                    Pickle.text("posix") + Array("q\0".utf8) + Pickle.text("system") + Array("q\u{1}".utf8)
                        + Array("h\0h\u{1}".utf8) + [0x93]),
                .invalidPickle, "posix.system"),
            Case(
                "a call that hides in a tensor's hooks",
                tensor: Pickle.object("torch._utils", "_rebuild_tensor_v2")
                    + Pickle.tuple([
                        Pickle.storage(), Pickle.integer(0), Pickle.tuple([]), Pickle.tuple([]), [0x88],
                        Pickle.object("posix", "system"),
                    ]) + Array("R".utf8),
                .invalidPickle, "posix.system"),
            Case(
                "a name of an object that does not end",
                pickle: [0x80, 2] + Array("c".utf8) + Array(repeating: 97, count: 5000),
                .invalidPickle, "does not end"),
            Case(
                "a very long name", pickle: Pickle.program(Pickle.object(String(repeating: "a", count: 900), "b")),
                .invalidPickle, "aaa"),
            Case(
                "a storage that is called",
                pickle: Pickle.program(Pickle.object("torch", "FloatStorage") + Array(")R".utf8))),
            Case("a text that is called", pickle: Pickle.program(Pickle.text("a") + Array(")R".utf8))),
            Case(
                "an OrderedDict with arguments",
                pickle: Pickle.program(
                    Pickle.object("collections", "OrderedDict") + Pickle.tuple([Array("]".utf8)]) + Array("R".utf8))),
            Case("a state for a dictionary", pickle: Pickle.program(Array("}}b".utf8)), .invalidPickle, "OrderedDict"),
            Case(
                "a state of slots",
                pickle: Pickle.program(Pickle.emptyHooks + Array("}}".utf8) + [0x86] + Array("b".utf8))),
        ]

    // MARK: Pickles that are none

    private static func opcode(_ code: UInt8, _ name: String, _ rest: [UInt8] = []) -> Case {
        Case("the opcode \(name)", pickle: Pickle.program(Array("N".utf8) + [code] + rest), .invalidPickle, name)
    }

    static let brokenPickles: [Case] =
        [
            opcode(0x81, "NEWOBJ"), opcode(0x92, "NEWOBJ_EX"),
            opcode(UInt8(ascii: "i"), "INST", Array("os\nsystem\n".utf8)),
            opcode(UInt8(ascii: "o"), "OBJ"), opcode(0x82, "EXT1", [1]),
            opcode(UInt8(ascii: "P"), "PERSID", [0x30, 0x0A]),
            opcode(UInt8(ascii: "2"), "DUP"), opcode(UInt8(ascii: "0"), "POP"), opcode(0x8F, "EMPTY_SET"),
            opcode(0x80, "PROTO", [2]), opcode(0x8B, "LONG4", [0xFF, 0xFF, 0xFF, 0x7F]),
            opcode(UInt8(ascii: "I"), "INT", Array("1\n".utf8)),
            opcode(0x96, "BYTEARRAY8", [UInt8](repeating: 0xFF, count: 8)),
        ] + [
            Case("an empty pickle", pickle: [], .invalidPickle, "protocol"),
            Case("protocol 0", pickle: Array("(dp0\n.".utf8), .invalidPickle, "protocol"),
            Case("protocol 255", pickle: [0x80, 255] + Array("}.".utf8), .invalidPickle, "protocol"),
            Case("no end", pickle: [0x80, 2] + Array("}".utf8), .invalidPickle, "last opcode"),
            Case("bytes behind the end", pickle: Pickle.program(Array("}".utf8)) + [0], .invalidPickle, "1 bytes left"),
            Case("two values", pickle: Pickle.program(Array("}}".utf8)), .invalidPickle, "2 values"),
            Case("no value", pickle: Pickle.program([]), .invalidPickle, "0 values"),
            Case("an open mark", pickle: Pickle.program(Array("}(".utf8))),
            Case("no dictionary", pickle: Pickle.program(Array("N".utf8)), .invalidPickle, "state_dict"),
            Case("an unknown memo", pickle: Pickle.program(Array("h\u{5}".utf8)), .invalidPickle, "memo"),
            Case(
                "a memo of four billion", pickle: Pickle.program(Array("}r".utf8) + Pickle.bytes(UInt32.max)),
                .invalidPickle, "memo"),
            Case("a memo of nothing", pickle: Pickle.program([0x94])),
            Case("a mark in a value's place", pickle: Pickle.program(Array("N(R".utf8))),
            Case("a value from below a mark", pickle: Pickle.program(Array("}NN(s".utf8))),
            Case("a tuple without its mark", pickle: Pickle.program(Array("t".utf8)), .invalidPickle, "mark"),
            Case("three of two values", pickle: Pickle.program(Array("NN".utf8) + [0x87])),
            Case("an odd number of names and values", pickle: Pickle.program(Array("}(N".utf8) + Array("u".utf8))),
            Case(
                "a key that is a number",
                pickle: Pickle.program(Array("}".utf8) + Pickle.integer(1) + Array("Ns".utf8)), .invalidPickle,
                "no text"),
            Case("a number that is filled", pickle: Pickle.program(Array("N(u".utf8)), .invalidPickle, "dictionary"),
            Case("a list that is none", pickle: Pickle.program(Array("}Na".utf8)), .invalidPickle, "list"),
            Case(
                "an entry that is no tensor", pickle: Pickle.dictionary([("epoch", Pickle.integer(3))]), .invalidPickle,
                "\"epoch\""),
            Case(
                "a tensor given twice",
                pickle: Pickle.dictionary([("wte", Pickle.tensor()), ("wte", Pickle.tensor())]),
                .invalidPickle, "two tensors", "\"wte\""),
            Case(
                "a name with an escape sequence", pickle: Pickle.dictionary([("a\u{1B}[2J", Pickle.tensor())]),
                .invalidPickle,
                "control characters"),
            Case(
                "a long name", pickle: Pickle.dictionary([(String(repeating: "a", count: 1001), Pickle.tensor())]),
                .invalidPickle, "too long"),
            Case(
                "a text that is not UTF-8", pickle: Pickle.program(Array("X".utf8) + Pickle.bytes(UInt32(1)) + [0xFF]),
                .invalidPickle, "UTF-8"),
            Case(
                "a text of four gigabytes", pickle: Pickle.program(Array("X".utf8) + Pickle.bytes(UInt32.max)),
                .invalidPickle,
                "4294967295"),
            Case(
                "a text of 2^64 - 1 bytes", pickle: Pickle.program([0x8D] + Pickle.bytes(UInt64.max)), .invalidPickle,
                "\(UInt64.max)"),
            Case("a text that is cut off", pickle: Pickle.program([0x8C, 200]), .invalidPickle, "200 bytes"),
            Case("a number that is cut off", pickle: [0x80, 2, 0x8A, 8, 1], .invalidPickle, "8 bytes"),
            Case("a number of 255 bytes", pickle: Pickle.program([0x8A, 255]), .invalidPickle, "255"),
            Case(
                "a frame of 2^64 - 1 bytes", pickle: Pickle.program([0x95] + Pickle.bytes(UInt64.max)), .invalidPickle,
                "frame"),
            persistent("a persistent id that is a text", Pickle.text("0")),
            persistent("a persistent id of four", Pickle.tuple([Pickle.text("storage"), [0x4E], [0x4E], [0x4E]])),
            persistent(
                "a persistent id of something else",
                Pickle.tuple([
                    Pickle.text("module"), Pickle.object("torch", "FloatStorage"), Pickle.text("0"), Pickle.text("cpu"),
                    Pickle.integer(6),
                ])),
            persistent(
                "a persistent id with a text for its type",
                Pickle.tuple([
                    Pickle.text("storage"), Pickle.text("FloatStorage"), Pickle.text("0"), Pickle.text("cpu"),
                    Pickle.integer(6),
                ])),
            Case(
                "a storage's key that leads elsewhere", pickle: Pickle.program(Pickle.storage("../../etc/passwd")),
                .invalidPickle, "etc/passwd"),
            Case("a storage without a key", pickle: Pickle.program(Pickle.storage(""))),
            Case("a storage of -1 numbers", pickle: Pickle.program(Pickle.storage(count: -1)), .invalidPickle, "-1"),
            Case(
                "a storage of 2^62 numbers", pickle: Pickle.program(Pickle.storage(count: 1 << 62)), .invalidPickle,
                "\(1 << 62)"),
        ]

    private static func persistent(_ name: String, _ id: [UInt8]) -> Case {
        Case(name, pickle: Pickle.program(id + Array("Q".utf8)), .invalidPickle, "persistent id")
    }

    // MARK: Bombs

    /// A tuple of two, of which each is a tuple of the two before: 2^30 values, if they were counted.
    private static let doubling: [UInt8] = (0..<30).reduce(into: Array(")".utf8)) { code, index in
        code += [UInt8(ascii: "q"), UInt8(index), UInt8(ascii: "h"), UInt8(index), 0x86]
    }

    static let bombs: [Case] = [
        Case("tuples that double", pickle: Pickle.program(doubling), .invalidPickle, "state_dict"),
        Case(
            "tuples that double, in a dictionary", pickle: Pickle.dictionary([("a", doubling)]), .invalidPickle, "\"a\""
        ),
        Case(
            "300,000 tuples in each other",
            pickle: Pickle.program(Array(")".utf8) + Array(repeating: 0x85, count: 300_000)),
            .invalidPickle, "state_dict"),
        Case(
            "two million tuples in each other",
            pickle: Pickle.program(Array(")".utf8) + Array(repeating: 0x85, count: 2_000_000)), .invalidPickle,
            "1000000"),
        Case(
            "a dictionary in itself",
            pickle: Pickle.program(Array("}q\0".utf8) + Pickle.text("a") + Array("h\0s".utf8)),
            .invalidPickle, "\"a\""),
        Case(
            "a million marks", pickle: [0x80, 2] + Array(repeating: UInt8(ascii: "("), count: 1_000_000),
            .invalidPickle, "marks"),
        Case(
            "a million values", pickle: [0x80, 2] + Array(repeating: UInt8(ascii: "N"), count: 1_000_000),
            .invalidPickle, "values"),
        Case(
            "two million entries of the memo",
            pickle: [0x80, 2] + Array("N".utf8) + Array(repeating: 0x94, count: 2_000_000),
            .invalidPickle, "1000000"),
        Case(
            "a pickle of 17 MB", pickle: [0x80, 2] + Array(repeating: UInt8(ascii: "N"), count: 17 << 20),
            .invalidArchive,
            "data.pkl"),
        Case(
            "a storage that 2,000 tensors share",
            TorchArchiveBuilder(
                pickle: Pickle.dictionary(
                    (0..<2000).map { ("t\($0)", Pickle.tensor(Pickle.storage(count: 250_000), shape: [250_000])) }),
                storages: [Data(count: 1_000_000)]
            ).bytes, .invalidTensor, "16 times"),
    ]

    // MARK: Tensors that lie

    static let lyingTensors: [Case] = [
        Case(
            "more sizes than there are bytes", tensor: Pickle.tensor(shape: [7]), .invalidTensor, "beyond its storage",
            "6 elements"),
        Case("an offset that leads beyond", tensor: Pickle.tensor(offset: 1), .invalidTensor, "offset 1"),
        Case("an offset near 2^63", tensor: Pickle.tensor(offset: .max, shape: [1]), .invalidTensor, "beyond"),
        Case("an offset of an empty tensor", tensor: Pickle.tensor(offset: 7, shape: [0]), .invalidTensor, "offset 7"),
        Case(
            "strides that lead beyond", tensor: Pickle.tensor(shape: [3, 2], strides: [2, 2]), .invalidTensor,
            "strides [2, 2]"),
        Case("strides near 2^63", tensor: Pickle.tensor(shape: [3], strides: [.max]), .invalidTensor, "strides"),
        Case(
            "strides whose sum overflows", tensor: Pickle.tensor(shape: [2, 2], strides: [.max, .max]), .invalidTensor,
            "strides"),
        Case("a negative stride", tensor: Pickle.tensor(offset: 5, strides: [-1]), .invalidPickle, "strides"),
        Case("a negative offset", tensor: Pickle.tensor(offset: -1), .invalidPickle, "-1"),
        Case("a negative size", tensor: Pickle.tensor(shape: [-6]), .invalidPickle, "sizes"),
        Case(
            "sizes whose product overflows", tensor: Pickle.tensor(shape: [1 << 32, 1 << 32], strides: [0, 0]),
            .invalidTensor, "any memory"),
        Case(
            "an overflow hidden by a zero", tensor: Pickle.tensor(shape: [1 << 32, 1 << 32, 0], strides: [0, 0, 0]),
            .invalidTensor, "any memory"),
        Case(
            "a terabyte of one number", tensor: Pickle.tensor(shape: [1 << 38], strides: [0]), .invalidTensor, "repeats"
        ),
        Case(
            "fewer strides than sizes", tensor: Pickle.tensor(shape: [2, 3], strides: [1]), .invalidPickle,
            "2 sizes and 1 strides"),
        Case(
            "65 dimensions",
            tensor: Pickle.tensor(shape: Array(repeating: 1, count: 65), strides: Array(repeating: 1, count: 65)),
            .invalidPickle, "sizes"),
        Case("a storage that is not there", tensor: Pickle.tensor(Pickle.storage("7")), .invalidTensor, "storage 7"),
        Case(
            "a storage with a leading zero", tensor: Pickle.tensor(Pickle.storage("00")), .invalidTensor, "storage 00"),
        Case(
            "a storage larger than its member", tensor: Pickle.tensor(Pickle.storage(count: 7)), .invalidTensor,
            "28 bytes and has 24"),
        Case(
            "a storage smaller than its member", tensor: Pickle.tensor(Pickle.storage(count: 5), shape: [5]),
            .invalidTensor, "20 bytes and has 24"),
        Case(
            "a storage of another type", tensor: Pickle.tensor(Pickle.storage(type: "DoubleStorage")), .invalidTensor,
            "48 bytes"),
        Case(
            "a type for a storage", tensor: Pickle.tensor(Pickle.storage(type: "uint16")), .invalidPickle,
            "persistent id"),
        Case("a number for a storage", tensor: Pickle.tensor(Pickle.integer(0)), .invalidPickle, "storage"),
    ]

    // MARK: Archives that lie

    static let lyingArchives: [Case] = [
        Case("a compressed member", .invalidArchive, "compressed", "data.pkl") { $0.members[0].method = 8 },
        Case("a zip bomb", .invalidArchive, "compressed", "data/0") {
            $0.members[2].method = 8
            $0.members[2].size = 0xFFFF_FFF0
        },
        Case("two sizes", .invalidArchive, "two sizes") { $0.members[2].storedSize = 23 },
        Case("an encrypted member", .invalidArchive, "encrypted") { $0.members[2].flags = 1 },
        Case("a strongly encrypted member", .invalidArchive, "encrypted") { $0.members[2].flags = 0x41 },
        Case("unknown flags", .invalidArchive, "flags") { $0.members[2].flags = 0x20 },
        Case("a compressed header of a plain member", .invalidArchive, "contradict") { $0.members[2].localMethod = 8 },
        Case("another name in front of the data", .invalidArchive, "contradict") {
            $0.members[2].localName = "archive/data/1"
        },
        Case("a symbolic link", .invalidArchive, "symbolic link", "data/0") {
            $0.members[2].system = 3
            $0.members[2].attributes = 0o120777 << 16
        },
        Case("a named pipe", .invalidArchive, "special file") {
            $0.members[2].system = 3
            $0.members[2].attributes = 0o010644 << 16
        },
        Case("a name above the folder", .invalidArchive, "archive/../x") { $0.members[3].name = "archive/../x" },
        Case("an absolute name", .invalidArchive, "/etc/passwd") { $0.members[3].name = "/etc/passwd" },
        Case("a name with a backslash", .invalidArchive, "plain name") { $0.members[3].name = "archive\\x" },
        Case("a name with a NUL", .invalidArchive, "plain name") { $0.members[3].name = "archive/x\0" },
        Case("a folder", .invalidArchive, "plain name") { $0.members[3].name = "archive/data/" },
        Case("a name without a folder", .invalidArchive, "plain name") { $0.members[3].name = "version" },
        Case("a long name", .invalidArchive, "plain name") {
            $0.members[3].name = "archive/" + String(repeating: "a", count: 2000)
        },
        Case("two folders", .invalidArchive, "\"other\"") { $0.members[3].name = "other/data.pkl" },
        Case("a name given twice", .invalidArchive, "twice", "data/0") {
            $0.members.append(.init("archive/data/0", Data(count: 24)))
        },
        Case("two pickles", .invalidArchive, "twice", "data.pkl") { $0.members.append(.init("archive/data.pkl", [])) },
        Case("members in one place", .invalidArchive, "contradict") { $0.members[3].offset = 0 },
        Case("a member in the data of another", .invalidArchive, "overlap") { archive in
            // The data of "1" is a whole header and data of "2".
            var inner = TorchArchiveBuilder(pickle: [])
            inner.members = [.init("archive/data/2", Data(count: 8))]
            let outer = archive.bytes.range(of: Data("PK\u{1}\u{2}".utf8))?.lowerBound ?? 0
            archive.members.append(.init("archive/data/1", inner.bytes.prefix(30 + 14 + 8)))
            archive.members.append(.init("archive/data/2", Data(count: 8)))
            archive.members[5].offset = UInt32(outer + 30 + 14)
        },
        Case("a place beyond the file", .invalidArchive, "no header") { $0.members[3].offset = 0x7FFF_FFFF },
        Case("a place in the table", .invalidArchive, "no header") {
            $0.members[3].offset = UInt32($0.bytes.count - 40)
        },
        Case("data beyond the file", .truncatedFile, "cut off", "data/0") {
            $0.members[2].size = 1 << 30
            $0.members[2].storedSize = 1 << 30
        },
        Case("zip64 sizes that are not there", .invalidArchive, "zip64") { $0.members[2].offset = .max },
        Case("a zip64 field that is too short", .invalidArchive, "zip64") {
            $0.members[2].offset = .max
            $0.members[2].extra = Data(Pickle.bytes(UInt16(1)) + Pickle.bytes(UInt16(4)) + [0, 0, 0, 0])
        },
        Case("a zip64 field longer than its field", .invalidArchive, "zip64") {
            $0.members[2].offset = .max
            $0.members[2].extra = Data(Pickle.bytes(UInt16(1)) + Pickle.bytes(UInt16(4000)) + [0, 0, 0, 0])
        },
        Case("a zip64 place of 2^64 - 1", .invalidArchive, "zip64") {
            $0.members[2].offset = .max
            $0.members[2].extra = Data(Pickle.bytes(UInt16(1)) + Pickle.bytes(UInt16(8)) + Pickle.bytes(UInt64.max))
        },
        Case("another number of members in zip64's record", .invalidArchive, "contradict") {
            $0.wide = .init(count: 7)
        },
        Case("another place in zip64's record", .invalidArchive, "contradict") { $0.wide = .init(offset: 7) },
        Case("a place of zip64's record of 2^64 - 1", .invalidArchive, "zip64") { $0.wide = .init(recordOffset: .max) },
        Case("a place of 2^64 - 1 in zip64's record", .invalidArchive, "zip64") {
            $0.directoryOffset = .max
            $0.wide = .init(offset: .max)
        },
        Case("a missing zip64 record", .invalidArchive, "zip64") { $0.directoryOffset = .max },
        Case("a table before the file", .invalidArchive, "cannot be") { $0.directoryOffset = 0 },
        Case("a table behind the file", .invalidArchive, "cannot be") { $0.directoryOffset = 0x7FFF_FFFF },
        Case("more members than the table has", .invalidArchive, "cannot be") { $0.count = 60_000 },
        Case("fewer members than the table has", .invalidArchive, "4 members") { $0.count = 3 },
        Case("a comment", .truncatedFile) { $0.comment = Data("hello".utf8) },
        Case("bytes behind the end", sound.bytes + Data([0]), .truncatedFile, "follows"),
        Case("bytes in front", Data("PK\u{3}\u{4}".utf8) + sound.bytes, .invalidArchive),
        Case("nothing but an end", "PK\u{3}\u{4}".utf8, .truncatedFile),
        Case("no members", .notTorchFile) { $0.members = [] },
    ]
}
