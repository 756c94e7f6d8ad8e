"""What programs print is no identifier; what they print of patients is one."""
# ruff: noqa: E501 - a case reads best on its line

import pytest

from analysis.privacy.files.program_output import identifiers_in_output, user_paths_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "Date:                Tue, 26 Nov 2024   Scale:   28.1",
        "time fit was run = 2024-11-12 10:20:30 UTC",
        "2024-11-12 10:20:30,123 INFO step 3 done",
        "Report generated on 2024-11-26",
        "https://pandas.pydata.org/docs/user_guide/indexing.html",
        "95% CI by Wilson; Kaplan-Meier; Cox model; Kenward & Roger 1997; Newton-Raphson",
        "Kroenke et al. 2001. Journal of General Internal Medicine",
        "numpy 2.1.0, Python 3.11.7 (main, Dec  4 2023)",
        "<Axes at 0x7f3a2c1b9d50>, colour #1f77b4",
        "SHA-256: 054076e7d646ace58c5de15607d623d6a9d7c625918fa886e66216b01166b871",
        "0.412   0.518\n38.214  -76.121",
        "one row per patient: 466 of them",
        "age, 90 stands for 90 or older",
        "12345",
    ],
)
def test_what_programs_print_by_themselves(text):
    assert identifiers_in_output(text) == ()


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("Date: 2024-03-15", 3), ("treatment started on 2024-03-15", 3), ("Seen in March 2024", 3),
        ("2024-11-12 10:20:30 seen by the nurse", 3), ("https://portal.clinic.com/patients/88123", 14),
        ("https://github.com/jane/x?user=jane@example.org", 6), ("latitude 38.21451", 2), ("38.21451, -76.12144", 2),
        ("Dr. Wilson called", 1), ("anna@example.org", 6), ("patient aged 93", 3),
    ],
)  # fmt: skip
def test_what_is_of_a_person_stays(text, element):
    assert element in {match.element for match in identifiers_in_output(text)}


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [
        (r"C:\Users\jsmith\a.csv", 9, 15), (r"C:\\Users\\jsmith\\a.csv", 11, 17), ("C:/Users/Anna Smith/a.csv", 9, 19),
        ("/Users/jsmith/a", 7, 13), ("/home/jsmith/a", 6, 12), ("file:///home/jsmith", 13, 19), (r"\\server\users\jsmith\a", 15, 21),
        (r"D:\Benutzer\jschmidt\a", 12, 20),
    ],
)  # fmt: skip
def test_user_names_in_paths(path, start, end):
    assert [(match.start, match.end) for match in user_paths_in(path)] == [(start, end)]


@pytest.mark.parametrize(
    "path",
    ["/home/jovyan/a", "/home/runner/work", r"C:\Users\Public\a", "/home/<user>/a", "/home/$USER/a", "/homepage/jsmith", "/users", "~/a"],
)  # fmt: skip
def test_paths_of_everybody(path):
    assert list(user_paths_in(path)) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("beside McInnes 2022: 54 %", set()),
        ("<td>McIntyre 2020</td>", set()),
        ("seen by McInnes 2021", {"name"}),
        ("McInnes 2022-03-14, seen", {"name", "date"}),
    ],
)
def test_names_of_published_cohorts_are_no_patients(text, kinds):
    assert {match.kind for match in identifiers_in_output(text)} == kinds
