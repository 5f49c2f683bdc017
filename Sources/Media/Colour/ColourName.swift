/// What colours are called.
enum ColourName {
    /// Where each name of the table lies.
    private static let places = table.map { (name: $0.name, place: LabColour(RGBColour($0.digits))) }

    /// The name of the colour in the table that looks most like this one (CIEDE2000).
    static func nearest(to colour: RGBColour) -> String {
        let place = LabColour(colour)
        let nearest = places.min { $0.place.difference(from: place) < $1.place.difference(from: place) }
        return nearest?.name ?? colour.hex
    }
}
