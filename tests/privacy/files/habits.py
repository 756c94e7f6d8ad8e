"""More outputs of notebooks and files, leaky and clean, as other libraries and habits write them."""
# ruff: noqa: E501, S108 - a case reads best on its line

from __future__ import annotations

import json
import random

import numpy as np
import pandas as pd

from tests.privacy.files.written_files import (
    GROUPS,
    document,
    notebook,
    output,
    paragraph,
    workbook,
)

_RNG = random.Random(9)  # noqa: S311 - invented data
_F = pd.DataFrame(
    {
        "patient_id": [f"P{n:04d}" for n in range(31, 51)],
        "age": [_RNG.randrange(20, 80) for _ in range(20)],
        "gender": [_RNG.choice("FM") for _ in range(20)],
        "visit": ["baseline", "week 4"] * 10,
        "PHQ9": [_RNG.randrange(27) for _ in range(20)],
        "notes": ["slept badly again, worried about work and her kids"] * 20,
    }
)
_I = _F.assign(patient_id=range(7001, 7021))
LEAKS: dict[str, bytes] = {
    "styler": notebook(output(html=_F.head().style.set_uuid("b71fe").to_html())),
    "code names a table": notebook(
        output(html='<table id="T_12345"><tr><th id="T_row0_col0">mean</th></tr></table>')
    ),
    "split": json.dumps(json.loads(_F.drop(columns="notes").to_json(orient="split"))).encode(),
    "polars": notebook(
        output(
            "shape: (2, 3)\n┌────────────┬─────┬──────┐\n│ patient_id ┆ age ┆ phq9 │\n│ ---        ┆ --- ┆ ---  │\n│ i64        ┆ i64 ┆ i64  │\n╞════════════╪═════╪══════╡\n│ 7001       ┆ 43  ┆ 12   │\n│ 7002       ┆ 51  ┆ 20   │\n└────────────┴─────┴──────┘"
        )
    ),
    "spark": notebook(
        output(
            "+----------+---+----+\n|patient_id|age|phq9|\n+----------+---+----+\n|      7001| 43|  12|\n|      7002| 51|  20|\n+----------+---+----+\nonly showing top 2 rows\n"
        )
    ),
    "values": notebook(output(repr(_F[["age", "gender", "PHQ9"]].head(3).values))),
    "intvalues ids": notebook(output(repr(_I.set_index("patient_id").index)), source="ix"),
    "latex": notebook(
        output(
            _F.head(3)[["patient_id", "age"]]
            .to_csv(sep="&", index=False, header=False)
            .replace("\n", "\\\\\n")
        )
    ),
    "yaml": notebook(output("- age: 43\n  sex: F\n  phq9: 12\n  dose_mg: 40\n")),
    "xml": b"<rows><row><patient_id>P0031</patient_id><age>43</age></row></rows>",
    "sql echo": notebook(
        output("IntegrityError: UNIQUE constraint failed: Key (patient_id)=(P0031) already exists.")
    ),
    "assert": notebook(
        {
            "output_type": "error",
            "ename": "AssertionError",
            "evalue": "duplicate subject ids: [7001, 7002]",
            "traceback": [],
        }
    ),
    "resid": notebook(
        output(repr(pd.Series([0.211, -1.31, 0.42, 2.2]))), source="fit.resid.head()"
    ),
    "ranef ints": notebook(
        output(
            "{7001: Group    1.213\ndtype: float64, 7002: Group   -0.514\ndtype: float64, 7003: Group 0.113\ndtype: float64}"
        ),
        source="fit.random_effects",
    ),
    "event table": notebook(
        output(
            "          removed  observed  censored  entrance  at_risk\nevent_at                                                \n0.0             0         0         0       140      140\n12.0            1         1         0         0      140\n19.0            2         1         1         0      139"
        )
    ),
    "crosstab small": notebook(
        output(
            repr(
                pd.crosstab(pd.Series(["F"] * 30 + ["M"] * 33), pd.Series(["y"] * 27 + ["n"] * 36))
            )
        ),
        source="pd.crosstab(a, b)",
    ),
    "size small": notebook(
        output("site\nA    120\nB      4\ndtype: int64"), source="df.groupby('site').size()"
    ),
    "describe of 7": notebook(output(repr(_F["PHQ9"].head(7).describe()))),
    "boxplot data": notebook(output(repr(_F.sort_values("PHQ9").tail(3)[["age", "PHQ9"]]))),
    "multiindex columns": notebook(
        output(
            repr(_F.pivot_table(index="patient_id", columns="visit", values=["PHQ9", "age"]).head())
        )
    ),
    "pivot html": notebook(
        output(
            html=_F.pivot_table(index="patient_id", columns="visit", values=["PHQ9", "age"])
            .head()
            .to_html()
        )
    ),
    "int pivot html": notebook(
        output(html=_I.pivot_table(index="patient_id", columns="visit", values="PHQ9").to_html())
    ),
    "one code": notebook(output("Dropped P0031: no baseline")),
    "one code b": notebook(output("max score at KET-2019-0042")),
    "whos": notebook(
        output(
            "Variable   Type    Data/Info\n----------------------------\npid        str     P0031\nn          int     20"
        )
    ),
    "display html b": notebook(output(html="<b>Patient 7001</b>: PHQ-9 20 → 8")),
    "itables": notebook(
        output(
            html='<script>new DataTable("#t", {"data": [["P0031", 43, "F"], ["P0032", 51, "M"]]})</script>'
        )
    ),
    "itables ints": notebook(
        output(
            html='<script>new DataTable("#t", {"columns":[{"title":"patient_id"},{"title":"age"}],"data": [[7001, 43], [7002, 51]]})</script>'
        )
    ),
    "plotly html": notebook(
        output(
            html='<script>Plotly.newPlot("a", [{"hovertext":["P0031","P0032"],"x":[1,2],"y":[4,3]}])</script>'
        )
    ),
    "warn": notebook(
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "/opt/x.py:12: UserWarning: patient 7001 has two baselines\n  warnings.warn(m)\n",
        }
    ),
    "named Series iloc": notebook(output(repr(_I.drop(columns="notes").iloc[0]))),
    "squeeze": notebook(output(repr(_I.set_index("patient_id").loc[7003]))),
    "to_dict ints": notebook(
        output(repr(_I.head(4).set_index("patient_id")["PHQ9"].to_dict())),
        source="df.set_index('patient_id')['PHQ9'].to_dict()",
    ),
    "groups": notebook(
        output("{'P0031': [0, 1], 'P0032': [2], 'P0033': [3]}"),
        source="df.groupby('patient_id').groups",
    ),
    "dates": notebook(
        output("DatetimeIndex(['2024-03-15', '2024-04-02'], dtype='datetime64[ns]', freq=None)")
    ),
    "timestamp": notebook(output("Timestamp('2023-11-02 09:30:00')")),
    "german": notebook(
        output(
            "  Patientennummer  Alter Geschlecht  PHQ9\n0           10442     43          w    12\n1           10443     51          m    20"
        )
    ),
    "spanish": notebook(output("   id_paciente  edad sexo  PHQ9\n0        10442    43    F    12")),
    "zip col": notebook(output("     zip  age  phq9\n0  62704   43    12\n1  62711   51    20")),
    "employee": notebook(output("infusion nurse: Maria Gonzalez RN, room 4")),
    "csv print ints": notebook(output("7001,43,F,12\n7002,51,M,20\n7003,29,F,8")),
    "pprint": notebook(
        output(
            "{'adverse_events': [{'day': 3, 'term': 'nausea'}],\n 'age': 43,\n 'phq9': [12, 8],\n 'sex': 'F',\n 'patient': 'P0031'}"
        )
    ),
    "dataclass": notebook(output("Patient(age=43, sex='F', baseline=18, week4=7)")),
    "mrn fstring": notebook(output("MRN 8812345 | DOB 03/02/1971")),
    "sed": notebook(
        output("worst case: 54-year-old man, hospitalised after session 3 on 12 May 2023")
    ),
    "env": notebook(output("PosixPath('/home/mbrown/ketamine/export.xlsx')")),
    "unc": notebook(output(r"\\clinic-fs01\Users\mbrown\Desktop\x.csv")),
    "whois": notebook(output("'mbrown@sunriseclinic.com'")),
    "url": notebook(output("https://portal.clinic.com/patients/88123/chart")),
    "scatter src": notebook(
        output("<Figure size 640x480 with 1 Axes>", **{"image/png": "iVBORw0KGgo="}),
        source="for pid, g in df.groupby('patient_id'):\n    ax.plot(g.day, g.phq)",
    ),
    "eav": notebook(
        output(
            "   record_id field_name value\n0       7001       phq1     2\n1       7001       phq2     1\n2       7002       phq1     3"
        )
    ),
    "redcap": notebook(
        output(
            "  record_id redcap_event_name  phq9_total\n0      1-23    baseline_arm_1          12\n1      1-24    baseline_arm_1          19"
        )
    ),
    "usubjid": notebook(
        output(
            "       USUBJID  AVISIT  AVAL\n0  KET-01-1001  Week 4    12\n1  KET-01-1002  Week 4     9"
        )
    ),
    "monitor": notebook(
        output(
            "   session_no  rel_min parameter  value\n0           1        0       sbp    121\n1           1       10       sbp    144\n2           1       20       sbp    151"
        ),
        source="m[m.subject_id == pid]",
    ),
    "scores": notebook(
        output("[12, 8, 20, 3, 17, 22, 9, 14, 6, 11, 25]"), source="df['PHQ9'].tolist()"
    ),
    "json app": notebook(output(**{"application/json": [{"patient_id": "P0031", "age": 3}]})),
    "stdout json": notebook(
        {
            "output_type": "stream",
            "name": "stdout",
            "text": '{"resourceType":"Patient","id":"abc","birthDate":"1971-03-02","gender":"male"}',
        }
    ),
    "fhir": notebook(output('{"subject": {"reference": "Patient/88123"}, "valueInteger": 12}')),
}
CLEAN: dict[str, bytes] = {
    **{
        f"styler {name}": notebook(
            output(
                html=pd.DataFrame({"arm": ["iv", "im"], "n": [120, 130], "mean": [9.2, 8.4]})
                .style.set_uuid(name)
                .to_html()
            )
        )
        for name in ("12345", "01234", "b71fe")
    },
    "agg multi": notebook(
        output(repr(pd.concat([_F] * 20).groupby("gender")[["age", "PHQ9"]].agg(["mean", "std"])))
    ),
    "agg multi html": notebook(
        output(
            html=pd.concat([_F] * 20).groupby(["gender", "visit"])[["age", "PHQ9"]].mean().to_html()
        )
    ),
    "counts html": notebook(
        output(
            html=pd.concat([_F] * 20)
            .groupby(["gender", "visit"])
            .size()
            .reset_index(name="patients")
            .to_html()
        )
    ),
    "crosstab html": notebook(
        output(
            html=pd.crosstab(
                pd.concat([_F] * 20, ignore_index=True).gender,
                pd.concat([_F] * 20, ignore_index=True).visit,
            ).to_html()
        ),
        source="pd.crosstab(a,b)",
    ),
    "corr html": notebook(output(html=_F.select_dtypes("number").corr().to_html())),
    "sd": notebook(
        output("Mean PHQ-9 by week: baseline 16.8, week 1 12.1, week 4 9.3, week 12 9.9")
    ),
    "km": notebook(
        output(
            html=pd.DataFrame(
                {"time": [0, 28, 56], "n_risk": [140, 106, 66], "estimate": [1.0, 0.825, 0.551]}
            ).to_html()
        )
    ),
    "cox": notebook(
        output(
            "           coef  exp(coef)   se(coef)     z      p\narm[T.im]  0.123   1.131     0.102    1.21   0.23\nage       -0.011   0.989     0.004   -2.75   0.006\nn= 600, number of events= 290"
        )
    ),
    "anova": notebook(
        output(
            "              df    sum_sq   mean_sq         F    PR(>F)\narm          1.0    123.4     123.4      4.31     0.038\nResidual   338.0   9679.1      28.6       NaN       NaN"
        )
    ),
    "tukey": notebook(
        output(
            " Multiple Comparison of Means - Tukey HSD, FWER=0.05 \n====================================================\ngroup1 group2 meandiff p-adj   lower   upper  reject\n----------------------------------------------------\n    im     iv    -2.31 0.012   -4.1    -0.51   True\n----------------------------------------------------"
        )
    ),
    "gee": notebook(
        output(
            "                               GEE Regression Results                              \n===================================================================================\nDep. Variable:                     phq9   No. Observations:                  1793\nModel:                              GEE   No. clusters:                       466\nMethod:                     Generalized   Min. cluster size:                    1\n                      Estimating Equations   Max. cluster size:                  6\nFamily:                        Gaussian   Mean cluster size:                  3.8\nDependence structure:      Exchangeable   Num. iterations:                      9\nDate:                  Tue, 26 Nov 2024   Scale:                          28.112\nCovariance type:                 robust   Time:                         10:22:31"
        )
    ),
    "mixedlm": notebook(
        output(
            "         Mixed Linear Model Regression Results\n=======================================================\nModel:            MixedLM Dependent Variable: phq9     \nNo. Observations: 1793    Method:             REML     \nNo. Groups:       466     Scale:              20.1     \nMin. group size:  2       Log-Likelihood:     -5523.1  \nMax. group size:  6       Converged:          Yes      \nMean group size:  3.8                                  \n-------------------------------------------------------\n           Coef.  Std.Err.    z    P>|z| [0.025 0.975]\nIntercept  16.211    0.312 51.958  0.000 15.600 16.822\nvisit      -1.321    0.101 -13.07  0.000 -1.519 -1.123\nGroup Var   9.871    0.412"
        )
    ),
    "lifelines": notebook(
        output(
            '<lifelines.KaplanMeierFitter:"KM_estimate", fitted with 140 total observations, 60 right-censored observations>'
        )
    ),
    "sklearn": notebook(
        output(
            "Pipeline(steps=[('scale', StandardScaler()), ('clf', LogisticRegression(C=1.0, max_iter=1000))])"
        )
    ),
    "tqdm": notebook(
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "bootstrap:  45%|████▌     | 4500/10000 [00:12<00:15, 361.22it/s]\r",
        }
    ),
    "pip": notebook(
        {
            "output_type": "stream",
            "name": "stdout",
            "text": "Requirement already satisfied: pandas in /opt/conda/lib/python3.11/site-packages (2.3.3)\nSuccessfully installed lifelines-0.30.0 autograd-1.7.0\n",
        }
    ),
    "git": notebook(output("commit 054076e7 (HEAD -> main), 3 files changed, 120 insertions(+)")),
    "convergence": notebook(
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "/opt/conda/lib/python3.11/site-packages/statsmodels/regression/mixed_linear_model.py:2200: ConvergenceWarning: MixedLM optimization failed, trying a different optimizer may help.\n  warnings.warn(msg, ConvergenceWarning)\n",
        }
    ),
    "future": notebook(
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "/tmp/ipykernel_1234/1234567890.py:3: FutureWarning: The default of observed=False is deprecated\n",
        }
    ),
    "error clean": notebook(
        {
            "output_type": "error",
            "ename": "NameError",
            "evalue": "name 'dff' is not defined",
            "traceback": [
                "\x1b[0;31m---------------------------------------------------------------------------\x1b[0m",
                "NameError                                 Traceback (most recent call last)",
                "Cell In[3], line 1\n----> 1 dff.describe()\n",
                "NameError: name 'dff' is not defined",
            ],
        }
    ),
    "ci": notebook(
        output("Response at week 4: 45.3% (95% CI 40.1% to 50.6%), n = 342; NNT 4 (3 to 7)")
    ),
    "table1": notebook(
        output(
            html="<table><tr><th></th><th>IV (n = 327)</th><th>IM (n = 177)</th></tr><tr><td>Age, mean (SD)</td><td>44.4 (14.1)</td><td>44.6 (13.7)</td></tr><tr><td>Female, n (%)</td><td>194 (59.3)</td><td>101 (57.1)</td></tr></table>"
        )
    ),
    "vitals": notebook(
        output(
            "      parameter  rel_min    mean     sd    n\n0           sbp        0  122.41  12.10  610\n1           sbp       40  141.92  15.33  608\n2           hr         0   74.10   9.85  610"
        )
    ),
    "ae": notebook(
        output(
            "term       events  per_100_sessions\nnausea        121              2.39\nheadache       88              1.74\ndizziness      64              1.26"
        )
    ),
    "spc": notebook(
        output(
            "month  n  mean  lcl  ucl  signal\n1     52  9.1  6.2  12.4  False\n2     49  8.7  6.1  12.5  False"
        )
    ),
    "funnel": notebook(
        output(
            html=pd.DataFrame(
                {
                    "site": ["clinic-a", "clinic-b"],
                    "n": [75, 55],
                    "response": [0.52, 0.53],
                    "low": [0.41, 0.40],
                    "high": [0.63, 0.65],
                }
            ).to_html()
        )
    ),
    "alt": notebook(
        output(
            "Line chart of model means with 95% confidence bands for 2 groups: Change in PHQ-9, 6 visits from 1 to 16. iv: -5.9 (-7.5 to -4.2; n 26) at 1, -6.9 (-8.5 to -5.3; n 29) at 2."
        )
    ),
    "cfg": notebook(
        output("{'instrument': 'PHQ-9', 'visit': 'week 4', 'baseline_at_least': 10, 'seed': 2033}")
    ),
    "scenario": notebook(
        output("Scenario(name='clinic-network', seed=2033, patients=610, clinics=8)")
    ),
    "memory": notebook(output("memory usage: 48.2 MB; 239,504 rows; peak 512 MB; 3.1 s")),
    "list cols": notebook(
        output("['subject_id', 'site_id', 'age_years', 'sex', 'indication', 'prior_failures']")
    ),
    "missing pct": notebook(
        output("subject_id    0.0%\nage_years     1.2%\nphq9_total    8.4%\ndtype: object")
    ),
    "missing table": notebook(
        output(
            "            missing  percent\nage_years        12      2.0\nphq9_total      142     23.3"
        )
    ),
    "iqr": notebook(output("PHQ-9: median 17 (IQR 13 to 21), range 0 to 27")),
    "dtypes html": notebook(output(html=_F.dtypes.to_frame("dtype").to_html())),
    "bayes": notebook(
        output(
            "            mean     sd  hdi_3%  hdi_97%  ess_bulk  r_hat\nIntercept  16.20  0.310  15.600   16.800    4012.0    1.0"
        )
    ),
    "perm": notebook(output("array([[0.91, 0.09],\n       [0.22, 0.78]])")),
    "confmat": notebook(output("array([[152,  33],\n       [ 41, 116]])")),
    "linspace": notebook(
        output("array([ 0.,  7., 14., 21., 28., 35., 42., 49., 56., 63., 70., 77.])")
    ),
    "power": notebook(
        output("n per arm  power\n       50  0.612\n      100  0.893\n      150  0.974")
    ),
    "policy md": notebook(
        cell={
            "cell_type": "markdown",
            "source": "## Methods\n\nPatients were analysed as treated. A patient is *evaluable* with a PHQ-9 of 10 or more at baseline. Response: fall of 50% or more (Trivedi et al. 2006). Models: MMRM with Kenward–Roger df (Kenward & Roger 1997). Contact the data office.",
        }
    ),
    "md ref": notebook(
        cell={
            "cell_type": "markdown",
            "source": "Source: McInnes LA et al. (2022). *A retrospective analysis of ketamine intravenous therapy for depression in real-world care settings*. J Affect Disord 301:486-495. doi:10.1016/j.jad.2021.12.097",
        }
    ),
    "code": notebook(
        source="from analysis import mmrm\nfit = mmrm('change ~ arm * visit + baseline', data, subject='subject_id', visit='visit')\nfit.marginal_means('arm', by='visit').contrasts('pairwise')\n"
    ),
    "code2": notebook(
        source="df = read_study('local/study').tables['assessments']\ndf = df[df['instrument'] == 'PHQ-9'].merge(subjects, on='subject_id')\nassert df['subject_id'].nunique() == 610\n"
    ),
    "icd": notebook(
        output(
            "code    label                                n\nF33.2   MDD, recurrent, severe             210\nF43.10  PTSD, unspecified                   64"
        )
    ),
    "loess": notebook(
        output(
            repr(pd.DataFrame({"week": np.arange(0, 17, 4), "fitted": [16.2, 11.3, 9.4, 9.1, 9.6]}))
        )
    ),
    "two cat": notebook(
        output(repr(pd.DataFrame({"sex": ["F", "M"], "phq9_total": [9.42, 9.97]})))
    ),
    "sex visit": notebook(
        output(
            repr(
                pd.DataFrame(
                    {
                        "sex": ["F", "F", "M", "M"],
                        "visit": ["week 1", "week 4"] * 2,
                        "PHQ9": [12.11, 9.42, 12.9, 9.97],
                    }
                )
            )
        )
    ),
    "n sessions": notebook(
        output("sessions  patients\n6              210\n7              120\n8               96")
    ),
}


