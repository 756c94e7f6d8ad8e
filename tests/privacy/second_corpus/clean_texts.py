"""Figures, records, code, documents, logs and settings that may be shared."""

from __future__ import annotations

import json

from tests.privacy.second_corpus import aggregates as made
from tests.privacy.second_corpus import pictures
from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.outputs import Output, clean


def figures() -> list[Output]:
    """Make pictures."""
    arms = "".join(
        pictures.svg_line([21 - at, 15, 11], f"{arm}, n = {90 - 20 * at}")
        for at, arm in enumerate(made.ARMS)
    )
    steps = pictures.svg_line([30, 30, 24, 24, 19, 19], "share without relapse")
    labels = "".join(
        pictures.svg_text(40 + 60 * at, 195, name) for at, name in enumerate(made.VISITS)
    )
    about = (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>'
        "<dc:creator>Matplotlib v3.9.2, https://matplotlib.org/</dc:creator>"
        "</rdf:Description></rdf:RDF></metadata>"
    )
    software = {"Software": "Matplotlib version3.9.2, https://matplotlib.org/"}
    return [
        clean("figures/arms.svg", pictures.svg(arms), "One line of means for each arm."),
        clean("figures/steps.svg", pictures.svg(steps), "A curve of at least eleven at risk."),
        clean("figures/labels.svg", pictures.svg(labels + arms), "Labels are visits."),
        clean("figures/software.svg", pictures.svg(about + arms), "The creator is a program."),
        clean(
            "figures/funnel.svg",
            pictures.svg(
                "".join(
                    f'<circle cx="{60 + 50 * at}" cy="{90 + 7 * at}" r="4">'
                    f"<title>{site}</title></circle>"
                    for at, site in enumerate(made.SITES)
                )
            ),
            "Each dot is a clinic with more than thirty patients.",
        ),
        clean(
            "figures/bars.png",
            pictures.png(pictures.bars([30, 22, 14]), software),
            "Bars of means.",
        ),
        clean("figures/plain.png", pictures.png(pictures.bars([12, 18, 33])), "No text at all."),
        clean(
            "figures/titled.png",
            pictures.png(
                pictures.bars([22, 20]), {"Title": "Response by arm", "Author": "ketamine-outcomes"}
            ),
            "Title and program.",
        ),
        clean(
            "figures/described.png",
            pictures.png(
                pictures.bars([9, 14]), long_texts={"Description": "Müdigkeit je Sitzung, Anteil"}
            ),
            "A description in German.",
        ),
        clean(
            "figures/chart.jpg",
            pictures.jpeg(comment="CREATOR: matplotlib, quality = 90"),
            "The comment is that of a program.",
        ),
    ]


def records() -> list[Output]:
    """Make records and settings."""
    dice = Dice("second corpus/manifest")
    hashes = {
        name: dice.raw(32).hex() for name in ("subjects.csv", "sessions.csv", "items.parquet")
    }
    study = {
        "title": "Synthetic network",
        "schema_version": "1.0",
        "sites": list(made.SITES),
        "instruments": ["PHQ-9", "GAD-7", "MADRS"],
        "cutoff_day": 720,
    }
    sums = {
        "pattern": "11101",
        "n": 38,
        "xtx": [[38.0, 12.5], [12.5, 30.25]],
        "xty": [612.0, 190.5],
    }
    return [
        clean(
            "records/manifest.json",
            json.dumps(hashes, indent=1),
            "Digests of files, not of people.",
        ),
        clean("records/study.json", json.dumps(study, indent=1), "Settings of a study."),
        clean("records/sums.json", json.dumps(sums), "Sums of 38 patients."),
        clean(
            "records/results.json", json.dumps(made.coefficients("json"), indent=1), "Coefficients."
        ),
        clean(
            "records/scale.json",
            json.dumps(
                {
                    "name": "PHQ-9",
                    "items": 9,
                    "range": [0, 27],
                    "cutoffs": [5, 10, 15, 20],
                    "source": "doi:10.1046/j.1525-1497.2001.016009606.x",
                }
            ),
            "Facts on a scale.",
        ),
        clean(
            "records/mapping.yaml",
            "tables:\n  subjects:\n    subject_id: record_id\n    age_years: age\n"
            "refuse: [mrn, ssn, dob, phone, email, address]\n",
            "Names of columns that are refused.",
        ),
        clean(
            "records/settings.toml",
            '[release]\nminimum_count = 11\nrounding = 5\n[python]\nversion = "3.12.4"\n',
            "Settings.",
        ),
        clean(
            "records/requirements.txt",
            f"numpy==2.1.3 \\\n    --hash=sha256:{dice.raw(32).hex()}\n"
            "pandas==2.2.3\nscipy==1.14.1\n",
            "Packages with versions and hashes.",
        ),
        clean(
            "records/run.log",
            "INFO read 142 subjects, 611 assessments\nINFO fit converged in 6 steps\n"
            "INFO wrote report.html (sha256 9f3c2ab1)\nINFO 12.4 s, 310 MB\n",
            "Counts and times.",
        ),
        clean(
            "records/tests.log",
            "tests/mixed/test_engine.py::test_paired_t PASSED [ 12%]\n"
            "===== 418 passed in 61.20s (0:01:01) =====\n",
            "A log of tests.",
        ),
    ]


