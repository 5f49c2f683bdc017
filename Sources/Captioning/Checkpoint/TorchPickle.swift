/// What `data.pkl` says: which tensors there are, and where in which storage each lies. Reading it executes nothing.
///
/// A pickle is a program for a stack machine, and Python's own machine calls whatever function it names. This one knows the
/// opcodes that torch.save makes Python write (protocols 2 to 5), and the few objects that weights are made of: tensors, parameters,
/// storages, ordered dictionaries. Every other object is refused by its name as soon as it is named, and every other opcode as
/// well. Nothing that was read refers to anything but by number, so that values that hold each other cost neither time nor stack.
///
/// Sources: https://github.com/python/cpython/blob/main/Lib/pickletools.py (the opcodes),
/// https://docs.pytorch.org/docs/stable/notes/serialization.html and torch/_utils.py (what torch.save writes).
struct TorchPickle {
    /// A tensor as the pickle describes it; nothing is compared with the storage yet.
    struct Tensor {
        let storage: Storage
        let scalarType: ScalarType
        /// In elements, from the storage's beginning.
        let offset: Int
        let shape: [Int]
        /// In elements.
        let strides: [Int]
    }

    /// A storage as a tensor refers to it.
    struct Storage {
        /// The name of its member in the folder `data/`.
        let key: String
        let byteCount: Int
        /// Nil where the tensor says what its elements are (`torch.storage.UntypedStorage`).
        let scalarType: ScalarType?
    }

    /// The tensors with their names, in the order in which they were saved.
    private(set) var tensors: [(name: String, tensor: Tensor)] = []

    /// - Parameters:
    ///   - bytes: `data.pkl`.
    ///   - path: the file's name in errors.
    /// - Throws: `invalidPickle`.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        var machine = PickleMachine(bytes: bytes, path: path)
        guard case .dictionary(let number) = try machine.run() else {
            throw machine.invalid(
                "what was saved is no state_dict, from names to tensors. Save model.state_dict(), or use save_pretrained."
            )
        }
        var names = Set<String>()
        for (name, value) in machine.dictionaries[number].members {
            guard name.utf8.count <= SafetensorsHeader.maximumNameByteCount,
                name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw machine.invalid("the name of a tensor is too long or has control characters in it.")
            }
            guard case .tensor(let tensor) = value else {
                throw machine.invalid(
                    "its entry \"\(name)\" is no tensor, so this is a training state or another program's checkpoint rather than "
                        + "weights. Load it with transformers and save it again with save_pretrained.")
            }
            guard names.insert(name).inserted else { throw machine.invalid("two tensors are named \"\(name)\".") }
            tensors.append((name, machine.tensors[tensor]))
        }
    }
}

/// The stack machine.
private struct PickleMachine {
    let bytes: UnsafeRawBufferPointer
    let path: String
    private var offset = 0
    private var stack: [Value] = []
    /// Where in the stack each open mark is.
    private var marks: [Int] = []
    private var memo: [Value] = []
    private var valueCount = 0
    /// The objects that values refer to by number.
    private var tuples: [[Value]] = [[]]
    private(set) var dictionaries: [Mapping] = []
    private var lists: [[Value]] = []
    private var storages: [TorchPickle.Storage] = []
    private(set) var tensors: [TorchPickle.Tensor] = []

    /// Python's pickler writes a thousand values before it empties the stack, and nests a few marks.
    private static let maximumStackCount = 10_000
    private static let maximumMarkCount = 64
    /// Objects, what is in them, and entries of the memo. A tensor takes about forty, so that is 25,000 tensors and some 50 MB.
    private static let maximumValueCount = 1_000_000
    private static let maximumTextByteCount = 10_000
    private static let maximumRank = SafetensorsHeader.maximumRank

    enum Value {
        case none
        case boolean(Bool)
        case integer(Int)
        /// Numbers with a fraction are let be in the `_metadata` of a state_dict, and mean nothing to weights.
        case real
        case text(String)
        case object(PickledObject)
        case tuple(Int)
        case list(Int)
        case dictionary(Int)
        case storage(Int)
        case tensor(Int)
    }

    /// A dictionary, ordered or not.
    struct Mapping {
        let isOrdered: Bool
        var members: [(name: String, value: Value)] = []
    }

