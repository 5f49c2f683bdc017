import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

extension BlobDownload {
    /// Fetches a part; goes on where it was cut, as often as the retries allow.
    func fetch(_ part: Range<Int>, into partial: PartialBlob, _ shared: Shared) async throws {
        let offset = Mutex(part.lowerBound)
        func goOn() async throws {
            let rest = offset.withLock { $0 }..<part.upperBound
            try await fetch(rest, shared) { bytes in
                let place = offset.withLock { $0 }
                try await partial.write(bytes, at: place)
                offset.withLock { $0 += bytes.readableBytes }
                meter.fetched(bytes.readableBytes)
            }
        }
        if !part.isEmpty {
            try await options.retry.run(mark: { offset.withLock { $0 } }, report: meter.note, goOn)
        }
        try await partial.finish(part)
    }

    /// Fetches the whole file from a server that sends nothing less, or does not say how long it is: a cut begins it anew.
    func fetchWhole(into partial: PartialBlob, _ shared: Shared) async throws {
        let length = Mutex(0)
        try await options.retry.run(report: meter.note) {
            meter.forget()
            let offset = Mutex(0)
            let answer = try await ask(nil, shared)
            try await read(answer, metadata.size) { bytes in
                let place = offset.withLock { $0 }
                try await partial.write(bytes, at: place)
                offset.withLock { $0 += bytes.readableBytes }
                meter.fetched(bytes.readableBytes)
            }
            length.withLock { $0 = offset.withLock { $0 } }
        }
        if metadata.size == nil { try await partial.shorten(to: length.withLock { $0 }) }
        for part in await partial.plan.missing { try await partial.finish(part) }
    }

    /// One request for a range, and its bytes as they come.
    private func fetch(_ range: Range<Int>, _ shared: Shared, _ write: (ByteBuffer) async throws -> Void) async throws {
        let isWhole = range.count == metadata.size
        let answer = try await ask(isWhole ? nil : range, shared)
        if answer.response.status == .partialContent {
            guard !answer.isEncoded else { throw RangesRefused() }
            guard let header = answer.header("Content-Range"), let found = ContentRange(header), found.range == range,
                found.total.map({ $0 == metadata.size }) ?? true
            else { throw PassingFailure(wrongLength("sends other bytes than were asked for", answer)) }
        } else if !isWhole {
            throw RangesRefused()
        }
        try checkTag(answer, shared)
        try await read(answer, range.count, write)
    }

    /// - Parameter expected: how many bytes have to come; nil where nobody knows, so that they are as many as the disk has
    ///   room for.
    private func read(
        _ answer: HubClient.Answer, _ expected: Int?, _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        if let expected, !answer.isEncoded, let length = answer.header("Content-Length").flatMap(Int.init),
            length != expected
        {
            throw PassingFailure(wrongLength("announces \(length) bytes instead of \(expected)", answer))
        }
        let most = expected ?? DiskSpace.available(cacheFolder)
        var count = 0
        try await client.translating(answer.url) {
            for try await bytes in answer.response.body {
                count += bytes.readableBytes
                guard count <= most else {
                    let error = wrongLength("sends more than \(most) bytes", answer)
                    throw expected == nil ? error : PassingFailure(error)
                }
                try await write(bytes)
            }
        }
        if let expected, count != expected {
            let host = answer.url.host ?? "The Hub"
            throw PassingFailure(
                HubError(.connectionLost, "\(host) ended \(metadata.file) after \(count) of \(expected) bytes."))
        }
    }

    /// Asks where the bytes are; once more by way of the Hub where that address has expired.
    private func ask(_ range: Range<Int>?, _ shared: Shared) async throws -> HubClient.Answer {
        let location = shared.location.withLock { $0 }
        let answer = try await client.send(.GET, location, range: range)
        let status = answer.response.status.code
        if (200..<300).contains(status) { return answer }
        let isElsewhere = Origin(answer.url) != Origin(client.environment.endpoint)
        guard isElsewhere, [400, 401, 403, 404, 410].contains(status) else { throw client.failure(answer, reference) }
        let fresh = try await FileMetadata.get(metadata.file, reference, commit, listed, client)
        guard fresh.etag == metadata.etag, fresh.size == nil || fresh.size == metadata.size else { throw TagChanged() }
        shared.location.withLock { $0 = fresh.location }
        throw PassingFailure(
            HubError(
                .serverFailure,
                "\(answer.url.host ?? "The Hub") answers \(status) for \(metadata.file), where the Hub says that it is."
            ))
    }

    /// Holds the tag of every part against that of the first; what a weak tag stands for may differ in its bytes.
    private func checkTag(_ answer: HubClient.Answer, _ shared: Shared) throws {
        guard let tag = answer.header("ETag"), !tag.hasPrefix("W/") else { return }
        let isSame = shared.tag.withLock { first in
            first = first ?? tag
            return first == tag
        }
        if !isSame { throw TagChanged() }
    }

    private func wrongLength(_ complaint: String, _ answer: HubClient.Answer) -> HubError {
        HubError(
            .wrongLength,
            "\(answer.url.host ?? "The Hub") \(complaint) of \(metadata.file) of \(reference). Try again; if it stays so, look "
                + "for a proxy that stands between.")
    }
}
