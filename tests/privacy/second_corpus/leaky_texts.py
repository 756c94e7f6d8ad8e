"""Pages, tables, records, logs and settings that leak."""

from __future__ import annotations

import json

from tests.privacy.second_corpus.outputs import (
    IDENTIFIER,
    ROWS,
    USER,
    Output,
    csv,
    html_table,
    leak,
    only,
    page,
    patients,
    trajectories,
)

BOTH = f"{IDENTIFIER}, {ROWS}"
AGGREGATE = "<p>Response at week 4: 51.6 % of 64 patients.</p>"


def pages() -> list[Output]:
    """Make pages."""
    rows = patients("html", 12)
    script = f"<script>const rows = {json.dumps(rows)};</script>"
    dots = "".join(
        f'<i data-mrn="{row["mrn"]}" data-dob="{row["dob"]}">{row["phq9"]}</i>' for row in rows
    )
    unseen = f'<div style="display:none">{html_table(rows)}</div>'
    return [
        leak(
            "pages/table.html",
            page("Recall list", html_table(rows)),
            BOTH,
            [1, 3, 4, 8],
            "A table of named patients.",
        ),
        leak(
            "pages/hidden.html",
            page("Report", AGGREGATE + unseen),
            BOTH,
            [1, 3, 4, 8],
            "The table is not shown, but it is there.",
        ),
        leak(
            "pages/script.html",
            page("Report", AGGREGATE, script),
            BOTH,
            [1, 3, 4, 8],
            "A script carries the rows for a chart.",
        ),
        leak(
            "pages/comment.html",
            page("Report", f"{AGGREGATE}<!-- check Dunleavy, Patrick MRN 00310088 -->"),
            IDENTIFIER,
            [1, 8],
            "A comment in the page names a patient.",
        ),
        leak(
            "pages/attributes.html",
            page("Report", AGGREGATE + dots),
            BOTH,
            [3, 8],
            "Attributes carry chart numbers and days of birth.",
        ),
        leak(
            "pages/visits.html",
            page("Visits", html_table(trajectories("html visits", 14))),
            ROWS,
            [],
            "Visits of single patients under study numbers.",
        ),
    ]


def tables() -> list[Output]:
    """Make tables."""
    rows = patients("csv", 25)
    german = "".join(
        f"{row['name'].split(',')[0]};{row['phq9']},5;24103\r\n"  # type: ignore[union-attr]
        for row in patients("csv german", 14)
    )
    dated = [
        row | {"visit_date": other["visit_date"]}
        for row, other in zip(
            only(trajectories("dated", 10), "subject_id", "madrs"),
            patients("dated", 30),
            strict=True,
        )
    ]
    return [
        leak("tables/export.csv", csv(rows), BOTH, [1, 3, 4, 8], "The chart export itself."),
        leak(
            "tables/deutsch.csv",
            ("Nachname;PHQ9;PLZ\r\n" + german).encode("cp1252"),
            BOTH,
            [1, 2],
            "A German export in an old encoding.",
        ),
        leak(
            "tables/no_header.csv",
            csv(rows[:15], header=False),
            BOTH,
            [1, 3, 4, 8],
            "Rows without a header.",
        ),
        leak(
            "tables/utf16.tsv",
            b"\xff\xfe" + csv(rows[:15], sign="\t").encode("utf-16-le"),
            BOTH,
            [1, 3, 4, 8],
            "Rows as a spreadsheet saves text: two bytes for each sign.",
        ),
        leak(
            "tables/header_comment.csv",
            "# exported by jmulcahy from C:\\Users\\jmulcahy\\Documents\\ket\\all.sav\n"
            "arm,n,mean\nIV,64,11.2\nIM,48,12.9\n",
            USER,
            [],
            "A clean table under a line that tells user and folder.",
        ),
        leak(
            "tables/trajectories.csv",
            csv(trajectories("csv rows", 20)),
            ROWS,
            [],
            "Single visits under study numbers.",
        ),
        leak("tables/dated_scores.csv", csv(dated), BOTH, [3], "Days of visits by study number."),
        leak(
            "tables/summary_with_last_row.csv",
            "week,n,mean\n0,64,21.4\n1,61,15.0\n4,55,11.8\nexcl: O'Rourke Ewan DOB 7/8/1969,1,\n",
            IDENTIFIER,
            [1, 3],
            "The last line of a summary names who was left out.",
        ),
    ]