    init(bytes: UnsafeRawBufferPointer, path: String) {
        (self.bytes, self.path) = (bytes, path)
    }

    /// - Parameter reason: the rest of the sentence, and what to do.
    func invalid(_ reason: String) -> CheckpointError {
        CheckpointError(.invalidPickle, "The pickle in \(path) is not one of weights: \(reason)")
    }

    /// Where the machine stands, and in which tensor: its name was pushed before it.
    private var position: String {
        let texts = stack.suffix(16).compactMap { value -> String? in
            if case .text(let text) = value { Self.shown(text) } else { nil }
        }
        return "at byte \(offset)" + (texts.isEmpty ? "" : " after \(texts.suffix(5).joined(separator: ", "))")
    }

    /// A text of the pickle as an error shows it. Cut by scalars, since one character may have thousands.
    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(100))).debugDescription
    }

    private func failure(_ reason: String) -> CheckpointError {
        invalid(
            "\(reason), \(position). Download it again, or load it with transformers and save it again with "
                + "save_pretrained, which writes safetensors.")
    }

    // MARK: Bytes

    private mutating func take(_ count: Int, of what: String) throws(CheckpointError) -> UnsafeRawBufferPointer {
        guard count <= bytes.count - offset else {
            throw failure("\(what) should take \(count) bytes and \(bytes.count - offset) follow")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// A little-endian number of `count` bytes.
    private mutating func number(_ count: Int) throws(CheckpointError) -> UInt64 {
        try take(count, of: "a number").reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A text whose length was given.
    private mutating func text(_ count: UInt64) throws(CheckpointError) -> Value {
        guard let count = Int(exactly: count), count <= Self.maximumTextByteCount else {
            throw failure("a text should take \(count) bytes; at most \(Self.maximumTextByteCount) are allowed")
        }
        guard let text = String(validating: try take(count, of: "a text"), as: UTF8.self) else {
            throw failure("a text is not UTF-8")
        }
        return .text(text)
    }

    /// The rest of a line.
    private mutating func line() throws(CheckpointError) -> String {
        let rest = bytes[offset..<min(bytes.count, offset + 1000)]
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw failure("the name of an object does not end")
        }
        defer { offset = end + 1 }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    // MARK: The stack

    private mutating func push(_ value: Value) throws(CheckpointError) {
        guard stack.count < Self.maximumStackCount else {
            throw failure("it holds more than \(Self.maximumStackCount) values at once")
        }
        stack.append(value)
    }

    private mutating func pop() throws(CheckpointError) -> Value {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw failure("a value is asked for where there is none")
        }
        return value
    }

    private func top() throws(CheckpointError) -> Value {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw failure("a value is asked for where there is none")
        }
        return value
    }

    /// The values above the last mark, which is taken away.
    private mutating func popToMark() throws(CheckpointError) -> [Value] {
        guard let mark = marks.popLast() else { throw failure("a mark is asked for where there is none") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    /// Counts what is kept.
    private mutating func keep(_ count: Int) throws(CheckpointError) {
        valueCount += count
        guard valueCount <= Self.maximumValueCount else {
            throw failure("it makes more than \(Self.maximumValueCount) objects")
        }
    }

    private mutating func pushTuple(_ values: [Value]) throws(CheckpointError) {
        try keep(1 + values.count)
        tuples.append(values)
        try push(.tuple(tuples.count - 1))
    }

    private mutating func pushDictionary(isOrdered: Bool) throws(CheckpointError) {
        try keep(1)
        dictionaries.append(Mapping(isOrdered: isOrdered))
        try push(.dictionary(dictionaries.count - 1))
    }

    private mutating func memoize(_ number: UInt64) throws(CheckpointError) {
        let value = try top()
        // Python numbers them as they come, so that nothing has to be made for a number of four billion.
        guard number <= memo.count else { throw failure("the memo has \(memo.count) entries, and \(number) is set") }
        try keep(1)
        if number == memo.count { memo.append(value) } else { memo[Int(number)] = value }
    }

    private mutating func recall(_ number: UInt64) throws(CheckpointError) {
        guard number < memo.count else {
            throw failure("the memo has \(memo.count) entries, and \(number) is asked for")
        }
        try push(memo[Int(number)])
    }

    // MARK: Opcodes

    /// Runs the program to its end.
    ///
    /// - Returns: the one value that it leaves.
    mutating func run() throws(CheckpointError) -> Value {
        guard bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) else {
            throw failure("it does not begin with a protocol from 2 to 5")
        }
        offset = 2
        while offset < bytes.count {
            let opcode = bytes[offset]
            offset += 1
            if opcode == UInt8(ascii: ".") {
                guard stack.count == 1, marks.isEmpty, offset == bytes.count else {
                    throw failure("it ends with \(stack.count) values and \(bytes.count - offset) bytes left")
                }
                return stack[0]
            }
            try execute(opcode)
        }
        throw failure("it ends without its last opcode")
    }

    private mutating func execute(_ opcode: UInt8) throws(CheckpointError) {
        switch opcode {
        // FRAME says how much to read at once, and changes nothing.
        case 0x95:
            let count = try number(8)
            guard count <= UInt64(bytes.count - offset) else {
                throw failure("a frame should take \(count) bytes and \(bytes.count - offset) follow")
            }
        // NONE, NEWTRUE, NEWFALSE
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.boolean(true))
        case 0x89: try push(.boolean(false))
        // BININT, BININT1, BININT2, LONG1
        case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case UInt8(ascii: "K"): try push(.integer(Int(try number(1))))
        case UInt8(ascii: "M"): try push(.integer(Int(try number(2))))
        case 0x8A:
            let count = Int(try number(1))
            guard count <= 8 else { throw failure("a number of \(count) bytes is more than any size") }
            let bits = try number(count)
            let unused = 64 - 8 * count
            try push(.integer(count == 0 ? 0 : Int(Int64(bitPattern: bits << unused) >> unused)))
        // BINFLOAT
        case UInt8(ascii: "G"):
            _ = try number(8)
            try push(.real)
        // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
        case UInt8(ascii: "X"): try push(text(number(4)))
        case 0x8C: try push(text(number(1)))
        case 0x8D: try push(text(number(8)))
        // EMPTY_TUPLE, MARK … TUPLE, TUPLE1, TUPLE2, TUPLE3
        case UInt8(ascii: ")"): try push(.tuple(0))
        case UInt8(ascii: "("):
            guard marks.count < Self.maximumMarkCount else {
                throw failure("it opens more than \(Self.maximumMarkCount) marks")
            }
            marks.append(stack.count)
        case UInt8(ascii: "t"): try pushTuple(popToMark())
        case 0x85...0x87:
            var values: [Value] = []
            for _ in 0x85...opcode { values.append(try pop()) }
            try pushTuple(values.reversed())
        // EMPTY_DICT, SETITEM, SETITEMS
        case UInt8(ascii: "}"): try pushDictionary(isOrdered: false)
        case UInt8(ascii: "s"):
            let value = try pop()
            try set([try pop(), value])
        case UInt8(ascii: "u"): try set(popToMark())
        // EMPTY_LIST, APPEND, APPENDS
        case UInt8(ascii: "]"):
            try keep(1)
            lists.append([])
            try push(.list(lists.count - 1))
        case UInt8(ascii: "a"): try append([pop()])
        case UInt8(ascii: "e"): try append(popToMark())
        // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
        case UInt8(ascii: "q"): try memoize(number(1))
        case UInt8(ascii: "r"): try memoize(number(4))
        case 0x94: try memoize(UInt64(memo.count))
        case UInt8(ascii: "h"): try recall(number(1))
        case UInt8(ascii: "j"): try recall(number(4))
        // GLOBAL, STACK_GLOBAL
        case UInt8(ascii: "c"):
            let module = try line()
            try pushObject(module, try line())
        case 0x93:
            let (name, module) = (try pop(), try pop())
            guard case .text(let name) = name, case .text(let module) = module else {
                throw failure("an object is named by something that is no text")
            }
            try pushObject(module, name)
        case UInt8(ascii: "R"): try call()
        case UInt8(ascii: "b"): try build()
        case UInt8(ascii: "Q"): try pushStorage()
        default:
            let name = Self.otherOpcodes[opcode].map { " (\($0))" } ?? ""
            throw failure("it has the opcode \(opcode)\(name), which torch.save does not write for weights")
        }
    }

    /// Opcodes that are refused, as pickletools calls them.
    private static let otherOpcodes: [UInt8: String] = [
        UInt8(ascii: "0"): "POP", UInt8(ascii: "1"): "POP_MARK", UInt8(ascii: "2"): "DUP", UInt8(ascii: "F"): "FLOAT",
        UInt8(ascii: "I"): "INT", UInt8(ascii: "L"): "LONG", UInt8(ascii: "P"): "PERSID", UInt8(ascii: "S"): "STRING",
        UInt8(ascii: "T"): "BINSTRING", UInt8(ascii: "U"): "SHORT_BINSTRING", UInt8(ascii: "V"): "UNICODE",
        UInt8(ascii: "B"): "BINBYTES", UInt8(ascii: "C"): "SHORT_BINBYTES", UInt8(ascii: "d"): "DICT",
        UInt8(ascii: "g"): "GET", UInt8(ascii: "i"): "INST", UInt8(ascii: "l"): "LIST", UInt8(ascii: "o"): "OBJ",
        UInt8(ascii: "p"): "PUT", 0x80: "PROTO", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
        0x8B: "LONG4",
        0x8E: "BINBYTES8", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
        0x96: "BYTEARRAY8",
        0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]

    /// Puts names and values, one after the other, into the dictionary on top of the stack.
    private mutating func set(_ pairs: [Value]) throws(CheckpointError) {
        guard case .dictionary(let number) = try top(), pairs.count.isMultiple(of: 2) else {
            throw failure("names and values are put into something that is no dictionary")
        }
        try keep(pairs.count)
        for index in stride(from: 0, to: pairs.count, by: 2) {
            guard case .text(let name) = pairs[index] else { throw failure("a dictionary has a key that is no text") }
            dictionaries[number].members.append((name, pairs[index + 1]))
        }
    }

    private mutating func append(_ values: [Value]) throws(CheckpointError) {
        guard case .list(let number) = try top() else { throw failure("values are put into something that is no list") }
        try keep(values.count)
        lists[number] += values
    }

    // MARK: Objects

    private mutating func pushObject(_ module: String, _ name: String) throws(CheckpointError) {
        guard let object = PickledObject(module: module, name: name) else {
            throw invalid(
                "it asks for the Python object \(Self.shown("\(module).\(name)")) (\(position)), which no weights need and which could run any code. "
                    + "Nothing is run here. Use a checkpoint in safetensors; or, if you trust its source, load it with "
                    + "torch.load(…, weights_only=True), and save it with save_pretrained.")
        }
        try push(.object(object))
    }

    /// REDUCE: a function and its arguments become what it would have returned.
    private mutating func call() throws(CheckpointError) {
        let (arguments, function) = (try pop(), try pop())
        guard case .tuple(let number) = arguments, case .object(let function) = function else {
            throw failure("something that is no function is called")
        }
        let values = tuples[number]
        switch function {
        case .orderedDictionary:
            guard values.isEmpty else { throw failure("an OrderedDict is not made empty") }
            try pushDictionary(isOrdered: true)
        case .rebuildTensor:
            guard values.count == 6 || values.count == 7 && isEmpty(values[6]) else {
                throw failure("_rebuild_tensor_v2 has other arguments than torch.save writes")
            }
            try pushTensor(values, nil)
        case .rebuildUntypedTensor:
            guard values.count == 7 || values.count == 8 && isEmpty(values[7]),
                case .object(.scalarType(let type)) = values[6]
            else { throw failure("_rebuild_tensor_v3 has other arguments than torch.save writes") }
            try pushTensor(values, type)
        case .rebuildParameter:
            guard values.count == 3, case .tensor = values[0], case .boolean = values[1], isEmpty(values[2]) else {
                throw failure("_rebuild_parameter has other arguments than torch.save writes")
            }
            try push(values[0])
        case .storage, .scalarType:
            throw failure("a type of storage or of numbers is called, and weights only name them")
        }
    }

    /// Whether a value is nothing: no hooks, no metadata.
    private func isEmpty(_ value: Value) -> Bool {
        switch value {
        case .none: true
        case .dictionary(let number): dictionaries[number].members.isEmpty
        default: false
        }
    }

    /// A tensor of the arguments that `_rebuild_tensor_v2` and `_v3` begin with.
    private mutating func pushTensor(_ values: [Value], _ type: ScalarType?) throws(CheckpointError) {
        guard case .storage(let storage) = values[0], case .integer(let start) = values[1], case .boolean = values[4],
            isEmpty(values[5]), let shape = counts(values[2]), let strides = counts(values[3])
        else { throw failure("a tensor is not made of a storage, an offset, sizes and strides") }
        guard start >= 0, shape.count == strides.count else {
            throw failure("a tensor begins at element \(start), with \(shape.count) sizes and \(strides.count) strides")
        }
        guard let scalarType = storages[storage].scalarType ?? type, type == nil || type == scalarType else {
            throw failure("a tensor has no type of numbers, or two")
        }
        try keep(1)
        tensors.append(
            TorchPickle.Tensor(
                storage: storages[storage], scalarType: scalarType, offset: start, shape: shape, strides: strides))
        try push(.tensor(tensors.count - 1))
    }

    /// A tuple of whole numbers that are not negative; nil for anything else.
    private func counts(_ value: Value) -> [Int]? {
        guard case .tuple(let number) = value, tuples[number].count <= Self.maximumRank else { return nil }
        var counts: [Int] = []
        for value in tuples[number] {
            guard case .integer(let count) = value, count >= 0 else { return nil }
            counts.append(count)
        }
        return counts
    }

    /// BUILD: a state_dict is given its attribute `_metadata`, which says versions of modules and nothing about weights.
    private mutating func build() throws(CheckpointError) {
        guard case .dictionary = try pop(), case .dictionary(let number) = try top(), dictionaries[number].isOrdered
        else {
            throw failure("an object is given a state, and is no OrderedDict")
        }
    }

    /// BINPERSID: `("storage", torch.FloatStorage, "0", "cpu", 6)`, whose bytes are the archive's member `data/0`.
    private mutating func pushStorage() throws(CheckpointError) {
        guard case .tuple(let number) = try pop(), tuples[number].count == 5, case .text("storage") = tuples[number][0],
            case .object(.storage(let type)) = tuples[number][1], case .text(let key) = tuples[number][2],
            case .text = tuples[number][3], case .integer(let count) = tuples[number][4]
        else { throw failure("a persistent id is not that of a storage") }
        guard (1...20).contains(key.utf8.count), key.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw failure("a storage is called \(Self.shown(key)), and torch.save numbers them")
        }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: type?.byteCount ?? 1)
        guard count >= 0, !overflow else { throw failure("storage \(key) has the impossible size \(count)") }
        try keep(1)
        storages.append(TorchPickle.Storage(key: key, byteCount: byteCount, scalarType: type))
        try push(.storage(storages.count - 1))
    }
}

