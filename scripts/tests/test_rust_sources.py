"""The part of Rust's own sources that the kernel reads."""

import json
import subprocess
import unittest

from kernel import SOURCES


class RustSources(unittest.TestCase):
    def test_they_are_few_and_whole_without_the_network(self) -> None:
        # As the kernel asks, which then reads every file of these.
        command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"]
        metadata = json.loads(subprocess.check_output([*command, "--manifest-path", SOURCES / "Cargo.toml"]))
        names = {package["name"] for package in metadata["packages"]}
        made_of = {"core", "alloc", "std", "rustc-std-workspace-core", "rustc-std-workspace-alloc", "hashbrown"}
        self.assertLessEqual(made_of, names)
        self.assertLessEqual(len(names), 8, names)


if __name__ == "__main__":
    unittest.main()
