import Foundation

/// One thing that changes the logits of the next token, as one of transformers' logits processors.
protocol LogitsProcessor: Sendable {
    /// - Parameters:
    ///   - logits: [V], changed in place; -∞ rules a token out.
    ///   - tokens: what stands in front of the next token.
    func apply(to logits: Logits, after tokens: TokenSequence)
}

/// All that changes the logits of a text's next token. A new processor is a type below and a line here.
///
/// Their order is that of transformers. Source: `GenerationMixin._get_logits_processor` of transformers 5.23.
struct LogitsProcessors {
    let all: [any LogitsProcessor]

    /// - Parameter endTokens: what ends the text.
    init(_ options: GenerationOptions, endTokens: [Int]) {
        var processors: [any LogitsProcessor] = []
        if options.repetitionPenalty != 1 {
            processors.append(RepetitionPenalty(penalty: Float(options.repetitionPenalty)))
        }
        if options.noRepeatNgramSize > 0 { processors.append(NoRepeatNgrams(size: options.noRepeatNgramSize)) }
        if !options.badWords.isEmpty { processors.append(BadWords(options.badWords, endTokens: endTokens)) }
        if options.minNewTokens > 0, !endTokens.isEmpty {
            processors.append(MinimumLength(newTokens: options.minNewTokens, endTokens: endTokens))
        }
        if let first = options.forcedFirstToken { processors.append(ForcedFirstToken(token: first)) }
        if !options.forcedLastTokens.isEmpty {
            processors.append(ForcedLastTokens(tokens: options.forcedLastTokens, newTokens: options.maxNewTokens))
        }
        if !options.suppressedTokens.isEmpty { processors.append(SuppressedTokens(tokens: options.suppressedTokens)) }
        if !options.suppressedFirstTokens.isEmpty {
            // A forced token comes before what is a text's first.
            let first = options.forcedFirstToken == nil ? 0 : 1
            processors.append(SuppressedTokens(tokens: options.suppressedFirstTokens, position: first))
        }
        if let sampling = options.sampling {
            // Beams need a token each that does not end them.
            let kept = options.beamCount > 1 ? max(2, endTokens.count + 1) : 1
            if sampling.temperature != 1 { processors.append(Temperature(temperature: Float(sampling.temperature))) }
            if let topK = sampling.topK { processors.append(TopK(count: max(topK, kept))) }
            if sampling.topP < 1 { processors.append(TopP(probability: sampling.topP, kept: kept)) }
            if let minP = sampling.minP { processors.append(MinP(share: minP, kept: kept)) }
            if sampling.typicalP < 1 { processors.append(TypicalP(probability: sampling.typicalP, kept: kept)) }
            if sampling.epsilonCutoff > 0 { processors.append(Cutoff(epsilon: sampling.epsilonCutoff, kept: kept)) }
            if sampling.etaCutoff > 0 {
                processors.append(Cutoff(epsilon: sampling.etaCutoff, isAdaptive: true, kept: kept))
            }
        }
        all = processors
    }

    func apply(to logits: Logits, after tokens: TokenSequence) {
        for processor in all { processor.apply(to: logits, after: tokens) }
    }
}

// MARK: What may follow

/// Makes tokens that have occurred, in the prompt too, less likely (Keskar et al. 2019, arXiv:1909.05858).
struct RepetitionPenalty: LogitsProcessor {
    let penalty: Float

    func apply(to logits: Logits, after tokens: TokenSequence) {
        for id in Set(tokens.ids) where logits.indices.contains(id) {
            logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty
        }
    }
}

/// Rules out every token that would complete a run of `size` tokens which has occurred before, in the prompt too.
struct NoRepeatNgrams: LogitsProcessor {
    let size: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        let ids = tokens.ids
        guard ids.count >= size else { return }
        let begun = ids.suffix(size - 1)
        for start in 0...ids.count - size {
            let last = ids[start + size - 1]
            if logits.indices.contains(last), ids[start..<start + size - 1].elementsEqual(begun) {
                logits[last] = -.infinity
            }
        }
    }
}

/// Rules out the last token of each run that must not occur, wherever the others stand in front.
struct BadWords: LogitsProcessor {
    private let words: [[Int]]

    /// A word that is nothing but an end token is no bad word.
    init(_ words: [[Int]], endTokens: [Int]) {
        self.words = words.filter { word in !endTokens.contains { word == [$0] } }
    }

