"""Outputs as programs print them: some show single patients, some do not. All data are invented."""
# ruff: noqa: E501, ISC004 - a case reads best on its line

from __future__ import annotations

import json
import random
from collections import namedtuple

import numpy as np
import pandas as pd


def _patients(n: int = 40, seed: int = 3) -> pd.DataFrame:
    draw = random.Random(seed)  # noqa: S311 - invented data
    return pd.DataFrame(
        {
            "subject_id": [f"KX-{draw.randrange(1000, 9999)}" for _ in range(n)],
            "site_id": [draw.choice(["clinic-a", "clinic-b"]) for _ in range(n)],
            "age_years": [draw.randrange(19, 80) for _ in range(n)],
            "sex": [draw.choice(["female", "male"]) for _ in range(n)],
            "rel_day": [draw.randrange(0, 80) for _ in range(n)],
            "phq9_total": [draw.randrange(0, 27) for _ in range(n)],
            "dose_mg": [draw.choice([35.5, 40.0, 42.5]) for _ in range(n)],
        }
    )


FRAME = _patients()
NUMBERED = FRAME.assign(subject_id=range(10442, 10442 + len(FRAME)))
NO_ID = FRAME.drop(columns=["subject_id", "site_id"])
WIDE = FRAME.join(FRAME.add_suffix("_two")).join(FRAME.add_suffix("_three"))
GROUPS = pd.concat([FRAME] * 20, ignore_index=True)

_Row = namedtuple("_Row", ["subject_id", "age_years", "phq9_total"])


def _markdown(frame: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.shape[1]]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


