"""The doctor in each of the planted states: one line names the cause, and everything else is well."""

import shutil
from pathlib import Path

import pytest
from support.doctor_states import STATES, State

from ivr.operate.doctor.check import Target
from ivr.operate.doctor.run import ALL_CHECKS, run_checks

CHECKS = {name: check for name, check in ALL_CHECKS.items() if name != "ivr check"}
"""The toy line's texts are not held to the limits of the real ones."""


@pytest.fixture(scope="module")
def root(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(tiny, tmp_path_factory.mktemp("doctor") / "here"))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_one_line_names_the_cause_of_each_planted_state(root: Path, state: State) -> None:
    world = state.world(root)
    target = Target(world.settings, world.outside(), world.ready)
    results = list(run_checks(target, CHECKS))
    wrong = [result for result in results if result.finding.verdict in ("FAIL", "CANNOT TELL")]
    assert [(result.name, result.finding.verdict) for result in wrong] == [(state.check, "FAIL")], wrong
    assert wrong[0].finding.remedy
    assert wrong[0].finding.effect
    assert "+12025550100" not in str(wrong[0])
