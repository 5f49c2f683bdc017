private import Synchronization

/// The tensors that a network has, written down as the network asks for them, instead of read from files.
///
/// ``Weights/init(outline:)`` hands out tensors of whatever name and shape it is asked for. Whoever describes a network
/// with such weights learns what a checkpoint of it holds, without a second list of names.
public final class WeightOutline: Sendable {
    /// One tensor of the network.
    public struct Tensor: Sendable, Equatable {
        public let name: String
        public let shape: [Int]

        public var elementCount: Int { shape.reduce(1, *) }
    }

    private struct Notes {
        var tensors: [Tensor] = []
        var places: [String: Int] = [:]
    }

    private let notes = Mutex(Notes())

    public init() {}

    /// What has been asked for, in the order of the first time.
    public var tensors: [Tensor] { notes.withLock { $0.tensors } }

    /// Says no: a network that looks which of several forms a checkpoint has then asks for today's form.
    func contains(_ name: String) -> Bool { false }

    /// - Throws: `unexpectedShape` where one name is asked for in two shapes, or in none.
    func tensor(_ name: String, shape: [Int]?) throws(CheckpointError) -> StoredTensor {
        let known = notes.withLock { notes -> [Int]? in
            if let place = notes.places[name] { return notes.tensors[place].shape }
            guard let shape else { return nil }
            notes.places[name] = notes.tensors.count
            notes.tensors.append(Tensor(name: name, shape: shape))
            return shape
        }
        guard let known, shape == nil || shape == known else {
            throw CheckpointError(
                .unexpectedShape,
                "The network asks for \"\(name)\" of shape \(shape ?? []), and before of \(known ?? []).")
        }
        return StoredTensor(outlined: name, shape: known)
    }
}
