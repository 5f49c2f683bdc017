import Synchronization

/// The part of a ``TransferMeter`` that one file has, so that it can be taken back.
final class FileMeter: Sendable {
    private let meter: TransferMeter
    private let fetchedByteCount = Mutex(0)
    private let checkedByteCount = Mutex(0)

    init(_ meter: TransferMeter) {
        self.meter = meter
    }

    /// Bytes that came, or with a negative count, that must come again.
    func fetched(_ count: Int) {
        fetchedByteCount.withLock { $0 += count }
        meter.fetched(count)
    }

    /// Bytes that were there before.
    func found(_ count: Int) {
        fetchedByteCount.withLock { $0 += count }
        meter.found(count)
    }

    func checked(_ count: Int) {
        checkedByteCount.withLock { $0 += count }
        meter.checked(count)
    }

    /// Everything must come again.
    func forget() {
        let (fetched, checked) = (fetchedByteCount.withLock { $0.taken() }, checkedByteCount.withLock { $0.taken() })
        meter.fetched(-fetched)
        if checked > 0 { meter.checked(-checked) }
    }

    func note(_ sentence: String) {
        meter.note(sentence)
    }
}

extension Int {
    /// The number, which is 0 after that.
    fileprivate mutating func taken() -> Int {
        defer { self = 0 }
        return self
    }
}