LEAKS: dict[str, tuple[str, str]] = {
    "head": (repr(FRAME.head()), "frame.head()"),
    "head of one": (repr(FRAME.head(1)), "frame.head(1)"),
    "long frame": (repr(FRAME), "frame"),
    "to_string": (FRAME.to_string(), "print(frame.to_string())"),
    "no index": (FRAME.head(8).to_string(index=False), ""),
    "wide frame": (repr(WIDE.head()), "wide"),
    "ids as index": (repr(FRAME.set_index("subject_id").head()), ""),
    "ids as one of two indices": (repr(FRAME.set_index(["subject_id", "rel_day"]).head()), ""),
    "numbers as ids": (repr(NUMBERED.head()), ""),
    "numbers as ids in the index": (repr(NUMBERED.set_index("subject_id").head()), ""),
    "no id": (repr(NO_ID.head()), ""),
    "no id, no index": (NO_ID.head().to_string(index=False), ""),
    "age, sex and score": (repr(NO_ID[["age_years", "sex", "phq9_total"]].head(4)), ""),
    "upside": (repr(FRAME.head(4).T), "frame.head(4).T"),
    "ids as columns": (repr(FRAME.head(4).set_index("subject_id").T), ""),
    "pivot": (repr(FRAME.head(9).pivot_table(index="subject_id", columns="site_id", values="phq9_total")), ""),
    "means of patients": (repr(FRAME.groupby("subject_id")[["phq9_total"]].mean().head()), ""),
    "series of means of patients": (repr(FRAME.groupby("subject_id")["phq9_total"].mean()), ""),
    "counts of patients": (repr(FRAME["subject_id"].value_counts()), ""),
    "one record": (repr(FRAME.iloc[3]), "frame.iloc[3]"),
    "one record of numbers": (repr(NO_ID.select_dtypes("number").iloc[17]), ""),
    "one record by code": (repr(FRAME.set_index("subject_id").iloc[3]), ""),
    "column of ids": (repr(FRAME["subject_id"]), ""),
    "column of numbered ids": (repr(NUMBERED["subject_id"]), ""),
    "column of scores": (repr(FRAME["phq9_total"]), ""),
    "list of ids": (repr(FRAME["subject_id"].tolist()), ""),
    "array of ids": (repr(FRAME["subject_id"].unique()), ""),
    "array of numbered ids": (repr(NUMBERED["subject_id"].unique()), "frame['subject_id'].unique()"),
    "list of scores": (repr(FRAME["phq9_total"].tolist()), "frame['phq9_total'].tolist()"),
    "records": (repr(FRAME.head(3).to_dict("records")), ""),
    "dict of lists": (repr(FRAME.head(5).to_dict("list")), ""),
    "dict of dicts": (repr(FRAME.head(5).to_dict()), ""),
    "records without id": (repr(NO_ID.head(3).to_dict("records")), ""),
    "record as json": (FRAME.head(2).to_json(orient="records"), ""),
    "json lines": (FRAME.head(4).to_json(orient="records", lines=True), ""),
    "indented json": (json.dumps(FRAME.head(2).to_dict("records"), indent=2), ""),
    "csv": (FRAME.head().to_csv(index=False), ""),
    "csv with index": (FRAME.head().to_csv(), ""),
    "csv without header": (FRAME.head().to_csv(index=False, header=False), ""),
    "csv without header and ids": (NO_ID.head().to_csv(index=False, header=False), ""),
    "semicolons": (FRAME.head().to_csv(index=False, sep=";", decimal=","), ""),
    "tabs": (FRAME.head().to_csv(index=False, sep="\t"), ""),
    "markdown": (_markdown(FRAME.head()), ""),
    "tuples": (str(list(FRAME.head(3).itertuples(index=False, name=None))), ""),
    "named tuples": (str(next(FRAME.itertuples())), ""),
    "named tuple": (str(_Row("17", 43, 12)), ""),
    "loop": ("\n".join(f"patient {i}: PHQ-9 {s}" for i, s in enumerate([12, 8, 20])), ""),
    "loop with codes": ("Processing KX-1042 ... done\nProcessing KX-1043 ... done\nProcessing KX-1077 ... done", ""),
    "one patient in a sentence": ("Excluded subject KX-1042 because the dose was too high", ""),
    "assignment": ("subject_id=10442 has no baseline", ""),
    "record number": ("MRN: 00442318", ""),
    "random effects": (repr({f"KX-{i}": {"Group": 0.12} for i in range(1001, 1005)}), "fit.random_effects"),
    "key error": ("KeyError: 'KX-1042'", ""),
    "conversion": ("ValueError: could not convert string to float: 'refused, see chart'", ""),
    "date in an error": ("ValueError: time data '03/15/2024' does not match format '%Y-%m-%d'", ""),
    "top of describe": (repr(FRAME.describe(include="all")), ""),
    "names": ("Smith, John\nMiller, Anna", ""),
    "name": ("Dr. Anna Kowalski saw the patient", ""),
    "e-mail": ("sent to jane.doe@example.org", ""),
    "telephone": ("call back at (415) 555-0132", ""),
    "social security": ("SSN 219-09-9999", ""),
    "dates": ("first infusion 2024-03-15, last 2024-05-02", ""),
    "frame of dates": (repr(pd.DataFrame({"visit_date": pd.to_datetime(["2024-03-15", "2024-04-02"]), "phq9_total": [12, 9]})), ""),
    "address": ("lives at 1420 Maple Street, Springfield, IL 62704", ""),
    "age": ("a 93-year-old woman", ""),
    "path on Windows": (r"FileNotFoundError: C:\Users\jsmith\Desktop\phq.xlsx", ""),
    "path on a Mac": ("/Users/jsmith/Documents/export.csv", ""),
    "path on Linux": ("Reading /home/jsmith/data/export.csv", ""),
    "link with a record": ("https://redcap.clinic.org/redcap_v13/DataEntry/record_home.php?pid=12&id=104", ""),
    "note": ("Patient reports vivid dreams and denies suicidal thoughts.", ""),
    "notes in a frame": (repr(pd.DataFrame({"rel_day": [3, 9], "notes": ["slept badly after her mother visited", "felt calm, back at work since Monday"]})), ""),
    "small counts": (repr(pd.DataFrame({"indication": ["PTSD", "OCD"], "n": [120, 3]})), ""),
    "worst patients": (repr(FRAME.nlargest(5, "phq9_total")[["subject_id", "phq9_total"]]), ""),
    "residuals": (repr(pd.Series([0.2, -1.3, 0.4], index=["KX-1001", "KX-1002", "KX-1003"])), ""),
    "one cell": ("'KX-1042'", "frame.loc[3, 'subject_id']"),
    "set": ("{'p000017', 'p000233', 'p000301'}", ""),
    "log": ("2024-03-15 10:11:12,123 INFO loaded subject_id KX-1042 (3 rows)", ""),
    "progress": ("KX-1042:  12%|█▏        | 5/40 [00:01<00:07, 4.9it/s]\nKX-1043:  15%|█▌\nKX-1044:  17%", ""),
    "warning with values": ("UserWarning: duplicate keys: ['KX-1042', 'KX-1043']", ""),
    "visits of one": (repr(FRAME.head(4)[["rel_day", "phq9_total"]]), "frame[frame.subject_id == who]"),
    "short names of columns": (repr(pd.DataFrame({"pt": [101, 102], "wk": [1, 1], "phq": [12, 19]})), ""),
    "initials": (repr(pd.DataFrame({"initials": ["JS", "AK"], "score": [12, 19]})), ""),
    "index": (repr(pd.Index(["KX-1001", "KX-1002", "KX-1003"])), ""),
}  # fmt: skip


