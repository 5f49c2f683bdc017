/// One of a picture's dominant colours.
public struct PaletteColour: Sendable, Hashable {
    /// The colour: of those that the picture has, the one nearest to the mean of what it stands for. Colours that are hard
    /// to tell apart count as their mean.
    public let colour: RGBColour
    /// The part of the picture's pixels that it stands for, 0 to 1, but for bars around it. Those of one picture make 1 together.
    public let share: Double
    /// What the colour is called, in small letters: `dark olive green`.
    public let name: String
}

extension PaletteColour {
    /// A colour that stands for less than this part of the picture dominates nothing.
    private static let leastShare = 0.01

    /// Colours that differ by less (CIEDE2000) are taken for one: shades that side by side are still the same to most.
    private static let likeness = 5.0

    /// The dominant colours of some pixels, the one with the largest share first: k-means in CIELAB, near-equal colours joined.
    ///
    /// The same pixels give the same palette, every time and on every machine.
    ///
    /// - Parameters:
    ///   - pixels: red, green and blue of each, 8-bit sRGB.
    ///   - count: the most colours, at least 1; pixels of fewer give fewer.
    public static func dominant(in pixels: [UInt8], count: Int) -> [PaletteColour] {
        let cells = ColourHistogram(pixels).cells
        var clusters = ColourClusters(cells, count: max(count, 1))
        clusters.joinAlike(within: likeness)
        clusters.giveAwayLess(than: leastShare)
        let total = Double(cells.reduce(0) { $0 + $1.count })
        let colours = clusters.clusters.map { cluster in
            let colour = representative(of: cluster, in: cells)
            return PaletteColour(
                colour: colour, share: Double(cluster.count) / total, name: ColourName.nearest(to: colour))
        }
        return colours.sorted { ($1.share, $0.colour.hex) < ($0.share, $1.colour.hex) }
    }

    /// The colour nearest to the cluster's mean; of equals the one with more pixels.
    private static func representative(
        of cluster: ColourClusters.Cluster, in cells: [ColourHistogram.Cell]
    ) -> RGBColour {
        let nearest = cluster.cells.map { cells[$0] }.min {
            ($0.lab.squaredDistance(to: cluster.mean), $1.count) < ($1.lab.squaredDistance(to: cluster.mean), $0.count)
        }
        return nearest?.colour ?? RGBColour(0xFFFFFF)
    }
}