    func apply(to logits: Logits, after tokens: TokenSequence) {
        for word in words {
            guard let last = word.last, logits.indices.contains(last) else { continue }
            let begun = word.dropLast()
            if tokens.ids.count >= begun.count, tokens.ids.suffix(begun.count).elementsEqual(begun) {
                logits[last] = -.infinity
            }
        }
    }
}

/// Rules out end tokens until there are enough new tokens.
struct MinimumLength: LogitsProcessor {
    let newTokens: Int
    let endTokens: [Int]

    func apply(to logits: Logits, after tokens: TokenSequence) {
        guard tokens.newCount < newTokens else { return }
        for id in endTokens where logits.indices.contains(id) { logits[id] = -.infinity }
    }
}

/// Rules out some tokens, everywhere or as a text's new token of one number.
struct SuppressedTokens: LogitsProcessor {
    let tokens: [Int]
    /// How many new tokens stand in front; nil for any number.
    var position: Int?

    func apply(to logits: Logits, after tokens: TokenSequence) {
        guard position.map({ $0 == tokens.newCount }) ?? true else { return }
        for id in self.tokens where logits.indices.contains(id) { logits[id] = -.infinity }
    }
}

/// Leaves one token to follow the start token of a text.
struct ForcedFirstToken: LogitsProcessor {
    let token: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        if tokens.ids.count == 1 { logits.force([token]) }
    }
}

/// Leaves these tokens, equally likely, for the last token that a text may have.
struct ForcedLastTokens: LogitsProcessor {
    let tokens: [Int]
    /// The most new tokens.
    let newTokens: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        if tokens.newCount == newTokens - 1 { logits.force(self.tokens) }
    }
}

extension Logits {
    fileprivate func force(_ tokens: [Int]) {
        update(repeating: -.infinity)
        for id in tokens where indices.contains(id) { self[id] = 0 }
    }
}

// MARK: How tokens are drawn

/// Makes likely tokens likelier, below 1, or all tokens more alike, above.
struct Temperature: LogitsProcessor {
    let temperature: Float

    func apply(to logits: Logits, after tokens: TokenSequence) {
        logits.divide(by: temperature)
    }
}

/// Keeps the likeliest tokens, and those that are as likely as the last of them.
struct TopK: LogitsProcessor {
    let count: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        guard count < logits.count else { return }
        var largest = LargestScores(count)
        largest.offer(logits)
        if let smallest = largest.smallest { logits.ruleOut(below: smallest) }
    }
}

/// Keeps the likeliest tokens that have a probability together (Holtzman et al. 2020, arXiv:1904.09751).
///
/// A token stays as long as those before it have less than that probability.
struct TopP: LogitsProcessor {
    let probability: Double
    /// So many stay whatever their probability.
    let kept: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        let highest = logits.highest
        guard highest.isFinite else { return }
        var largest = LargestScores(kept)
        largest.offer(logits)

        // Only the tokens of one bin are put in their order: all of those above stay, and none of those below.
        let bins = LogitBins(logits, highest: highest)
        let (bin, above) = bins.bin(reaching: probability)
        var wanted = probability * bins.total - above
        var inBin = LargestScores(max(1, bins.counts[bin]))
        for index in logits.indices {
            switch LogitBins.bin(of: logits[index], highest: highest) {
            case ..<bin: break
            case bin: inBin.offer(logits[index], index: index)
            default: logits[index] = -.infinity
            }
        }
        for entry in inBin.sorted {
            if wanted <= 0 { logits[entry.index] = -.infinity }
            wanted -= Double(SIMD16(repeating: entry.score - highest).exponential()[0])
        }
        for entry in largest.sorted { logits[entry.index] = entry.score }
    }
}

/// Logits, sorted coarsely: how much probability lies how far below the highest one.
private struct LogitBins {
    /// Bins for a difference of 1 in the logits.
    private static let resolution: Float = 64
    /// The last bin has everything that is so much less likely that it hardly counts.
    private static let last = 2047

    private(set) var counts = Array(repeating: 0, count: last + 1)
    private var sums = Array(repeating: 0.0, count: last + 1)
    /// The sum of all exponentials.
    private(set) var total = 0.0