def _summary() -> str:
    from statsmodels.formula.api import ols

    return str(ols("phq9_total ~ age_years + sex", GROUPS).fit().summary())


def _mixed() -> str:
    from statsmodels.formula.api import mixedlm

    return str(
        mixedlm("phq9_total ~ age_years", GROUPS.assign(noise=0), groups=GROUPS["site_id"])
        .fit()
        .summary()
    )


_BY_SITE = GROUPS.groupby("site_id")
_TIDY = pd.DataFrame(
    {
        "term": ["Intercept", "arm[T.im]", "visit[T.week 2]"],
        "estimate": [14.21, -1.32, -3.3],
        "std_error": [0.4, 0.6, 0.21],
        "df": [212.2, 199.1, 404.0],
        "p_value": [0.0001, 0.03, 0.0002],
    }
)
CLEAN: dict[str, tuple[str, str]] = {
    "describe": (repr(GROUPS.describe()), "frame.describe()"),
    "describe upright": (repr(GROUPS.describe().T), ""),
    "describe of a column": (repr(GROUPS["phq9_total"].describe()), ""),
    "describe by group": (repr(_BY_SITE["phq9_total"].describe()), ""),
    "value counts": (repr(GROUPS["sex"].value_counts()), ""),
    "value counts of scores": (repr(pd.concat([GROUPS] * 4)["phq9_total"].value_counts()), ""),
    "shares": (repr(GROUPS["sex"].value_counts(normalize=True)), ""),
    "crosstab": (repr(pd.crosstab(GROUPS["site_id"], GROUPS["sex"])), ""),
    "crosstab with margins": (repr(pd.crosstab(GROUPS["site_id"], GROUPS["sex"], margins=True)), ""),
    "means by group": (repr(_BY_SITE[["age_years", "phq9_total"]].mean()), ""),
    "mean by two": (repr(GROUPS.groupby(["site_id", "sex"])["phq9_total"].mean()), ""),
    "mean by two as frame": (repr(GROUPS.groupby(["site_id", "sex"])["phq9_total"].mean().reset_index()), ""),
    "agg": (repr(_BY_SITE["phq9_total"].agg(["count", "mean", "std"])), ""),
    "agg of many": (repr(_BY_SITE[["age_years", "phq9_total"]].agg(["count", "mean", "median"])), ""),
    "named agg": (repr(_BY_SITE.agg(n_patients=("subject_id", "nunique"), mean_age=("age_years", "mean"))), ""),
    "sizes": (repr(_BY_SITE.size()), ""),
    "pivot of means": (repr(GROUPS.pivot_table(index="site_id", columns="sex", values="phq9_total")), ""),
    "types": (repr(GROUPS.dtypes), ""),
    "missing": (repr(GROUPS.isna().sum()), ""),
    "distinct": (repr(GROUPS.nunique()), ""),
    "means": (repr(GROUPS.mean(numeric_only=True)), ""),
    "correlation": (repr(GROUPS.corr(numeric_only=True)), ""),
    "columns": (repr(GROUPS.columns), ""),
    "columns as list": (repr(GROUPS.columns.tolist()), ""),
    "info": (
        "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 610 entries, 0 to 609\nData columns (total 4 columns):\n"
        " #   Column      Non-Null Count  Dtype  \n---  ------      --------------  -----  \n"
        " 0   subject_id  610 non-null    object \n 1   age_years   610 non-null    int64  \n"
        " 2   sex         608 non-null    object \n 3   phq9_total  590 non-null    float64\n"
        "dtypes: float64(1), int64(1), object(2)\nmemory usage: 19.2+ KB\n",
        "frame.info()",
    ),
    "shape": ("(610, 14)", "frame.shape"),
    "number": ("342", ""),
    "five digits": ("16432", ""),
    "big number": ("8213457", ""),
    "sentence": ("342 of 610 patients (56.1%) had a score at week 4; mean change -6.3 (SD 5.1).", ""),
    "sentence about a scale": ("PHQ-9 fell from 16.8 to 9.2 points; GAD-7 from 13.1 to 8.8, PCL-5 from 48 to 31.", ""),
    "ols": (_summary(), "fit.summary()"),
    "mixed": (_mixed(), "fit.summary()"),
    "tidy": (repr(_TIDY), ""),
    "tidy as csv": (_TIDY.to_csv(index=False), ""),
    "tidy as markdown": (_markdown(_TIDY), ""),
    "survival": (
        "time  n_risk  estimate  conf_low  conf_high\n   0     140     1.000     1.000      1.000\n"
        "  28     106     0.825     0.751      0.879\n  56      66     0.551     0.462      0.632", ""),
    "marginal means": (
        "visit    regimen          week  estimate  std_error        df  conf_low  conf_high  observed    n\n"
        "week 1   esketamine IN   1.000    -5.876      0.852  1050.968    -7.547     -4.204    -5.846   26\n"
        "week 2   ketamine IM     2.000    -3.337      0.476  1075.254    -4.270     -2.403    -3.382   83", ""),
    "wilson": ("95% CI by Wilson (two-sided): 0.41 to 0.52; Kaplan-Meier, Cox model, Kenward-Roger df", ""),
    "figure": ("<Figure size 640x480 with 1 Axes>", "plot(km)"),
    "axes": ("<Axes: xlabel='week', ylabel='PHQ-9'>", ""),
    "object": ("<statsmodels.regression.linear_model.OLSResults at 0x7f3a2c1b9d50>", ""),
    "time": ("CPU times: user 1.23 s, sys: 45.1 ms, total: 1.28 s\nWall time: 1.31 s", ""),
    "versions": ("pandas 2.3.3, numpy 2.1.0, Python 3.11.7 (main, Dec 4 2023) [GCC 12.2.0]", ""),
    "progress": ("100%|██████████| 40/40 [00:03<00:00, 12.1it/s]", ""),
    "warning": (
        "/opt/conda/lib/python3.11/site-packages/pandas/core/frame.py:123: SettingWithCopyWarning: \n"
        "A value is trying to be set on a copy of a slice from a DataFrame.\n\nSee the caveats in the documentation: "
        "https://pandas.pydata.org/pandas-docs/stable/user_guide/indexing.html#returning-a-view-versus-a-copy", ""),
    "key error of a column": ("KeyError: 'phq9_totl'", ""),
    "columns not there": ("KeyError: \"['phq9_week12'] not in index\"", ""),
    "type error": ("TypeError: unsupported operand type(s) for +: 'int' and 'str'", ""),
    "shape error": ("ValueError: Length mismatch: Expected axis has 7 elements, new values have 6 elements", ""),
    "module": ("ModuleNotFoundError: No module named 'seaborn'", ""),
    "flow": ("Registered  610\nTreated     610\nEvaluable   478\nObserved    342", ""),
    "items": ("item_no    n   mean   sd\n1        342   1.90  0.8\n2        342   2.11  0.9\n9        342   0.71  0.9", ""),
    "dose by route": (repr(pd.DataFrame({"route": ["IV", "IM"], "n": [327, 177], "mean_dose_mg": [41.2, 66.0]})), ""),
    "codes of diagnoses": ("F32.1  120\nF33.2  210\nF43.10  64", ""),
    "LOINC": ("PHQ-9 44249-1, total 44261-6; GAD-7 70274-6", ""),
    "parameters": ("{'n_estimators': 100, 'max_depth': 5, 'random_state': 42}", ""),
    "arguments": ("mmrm('change ~ arm * visit', subject='subject_id', visit='visit', covariance='unstructured')", ""),
    "grouped numbers": ("{'clinic-a': 120, 'clinic-b': 95, 'clinic-c': 71}", ""),
    "weeks": ("[1, 2, 4, 8, 12, 16]", ""),
    "array of estimates": ("array([-5.88, -6.91, -7.30, -6.42, -6.45, -7.02])", "fit.marginal_means('visit').tidy()['estimate'].to_numpy()"),
    "bytes": ("Wrote 14,221 bytes in 0.3 s; SHA-256 054076e7d646ace58c5de15607d623d6a9d7c625918fa886e66216b01166b871", ""),
    "path": ("Report written: outputs/report/index.html", ""),
    "path of everybody": ("/home/jovyan/work/outputs", ""),
    "blood pressure": ("Systolic blood pressure rose by 14.2 mm[Hg] (SD 9.1), peak at 40 min; 120/80", ""),
    "clinics": (repr(pd.DataFrame({"site_id": ["clinic-a", "clinic-b"], "started": [115, 95], "shown": ["70%", "71%"]})), ""),
    "ages in bands": (repr(pd.DataFrame({"age_band": ["18-29", "30-44", "45-64", "65+"], "n": [84, 200, 250, 76]})), ""),
    "table one": ("Age, mean (SD)      44.3 (13.9)\nFemale, n (%)       362 (59.3%)\nPHQ-9, mean (SD)    16.8 (5.6)", ""),
    "test": ("Logrank: chi2 = 4.31, df = 1, p = 0.038", ""),
    "p-values": ("TtestResult(statistic=-2.31, pvalue=0.0214, df=338.0)", ""),
    "optimiser": ("Optimization terminated successfully.\n         Current function value: 1234.567\n         Iterations: 12", ""),
    "study": (
        "Study: Synthetic ketamine clinic network (synthetic data, 8 clinics, no dates)\ntable             rows  grain\n"
        "subjects           610  one row per patient\nsessions          5067  one row per treatment session\n"
        "assessments       8559  one row per completed scale", ""),
    "dictionary": ("column      type     unit   meaning\nsubject_id  text            pseudonym\nage_years   integer  years  age, 90 stands for 90 or older\ndose_mg     number   mg     dose", ""),
    "scale": ("PHQ-9 severity: 0-4 none, 5-9 mild, 10-14 moderate, 15-19 moderately severe, 20-27 severe", ""),
    "reference": ("Kroenke K, Spitzer RL, Williams JB. The PHQ-9. Journal of General Internal Medicine 2001;16:606-613", ""),
    "empty": ("Empty DataFrame\nColumns: [subject_id, age_years, phq9_total]\nIndex: []", ""),
    "numbers of sessions": (repr(pd.DataFrame({"n_sessions": [4, 5, 6], "patients": [120, 90, 210]})), ""),
    "quantiles": (repr(GROUPS["phq9_total"].quantile([0.25, 0.5, 0.75])), ""),
    "covariance": (repr(np.round(np.cov(np.arange(30).reshape(3, 10)), 3)), ""),
    "lifelines": (
        "<lifelines.CoxPHFitter: fitted with 600 total observations, 310 right-censored observations>\n"
        "             duration col = 'time'\n                event col = 'event'\n      baseline estimation = breslow\n"
        "   number of observations = 600\nnumber of events observed = 290\n   partial log-likelihood = -1650.12\n"
        "         time fit was run = 2024-11-12 10:20:30 UTC\n\n---\n            coef exp(coef)  se(coef)  coef lower 95%  coef upper 95%\n"
        "covariate                                                                    \narm         0.12      1.13      0.10           -0.08            0.32\n"
        "age_years  -0.01      0.99      0.01           -0.02            0.00\n---\nConcordance = 0.55", ""),
    "kfold": ("Fold 1: AUC 0.71\nFold 2: AUC 0.69\nFold 3: AUC 0.73", ""),
    "simulation": ("seed 2033, scenario clinic-network 2.0, 610 patients", ""),
    "check": ("63 rules over 239,504 rows: 0 errors, 0 warnings.", ""),
    "findings": ("rule     severity  table     column     count\nRNG-001  error     subjects  age_years  <11\nKEY-002  warning   sessions  -          12\nRNG-004  error     items  response  15", ""),
    "regimen counts": ("regimen\nketamine IV      327\nketamine IM      177\nketamine SL       54\nesketamine IN     52\nName: count, dtype: int64", ""),
    "responders by sex": (repr(pd.DataFrame({"sex": ["female", "male"], "responders": [91, 64], "patients": [201, 141]})), ""),
}  # fmt: skip