/// The Python objects that weights name, and no others.
private enum PickledObject {
    /// `collections.OrderedDict`
    case orderedDictionary
    /// `torch._utils._rebuild_tensor_v2`
    case rebuildTensor
    /// `torch._utils._rebuild_tensor_v3`, for types that have no storage of their own, such as `torch.uint16`.
    case rebuildUntypedTensor
    /// `torch._utils._rebuild_parameter`
    case rebuildParameter
    /// `torch.FloatStorage` and its like; nil for `torch.storage.UntypedStorage`, which counts bytes.
    case storage(ScalarType?)
    /// `torch.uint16` and its like, where a tensor has an untyped storage.
    case scalarType(ScalarType)

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildUntypedTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch.storage", "UntypedStorage"): self = .storage(nil)
        case ("torch", _):
            if let type = Self.storages[name] {
                self = .storage(type)
            } else if let type = Self.scalarTypes[name] {
                self = .scalarType(type)
            } else {
                return nil
            }
        default: return nil
        }
    }

    private static let storages: [String: ScalarType] = [
        "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16, "LongStorage": .i64,
        "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8, "BoolStorage": .bool,
    ]

    private static let scalarTypes: [String: ScalarType] = [
        "uint16": .u16, "uint32": .u32, "uint64": .u64, "float8_e4m3fn": .f8E4M3, "float8_e5m2": .f8E5M2,
        "float8_e8m0fnu": .f8E8M0, "float8_e4m3fnuz": .f8E4M3FNUZ, "float8_e5m2fnuz": .f8E5M2FNUZ,
    ]
}
