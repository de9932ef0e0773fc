"""`scalinglaws validate`: verdicts, exit statuses, JSON, reports, and what is refused."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(autouse=True)
def _threads_instead_of_processes(monkeypatch, request):
    """Spare most tests the start of processes."""
    if "processes" in request.keywords:
        return
    from contextlib import contextmanager

    import scalinglaws.validate.runner as runner
    from scalinglaws.validate.executors import InlineExecutor

    @contextmanager
    def pool(jobs=None):
        yield InlineExecutor()

    monkeypatch.setattr(runner, "process_pool", pool)


def test_decided_claims_end_with_status_zero(cli):
    result = cli("validate")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "1 holds, 1 holds only in a regime, 1 fails, 0 undecided" in result.stdout


def test_table_shows_every_claim_with_its_verdict(cli):
    lines = map(str.strip, cli("validate").stdout.splitlines())
    rows = {line.split()[0]: line for line in lines if line.startswith("fake2020.") and ":" not in line}
    assert set(rows) == {"fake2020.truth", "fake2020.falsehood", "fake2020.partly"}
    assert " holds " in rows["fake2020.truth"]
    assert " fails " in rows["fake2020.falsehood"]
    assert " holds only in a regime " in rows["fake2020.partly"]
    assert "The [truth] of things" in rows["fake2020.truth"]


def test_what_fails_is_explained_with_its_counterexample(cli):
    result = cli("validate", "fake2020.partly")
    assert "α<1: true" in result.stdout
    assert "α>1: false" in result.stdout
    assert "numeric contradicts: ratio 7 at N=10" in result.stdout


def test_strict_makes_a_false_claim_a_failure(cli):
    assert cli("validate", "--strict").exit_code == 1
    assert cli("validate", "fake2020.truth", "--strict").exit_code == 0


def test_undecided_claims_end_with_status_one(cli, fakes):
    result = cli("validate", paper=fakes.OPEN)
    assert result.exit_code == 1
    assert "its legs contradict each other" in result.stdout


def test_json_is_the_whole_output_and_reproducible(cli):
    first, second = (cli("validate", "--json", "--seed", "5").stdout for _ in range(2))
    assert first == second
    data = json.loads(first)
    assert [claim["verdict"] for claim in data["claims"]] == ["holds", "fails", "holds only in a regime"]
    assert data["seed"] == "5"
    assert data["claims"][2]["regimes"] == [r"$\alpha<1$"]


def test_a_claim_is_judged_alike_alone_and_in_company(cli):
    alone = json.loads(cli("validate", "fake2020.truth", "--json").stdout)
    together = json.loads(cli("validate", "--json").stdout)
    assert alone["claims"][0] == together["claims"][0]


@pytest.mark.slow
@pytest.mark.processes
def test_number_of_processes_changes_nothing(cli):
    one, two = (cli("validate", "--json", "--jobs", jobs) for jobs in (1, 2))
    assert one.exit_code == 0, one.output
    assert one.stdout == two.stdout


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["fake2020.truht"], "did you mean 'fake2020.truth'"),
        (["fak2020"], "did you mean 'fake2020'"),
        (["--jobs", "0"], "jobs"),
        (["--jobs", "many"], "'many' is not a valid integer"),
        (["--seed", "-1"], "`seed`"),
        (["--scale", "0"], "`scale`"),
        (["--scale", "nan"], "`scale`"),
        (["--scale", "0.001"], "'fake2020.truth' cannot be simulated: `scale` is 0.001"),
        (["--report", "/proc/nowhere"], "`report`"),
        (["--report", "/dev/null/report"], "`report`"),
        (["--unknown"], "--unknown"),
    ],
)
def test_bad_input_is_one_line_and_status_two(cli, refused, words, naming, request):
    if "jobs" in naming:
        import scalinglaws.validate.executors as executors
        import scalinglaws.validate.runner as runner

        request.getfixturevalue("monkeypatch").setattr(runner, "process_pool", executors.process_pool)
    refused(cli("validate", *words), naming=naming)


def test_unwritable_report_is_refused_before_anything_runs(cli, refused, tmp_path, fakes, monkeypatch):
    import scalinglaws.validate.runner as runner

    monkeypatch.setattr(runner, "run", lambda *_, **__: pytest.fail("it ran"))
    file = tmp_path / "file"
    file.write_text("mine")
    refused(cli("validate", "--report", file), naming="`report`")
    assert file.read_text() == "mine"


def test_refused_run_leaves_no_folder_behind(cli, tmp_path):
    folder = tmp_path / "a" / "report"
    assert cli("validate", "--report", folder, "--scale", "0.001").exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_report_is_written_and_named(cli, tmp_path, monkeypatch):
    import scalinglaws.validate.report.page as page

    monkeypatch.setattr(page, "EXPERIMENTS", ())
    folder = tmp_path / "a" / "report"
    result = cli("validate", "--report", folder)
    assert result.exit_code == 0, result.output
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert f"Report: {folder / 'index.html'}" in result.stdout
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    assert "fake2020.partly" in text
