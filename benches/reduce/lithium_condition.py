"""The condition of lithium: what predicate.js beside this file says."""

import pathlib
import subprocess

PREDICATE = pathlib.Path(__file__).with_name("predicate.js")


def interesting(arguments, _prefix):
    return subprocess.run([PREDICATE, arguments[-1]], check=False).returncode == 0
