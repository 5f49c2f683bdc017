import ArgumentParser
import Devices
import Foundation
import Networks
import Pipeline

struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Captions a folder of pictures at several precisions, and says what that changes.",
        discussion: """
            The captions at each precision are held against those at the first one named: how many are the same, and how many \
            of their words. One model is in memory at a time. A picture that cannot be read is named on standard error and \
            left out; the exit status is then 1.
            """)

    @Argument(help: ArgumentHelp("A folder of pictures; folders in it are not looked into.", valueName: "DIR"))
    var folder: String

    @Option(help: ArgumentHelp("Two or more, with commas between them.", valueName: "P,P…"))
    var precisions = "fp32,int8,int4"

    @OptionGroup var options: ModelOptions

    @OptionGroup(title: "Generation") var flags: CaptionFlags

    @Flag(help: "List all captions that differ, and not only the first \(ComparisonReport.mostListed).")
    var all = false

    @Flag(help: "One JSON object, with every caption.")
    var json = false

    func validate() throws {
        guard options.precision == nil else {
            throw ValidationError("compare takes several precisions: --precisions fp32,int8 instead of --precision.")
        }
        _ = try chosenPrecisions()
    }

    private func chosenPrecisions() throws -> [Precision] {
        let names = precisions.split(separator: ",", omittingEmptySubsequences: false)
        let chosen = try names.map { name in
            do throws(DeviceError) {
                return try Precision(setting: name.trimmingCharacters(in: .whitespaces))
            } catch {
                throw ValidationError(error.message)
            }
        }
        guard chosen.count >= 2, Set(chosen).count == chosen.count else {
            throw ValidationError(
                "--precisions needs two or more that differ, such as fp32,int8; \"\(precisions)\" is "
                    + chosen.map(\.rawValue).joined(separator: ", ") + ".")
        }
        return chosen
    }

    func run() async throws {
        let settings = try Settings.load()
        let chosen = try chosenPrecisions()
        var pictures = try PictureFolder(folder).pictures
        // Only then is a model fetched.
        let checkpoint = try await options.checkpoint(settings)
        var failures: [ComparisonReport.Failure] = []
        let runs = try chosen.map { precision in
            var options = options
            options.precision = precision.rawValue
            let run = try PrecisionRun.take(
                of: pictures, settings, options: flags.options, title: "Captioning at \(precision.rawValue)"
            ) {
                try options.captioner(settings, from: checkpoint)
            }
            for failure in run.failures { complain("\(failure.file): \(failure.error)") }
            failures += run.failures
            pictures = run.captions.map(\.file)
            guard !pictures.isEmpty else {
                throw CommandError("None of the pictures in \(folder) can be read.")
            }
            return run
        }
        let report = ComparisonReport(
            model: options.model ?? settings.modelID, files: pictures, runs: runs, failures: failures)
        print(json ? try jsonLine(report) : report.table(listing: all ? .max : ComparisonReport.mostListed))
        if !failures.isEmpty { throw ExitCode(1) }
    }
}