def _shown(text, s="x", **more):
    return notebook(output(text, **more), source=s)


def _said(text):
    return notebook({"output_type": "stream", "name": "stdout", "text": text})


_D = pd.DataFrame(
    {
        "ID": ["A-17", "A-18", "B-02"],
        "Age at intake": [33, 58, 41],
        "MADRS_d0": [31, 28, 35],
        "MADRS_d28": [12, 19, 30],
    }
)
MORE_LEAKS: dict[str, bytes] = {
    "ID short": _shown(repr(_D)),
    "ID short html": _shown("", html=_D.to_html()),
    "no id wide": _shown("", html=_D.drop(columns="ID").to_html()),
    "print f": _said(
        "A-17 -> MADRS 31 at baseline, 12 at day 28\nA-18 -> MADRS 28 at baseline, 19 at day 28"
    ),
    "responders": _said("Responders: ['A-17', 'B-02']"),
    "query": _shown(repr(_D.query("MADRS_d28>25"))),
    "excl note": _said(
        "Excluding one participant (male, 67, bipolar) who dropped out on 14 Feb 2024 after a panic attack."
    ),
    "initials": _said("J.K. relapsed at week 6; M.S. relapsed at week 9"),
    "mother": _said("her mother Maria drove her home"),
    "phone": _said("Tel. 0171 2345678"),
    "us phone": _said("+1 415 555 0132"),
    "zip4": _said("mailing ZIP 94110-1234"),
    "npi": _said("NPI 1234567893"),
    "dob": _said("born 03.02.1971"),
    "age93": _shown("   age  n_sessions\n0   93           6"),
    "device": _said("infusion pump serial number: SN-88421-X"),
    "ip": _said("login from 81.23.44.101"),
    "dict id": _shown("{'A-17': {'baseline': 31, 'd28': 12}, 'A-18': {'baseline': 28, 'd28': 19}}"),
    "idxmax": _shown("'A-17'", s="df.set_index('ID')['MADRS_d28'].idxmax()"),
    "np rec": _shown(
        "array([(17, 33, 'F', 31), (18, 58, 'M', 28)], dtype=[('id', '<i8'), ('age', '<i8'), ('sex', '<U1'), ('madrs', '<i8')])"
    ),
    "ae listing": _shown(
        "  subject  day          term  grade\n0      17    3        nausea      2\n1      18    9  hypertension      3"
    ),
    "swimmer": _shown("", s="plot_swimmer(sessions)", **{"image/png": "iVBORw0KGgo="}),
    "timeline": _shown(
        "   day  sbp  dbp  dose_mg\n0    0  122   80     42.0\n1    3  131   84     42.0\n2    7  128   81     45.0"
    ),
    "comment xlsx": workbook(
        {"s": GROUPS},
        more={
            "xl/comments1.xml": "<comments><authors><author>mbrown</author></authors><commentList><comment><text><t>check with A-17</t></text></comment></commentList></comments>"
        },
    ),
    "custom prop": document(
        paragraph("x"),
        more={
            "docProps/custom.xml": '<Properties><property name="Reviewer"><lpwstr>Maria Gonzalez</lpwstr></property></Properties>'
        },
    ),
}
MORE_CLEAN: dict[str, bytes] = {
    "hist": _shown(
        "(array([ 12.,  45., 101., 88., 41.]), array([ 0.,  5., 10., 15., 20., 27.]), <BarContainer object of 5 artists>)"
    ),
    "lr": _shown(
        "               Null-hypothesis  test_statistic     p\nlogrank    survival equal        4.31  0.038"
    ),
    "quant": _shown("0.25    12.0\n0.50    17.0\n0.75    21.0\nName: phq9_total, dtype: float64"),
    "mean by wk": _shown(
        "week\n0     16.81\n1     12.10\n4      9.33\nName: phq9_total, dtype: float64"
    ),
    "pivot mean": _shown(
        "",
        html=pd.DataFrame(
            {"baseline": [16.8, 16.5], "week 4": [9.3, 9.9]},
            index=pd.Index(["IV", "IM"], name="route"),
        ).to_html(),
    ),
    "effect": _said("Hedges g = 0.42 (95% CI 0.18 to 0.66), p = 0.001, n = 342"),
    "arms": _shown("{'iv': 327, 'im': 177, 'sl': 54}"),
    "phases": _shown("induction      3021\nmaintenance    2046\nName: phase, dtype: int64"),
    "dose": _shown(
        "              mean    std  count\nroute                           \nIM           66.01  12.10    177\nIV           41.21   9.90    327"
    ),
    "rates": _shown(
        "     measure       n  percent\n0   response  155/342     45.3\n1  remission   52/342     15.2"
    ),
    "fit warn": notebook(
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "RuntimeWarning: invalid value encountered in log\n",
        }
    ),
    "equation": notebook(
        cell={
            "cell_type": "markdown",
            "source": "$$y_{ij} = x_{ij}^T \\beta + b_i + e_{ij}$$ where $i$ is a patient and $j$ a visit.",
        }
    ),
    "todo": notebook(
        source="# baseline: last score in the 30 days before treatment\nscores = scores[scores.rel_day.between(-30, 0)]\n"
    ),
    "params": _shown('Parameters(instrument="PHQ-9", visit="week 4", minimum=11)'),
    "cell time": _said("[NbConvertApp] Writing 357071 bytes to notebooks/01-data-checks.ipynb"),
    "shape": _said("subjects (610, 11)\nsessions (5067, 17)\nassessments (8559, 10)"),
    "head of results": _shown(
        "",
        html=pd.DataFrame(
            {
                "contrast": ["im - iv", "sl - iv"],
                "visit": ["week 4", "week 4"],
                "estimate": [2.01, 0.22],
                "std_error": [0.6, 0.9],
                "p_value": [0.001, 0.8],
            }
        )
        .head()
        .to_html(),
    ),
    "columns": _said("Columns: subject_id, instrument, rel_day, total"),
    "safety": _said(
        "Transient hypertension in 12.1% of sessions; no deaths; 14 serious events among 610 patients."
    ),
    "season": _shown("      month   n  mean\n0   month 1  88  12.1\n1   month 2  94  11.8"),
    "cadss": _shown(
        "rel_min  parameter    n  median    q1    q3\n     40  cadss      610    14.0   8.0  22.0\n     80  cadss      604     2.0   0.0   5.0"
    ),
    "heat": _shown(
        "",
        html=pd.DataFrame(
            np.eye(3).round(2), index=["phq9", "gad7", "pcl5"], columns=["phq9", "gad7", "pcl5"]
        ).to_html(),
    ),
    "site": _shown(
        "",
        html=pd.DataFrame(
            {
                "site_id": ["clinic-a", "clinic-b"],
                "patients": [115, 95],
                "PHQ-9 baseline": [16.9, 17.2],
            }
        ).to_html(),
    ),
    "agreement": _shown("ICC(2,1) = 0.81; kappa = 0.72; n = 120 pairs"),
    "xlsx": workbook(
        {
            "Response": [
                ["Measure", "N", "Percent"],
                ["Response", "342", "45.3"],
                ["Remission", "342", "15.2"],
            ]
        }
    ),
}

LEAKS |= {f"{name} too": content for name, content in MORE_LEAKS.items()}
CLEAN |= {f"{name} too": content for name, content in MORE_CLEAN.items()}
