/// What this build calls itself, to clients, in logs and on the command line.
public enum Release {
    /// The name of the program.
    public static let name = "image-to-song"
    /// The version of the program and of its HTTP interface.
    public static let version = "0.1.0"
}
