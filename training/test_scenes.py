"""What must hold of scenes and captions: `python -m unittest training.test_scenes`."""

from __future__ import annotations

import random
import unittest

from .captions import caption
from .checker import check
from .scenes import KINDS, describe, draw
from .seeds import TEST_SEEDS, TRAIN_SEEDS


class Scenes(unittest.TestCase):
    """Seeds, pictures, captions and the checker fit together."""

    def test_checker_reads_every_caption_back(self) -> None:
        for seed in range(4000):
            scene = describe(seed)
            text = caption(scene, random.Random(seed))
            self.assertEqual(check(text), (scene.kind, scene.time, scene.weather), text)

    def test_checker_refuses_two_answers(self) -> None:
        self.assertEqual(check("a beach and a castle at night"), (None, "night", None))

    def test_same_seed_same_picture(self) -> None:
        scene = describe(123)
        self.assertEqual(draw(scene, 96).tobytes(), draw(describe(123), 96).tobytes())

    def test_every_kind_comes_up(self) -> None:
        self.assertEqual({describe(seed).kind for seed in range(1000)}, set(KINDS))

    def test_test_scenes_are_never_trained_on(self) -> None:
        self.assertFalse(set(TRAIN_SEEDS[-10:]) & set(TEST_SEEDS[:10]))
        self.assertLess(TRAIN_SEEDS.stop, TEST_SEEDS.start)


if __name__ == "__main__":
    unittest.main()