def records() -> list[Output]:
    """Make records, logs and settings."""
    rows = patients("records", 12)
    patient = {
        "resourceType": "Patient",
        "id": "f8c1",
        "name": [{"family": "Achterberg", "given": ["Helga"]}],
        "birthDate": "1958-02-11",
        "telecom": [{"system": "phone", "value": "(218) 555-0172"}],
        "address": [{"line": ["77 Kettle Hill Rd"], "city": "Bemidji", "postalCode": "56601"}],
    }
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    copied = "".join(f"{row['mrn']}\t{row['dob']}\t{row['phq9']}\n" for row in rows)
    dump = f"COPY pts (mrn, dob, phq9) FROM stdin;\n{copied}\\.\n"
    return [
        leak(
            "records/patient.json",
            json.dumps(patient, indent=2),
            BOTH,
            [1, 2, 3, 4],
            "A FHIR resource of a patient.",
        ),
        leak("records/rows.ndjson", lines, BOTH, [1, 3, 4, 8], "One record on each line."),
        leak(
            "records/results.json",
            json.dumps(
                {"n": 64, "response": 0.516, "debug": {"worst": {"mrn": "00662819", "phq9": 27}}},
                indent=1,
            ),
            IDENTIFIER,
            [8],
            "A result with a chart number left in its debug part.",
        ),
        leak("records/dump.sql", dump, BOTH, [3, 8], "Statements that fill a table of patients."),
        leak(
            "records/run.log",
            "2024-05-17 08:02:11 INFO reading /home/tquiroga/kt/data.parquet\n"
            "2024-05-17 08:02:12 INFO 64 patients\n",
            USER,
            [],
            "A log tells the user's folder.",
        ),
        leak(
            "records/errors.log",
            "ERROR row 14: cannot parse '13/45/1971' for Eriksen, Ingrid (MRN 00120937)\n"
            "ERROR row 15: phone '2185550164' in column weight\n",
            IDENTIFIER,
            [1, 4, 8],
            "Messages of errors repeat the cells.",
        ),
        leak(
            "records/access.log",
            '203.0.113.77 - mhalvorsen [17/May/2024:08:01:44] "GET /p/00433871 HTTP/1.1" 200\n'
            '198.51.100.9 - - [17/May/2024:08:02:10] "GET /p/00433902 HTTP/1.1" 200\n',
            f"{IDENTIFIER}, {USER}",
            [3, 8, 15],
            "Addresses of machines and chart numbers.",
        ),
        leak(
            "records/settings.yaml",
            "source: \\\\clinic-fs01\\home$\\sunderhill\\ketamine\\\n"
            "exclude:\n  - Zielinski, Zofia\n",
            f"{IDENTIFIER}, {USER}",
            [1],
            "Settings with a user's share and an excluded patient.",
        ),
        leak(
            "records/.Rhistory",
            'setwd("C:/Users/qvanderpool/OneDrive/ket")\nsubset(d, mrn == "00219965")\n',
            f"{IDENTIFIER}, {USER}",
            [8],
            "The history of a session.",
        ),
        leak(
            "records/fix_rows.py",
            'def repair(df):\n    df.loc[df["name"] == "Patel, Kiran", "dob"] = "1966-09-30"\n'
            "    return df\n",
            IDENTIFIER,
            [1, 3],
            "A script that mends one patient's row.",
        ),
        leak(
            "records/mail.eml",
            "From: tisha@clinic.example\nTo: qi@example.org\nSubject: pt Stellan R.\n\n"
            "he lives on Depot St in Bangor, cell 207-555-0118\n",
            IDENTIFIER,
            [1, 2, 4, 6],
            "A message about a patient.",
        ),
        leak(
            "records/appointments.ics",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Infusion 3 - Noor Choudhury\n"
            "DTSTART:20240517T090000\nEND:VEVENT\nEND:VCALENDAR\n",
            IDENTIFIER,
            [1, 3],
            "Appointments of a patient.",
        ),
        leak(
            "records/~$report.docx",
            b"\x10Wendell Carrington"
            + b" " * 35
            + b"\x12\x00"
            + "Wendell Carrington".encode("utf-16-le"),
            USER,
            [],
            "The lock file of an open document holds the user's name.",
        ),
        leak(
            "records/notes.md",
            "# Minutes\n\n- Isaac T. (the pastor) wants boosters every 3 wk\n"
            "- call wife, 612-555-0133\n",
            IDENTIFIER,
            [1, 4, 18],
            "Minutes that tell of a patient.",
        ),
    ]


def files() -> list[Output]:
    """Make all leaky texts."""
    return [*pages(), *tables(), *records()]
