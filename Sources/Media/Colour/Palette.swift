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

extension Rendition {
    /// A colour that stands for less than this part of the picture dominates nothing.
    private static let leastShare = 0.01

    /// Colours that differ by less (CIEDE2000) are taken for one: shades that side by side are still the same to most.
    private static let likeness = 5.0

    /// The largest sides that the palette is read from; what is larger is reduced first.
    public static let paletteSize = (width: 384, height: 384)

    /// The dominant colours, the one with the largest share first: k-means in CIELAB, near-equal colours joined.
    ///
    /// The same pixels give the same palette, every time and on every machine. Transparent parts count as what they are
    /// seen as here, white. Black or white bars around the picture do not count: its film or its frame is not what it shows.
    ///
    /// - Parameter count: the most colours, at least 1; a picture of fewer gets fewer.
    public func palette(count: Int = 5) -> [PaletteColour] {
        let cells = ColourHistogram(fitted(into: Self.paletteSize).withoutBars().rgb).cells
        var clusters = ColourClusters(cells, count: max(count, 1))
        clusters.joinAlike(within: Self.likeness)
        clusters.giveAwayLess(than: Self.leastShare)
        let total = Double(cells.reduce(0) { $0 + $1.count })
        let colours = clusters.clusters.map { cluster in
            let colour = Self.representative(of: cluster, in: cells)
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
