"""Planted canary secrets: ids of patients stay out of bundles, results and what is said of them.

The calls are make_bundle, write_bundle, pool and write_pooled.
"""

import pytest

from analysis.disclosure import INTERNAL
from analysis.distributed import (
    Bundle,
    make_bundle,
    pool,
    read_specification,
    write_bundle,
    write_pooled,
)
from analysis.distributed.sums import unpacked
from analysis.errors import AnalysisError
from analysis.study import Study

pytestmark = pytest.mark.unit

SECRET = "zqxkowalczyk"  # noqa: S105 - a name that nobody has
TEXT = """
[network]
sites = ["clinic-a", "clinic-b"]
agreement = "agreed"
[analyses.course]
model = "mmrm"
instrument = "PHQ-9"
visits = ["week 1", "week 2"]
formula = "change ~ baseline + FACTOR"
"""


@pytest.fixture(scope="module")
def secret_study(study):
    """Return the network with a name in the id of every patient and in a label."""
    tables = {
        name: frame.assign(subject_id=frame["subject_id"].astype("string") + SECRET)
        if "subject_id" in frame
        else frame
        for name, frame in study.tables.items()
    }
    payer = tables["subjects"]["payer"].astype("string").where(lambda x: x.notna(), SECRET)
    tables["subjects"] = tables["subjects"].assign(payer=payer)
    return Study(**{**vars(study), "tables": tables})


def agreed(tmp_path, factor):
    file = tmp_path / "analysis.toml"
    file.write_text(TEXT.replace("FACTOR", factor), encoding="utf-8")
    return read_specification(file)


def test_no_file_and_no_word_holds_an_id(secret_study, tmp_path, capfd):
    specification = agreed(tmp_path, "visit")
    bundles = [make_bundle(secret_study, specification, site=s) for s in specification.sites]
    said = "".join(f"{b!r}{b._repr_html_()}{b.statement}{b.account}" for b in bundles)
    pooled = pool(bundles)
    said += f"{pooled!r}{pooled._repr_html_()}{pooled.sites()}"
    files = [path for b in bundles for path in write_bundle(b, tmp_path / "bundles")]
    files += write_pooled(pooled, tmp_path / "local" / "pooled", policy=INTERNAL).values()
    for path in files:
        content = path.read_bytes()
        said += content.decode("latin-1")
        if path.suffix == ".npz":
            said += str([a.tobytes() for a in unpacked(content).arrays.values()])
    streams = capfd.readouterr()
    assert SECRET not in (said + streams.out + streams.err).lower()
    assert isinstance(bundles[0], Bundle)


@pytest.mark.parametrize("factor", ["payer", "subject_id", "visit + payer * baseline"])
def test_labels_of_the_data_are_refused_without_being_said(secret_study, tmp_path, factor):
    with pytest.raises(AnalysisError) as refusal:  # by the agreement, or at the site
        make_bundle(secret_study, agreed(tmp_path, factor), site="clinic-a")
    error: BaseException | None = refusal.value
    while error is not None:
        assert SECRET not in str(error).lower()
        error = error.__cause__ or error.__context__


def test_no_level_of_the_data_reaches_a_bundle_unless_it_was_agreed_on(secret_study, tmp_path):
    file = tmp_path / "analysis.toml"
    text = TEXT.replace("FACTOR", "payer") + 'levels.payer = ["commercial", "self-pay"]\n'
    file.write_text(text, encoding="utf-8")
    bundle = make_bundle(secret_study, read_specification(file), site="clinic-a")
    assert SECRET not in str(bundle.parts[0].sums.about).lower()
