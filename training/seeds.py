"""Which scenes are for what: a scene is a pure function of its seed."""

TRAIN_SEEDS = range(0, 10_000_000)
TEST_SEEDS = range(20_000_000, 30_000_000)  # never trained on


def height(seed: int) -> int:
    """How high the scene is drawn, in pixels."""
    return 200 + seed % 3 * 40