    init(_ logits: Logits, highest: Float) {
        var start = 0
        while start < logits.count {
            var block = SIMD16<Float>(repeating: -.infinity)
            let end = min(start + block.scalarCount, logits.count)
            for index in start..<end { block[index - start] = logits[index] - highest }
            let shares = block.exponential()
            for index in start..<end where shares[index - start] > 0 {
                let bin = Self.bin(of: logits[index], highest: highest)
                counts[bin] += 1
                sums[bin] += Double(shares[index - start])
            }
            start = end
        }
        total = sums.reduce(0, +)
    }

    static func bin(of logit: Float, highest: Float) -> Int {
        let depth = (highest - logit) * resolution
        return depth < Float(last) ? Int(depth) : last
    }

    /// The bin in which a share of the total is reached, and the sum of those above.
    func bin(reaching share: Double) -> (bin: Int, above: Double) {
        var above = 0.0
        for (bin, sum) in sums.enumerated() {
            if above + sum >= share * total { return (bin, above) }
            above += sum
        }
        return (Self.last, above - sums[Self.last])
    }
}

/// Keeps the tokens that have at least a share of the likeliest one's probability.
struct MinP: LogitsProcessor {
    let share: Double
    /// So many of the likeliest stay whatever their probability.
    let kept: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        logits.ruleOut(below: logits.highest + logarithm(Float(share)), keeping: kept)
    }
}

/// Keeps the tokens whose information, the negative logarithm of their probability, is nearest to its mean, until they have a
/// probability together (Meister et al. 2023, arXiv:2202.00666).
struct TypicalP: LogitsProcessor {
    let probability: Double
    /// So many stay whatever their probability.
    let kept: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        guard let distribution = Distribution(logits) else { return }
        var order = logits.indices.filter { logits[$0] > -.infinity }
            .map { (index: $0, distance: abs(distribution.information(of: logits[$0]) - distribution.entropy)) }
        order.sort { $0.distance != $1.distance ? $0.distance < $1.distance : $0.index < $1.index }
        var sum = 0.0
        let last = order.firstIndex { entry in
            sum += distribution.probability(of: logits[entry.index])
            return sum >= probability
        }
        guard let last else { return }
        for entry in order.dropFirst(max(kept, last + 1)) where entry.distance > order[last].distance {
            logits[entry.index] = -.infinity
        }
    }
}

/// Keeps the tokens that have a least probability; where it adapts, one that falls with the entropy, so that many likely tokens
/// may all stay (Hewitt et al. 2022, arXiv:2210.15191).
struct Cutoff: LogitsProcessor {
    let epsilon: Double
    /// Whether the bound is min(ε, √ε · exp(−entropy)).
    var isAdaptive = false
    /// So many of the likeliest stay whatever their probability.
    let kept: Int

    func apply(to logits: Logits, after tokens: TokenSequence) {
        guard let distribution = Distribution(logits) else { return }
        let least = isAdaptive ? min(epsilon, epsilon.squareRoot() * exp(-distribution.entropy)) : epsilon
        logits.ruleOut(below: Float(distribution.logarithmOfSum + log(least)), keeping: kept)
    }
}

/// What some logits say of the next token.
private struct Distribution {
    /// ln Σ exp(logit).
    let logarithmOfSum: Double
    /// The mean information of a token, in nats.
    let entropy: Double

    /// Nothing where all tokens are ruled out.
    init?(_ logits: Logits) {
        let highest = logits.highest
        guard highest.isFinite else { return nil }
        let logarithmOfSum = Double(highest) + log(Double(logits.sumOfExponentials(shift: highest)))
        self.logarithmOfSum = logarithmOfSum
        entropy = logits.reduce(0) { sum, logit in
            guard logit > -.infinity else { return sum }
            let information = logarithmOfSum - Double(logit)
            return sum + information * exp(-information)
        }
    }

    /// In nats.
    func information(of logit: Float) -> Double { logarithmOfSum - Double(logit) }

    func probability(of logit: Float) -> Double { exp(Double(logit) - logarithmOfSum) }
}

extension Logits {
    /// Rules out the tokens whose logits are below a bound, but not the likeliest `count`.
    fileprivate func ruleOut(below bound: Float, keeping count: Int) {
        var largest = LargestScores(count)
        largest.offer(self)
        ruleOut(below: Swift.min(bound, largest.sorted.last?.score ?? bound))
    }
}