def documents() -> list[Output]:
    """Make documents and code."""
    return [
        clean(
            "docs/README.md",
            "# Outcomes\n\nInstall with `pip install ketamine-outcomes`, then open "
            "<https://example.org/docs>. Licence: BSD-3-Clause.\n",
            "How to install a program.",
        ),
        clean(
            "docs/privacy.md",
            "# What is never read\n\nNames, dates of birth, MRN, SSN, e-mail, telephone and fax "
            "numbers, IP addresses, photographs (45 CFR 164.514(b)(2)(i)).\n",
            "Names the identifiers, holds none.",
        ),
        clean(
            "docs/methods.md",
            "Degrees of freedom follow Kenward & Roger (1997), curves Kaplan & Meier (1958), tests "
            "Gray (1988).\n\n| term | estimate | 95 % |\n|---|---|---|\n"
            "| IM − IV | 1.3 | −0.9 to 3.5 |\n",
            "Names of authors and a table of an estimate.",
        ),
        clean(
            "docs/CHANGELOG.md",
            "## 0.1.0 (2026-11-20)\n\n- Relapse curves respect visits.\n- Reads REDCap exports.\n",
            "The day of a release of a program is no patient's day.",
        ),
        clean(
            "docs/bericht.md",
            "# Bericht\n\nAnsprechen nach vier Wochen: 51,6 % von 142 Behandelten. "
            "Übelkeit: 18 % der Sitzungen.\n",
            "A German summary.",
        ),
        clean(
            "docs/informe.md",
            "# Informe\n\nRespuesta a las cuatro semanas: 51,6 % de 142 pacientes.\n",
            "A Spanish summary.",
        ),
        clean(
            "docs/references.bib",
            "@article{kroenke2001, author={Kroenke, Kurt and Spitzer, Robert L.}, year={2001},\n"
            " title={The PHQ-9}, journal={J Gen Intern Med}, volume={16}, pages={606--613}}\n",
            "Published authors of a scale.",
        ),
        clean(
            "code/score.py",
            '"""Score a scale."""\n\nRANGE = (0, 27)\n\n\n'
            "def score(items):\n    return items.sum(axis=1)\n",
            "Code.",
        ),
        clean(
            "code/patterns.py",
            'import re\n\nSSN = re.compile(r"\\b\\d{3}-\\d{2}-\\d{4}\\b")\n'
            'COLUMNS = ["mrn", "dob", "phone"]\n',
            "A program that looks for numbers holds none.",
        ),
        clean(
            "code/fit.R",
            "library(mmrm)\nfit <- mmrm(change ~ arm * visit + us(visit | subject), data = d)\n",
            "Code.",
        ),
        clean(
            "code/query.sql",
            "SELECT arm, COUNT(DISTINCT person_id) AS n FROM cohort GROUP BY arm HAVING n >= 11;\n",
            "A query for counts of at least eleven.",
        ),
        clean(
            "code/style.css",
            "table { border-collapse: collapse; }\nth { color: #1f77b4; }\n",
            "Style.",
        ),
    ]


def files() -> list[Output]:
    """Make all clean figures, records, documents and code."""
    return [*figures(), *records(), *documents()]
