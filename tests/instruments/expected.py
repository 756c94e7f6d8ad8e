"""What each scale must say, typed here from its sources and never read from the data files."""

HALF, PRORATE, NONE = 0.5, "prorate", "none"


def expect(ranges, total, recall, **stated):
    """Everything about one scale; what is not stated must be undefined."""
    return {
        "ranges": ranges,
        "total": total,
        "recall": recall,
        "rater": "self",
        "direction": "lower is better",
        "method": "sum",
        "multiplier": 1,
        "domains": tuple((n,) for n in range(1, len(ranges) + 1)),
        "gate": None,
        "not_applicable": (),
        "parent": None,
        "parent_items": (),
        "may_be_averaged": True,
        "bands": [],
        "response": None,
        "response_at_most": None,
        "remission": None,
        "other_remission": (),
        "clinically_significant": None,
        "positive": None,
        "positive_at_most": None,
        "other_positive": (),
        "positive_by_sex": (),
        "missing": (NONE, 0),
        "never_filled_in": (),
        "spread": (None, None),
        "published_reliable_change": None,
        "important": (None, None),
        "loinc": None,
        "cdisc": None,
        **stated,
    }


def same(count, low, high):
    """Range of each of several like items."""
    return ((low, high),) * count


CLINICIAN = {"rater": "clinician"}
SEVERITY_9 = [(0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe")]

EXPECTED = {
    # Kroenke, Spitzer and Williams 2001; CMS159; Pfeiffer et al. 2024; Kounali et al. 2020 (20 %);
    # manual of NHS Talking Therapies (6 points); loinc.org; NCI EVS
    "PHQ-9": expect(
        same(9, 0, 3),
        (0, 27),
        14,
        bands=[*SEVERITY_9, (20, "severe")],
        response=HALF,
        remission=4,
        other_remission=(5,),
        positive=10,
        missing=(PRORATE, 2),
        never_filled_in=(9,),
        spread=(5.0, 0.84),
        published_reliable_change=(6, 6),
        important=(5, 0.20),
        loinc=(
            *("44249-1", "44261-6"),
            (
                "44250-9",
                "44255-8",
                "44259-0",
                "44254-1",
                "44251-7",
                "44258-2",
                "44252-5",
                "44253-3",
                "44260-8",
            ),
        ),
        cdisc=(
            *("PHQ-9", "PHQ0111"),
            (
                "PHQ0101",
                "PHQ0102",
                "PHQ0103",
                "PHQ0104",
                "PHQ0105",
                "PHQ0106",
                "PHQ0107",
                "PHQ0108",
                "PHQ0109",
            ),
        ),
    ),
    # Kroenke et al. 2009: PHQ-9 without its ninth item
    "PHQ-8": expect(
        same(8, 0, 3),
        (0, 24),
        14,
        parent="PHQ-9",
        parent_items=(1, 2, 3, 4, 5, 6, 7, 8),
        bands=[*SEVERITY_9, (20, "severe")],
        response=HALF,
        remission=4,
        positive=10,
        missing=(PRORATE, 2),
    ),
    # Kroenke, Spitzer and Williams 2003
    "PHQ-2": expect(same(2, 0, 3), (0, 6), 14, parent="PHQ-9", parent_items=(1, 2), positive=3),
    # Spitzer et al. 2006; Kounali et al. 2020 (27 %); NHS Talking Therapies (4 points); loinc.org
    "GAD-7": expect(
        same(7, 0, 3),
        (0, 21),
        14,
        bands=[(0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")],
        response=HALF,
        remission=4,
        other_remission=(7,),
        positive=10,
        missing=(PRORATE, 2),
        spread=(5.0, 0.83),
        published_reliable_change=(4, 4),
        important=(4, 0.27),
        loinc=(
            *("69737-5", "70274-6"),
            ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
        ),
    ),
    # Rush et al. 2003 and ids-qids.org: nine domains, three of them of several items
    "QIDS-SR16": expect(
        same(16, 0, 3),
        (0, 27),
        7,
        domains=((1, 2, 3, 4), (5,), (6, 7, 8, 9), (10,), (11,), (12,), (13,), (14,), (15, 16)),
        bands=[(0, "none"), (6, "mild"), (11, "moderate"), (16, "severe"), (21, "very severe")],
        response=HALF,
        remission=5,
        never_filled_in=(12,),
        spread=(4.5, 0.86),
    ),
    # ids-qids.org: 28 of 30 items are scored
    "IDS-SR30": expect(
        same(30, 0, 3),
        (0, 84),
        7,
        domains=(
            *((1,), (2,), (3,), (4,), (5,), (6,), (7,), (8,), (9,), (10,), (11, 12), (13, 14)),
            *((15,), (16,), (17,), (18,), (19,), (20,), (21,), (22,), (23,), (24,), (25,)),
            *((26,), (27,), (28,), (29,), (30,)),
        ),
        bands=[(0, "none"), (14, "mild"), (26, "moderate"), (39, "severe"), (49, "very severe")],
        response=HALF,
        remission=13,
        missing=(PRORATE, 2),
        never_filled_in=(18,),
    ),
    # Montgomery and Asberg 1979; Snaith et al. 1986; Popova et al. 2019 (12); KADS, KetECT (10)
    "MADRS": expect(
        same(10, 0, 6),
        (0, 60),
        7,
        **CLINICIAN,
        bands=[(0, "normal"), (7, "mild"), (20, "moderate"), (35, "severe")],
        response=HALF,
        remission=12,
        other_remission=(10,),
        missing=(PRORATE, 1),
        never_filled_in=(10,),
        spread=(5.5, 0.91),
        important=(6, None),
    ),
    # Hamilton 1960: nine items to 4, eight to 2; Handbook of Psychiatric Measures (bands)
    "HAM-D17": expect(
        (
            *((0, 4), (0, 4), (0, 4), (0, 2), (0, 2), (0, 2), (0, 4), (0, 4), (0, 4), (0, 4)),
            *((0, 4), (0, 2), (0, 2), (0, 2), (0, 4), (0, 2), (0, 2)),
        ),
        (0, 52),
        7,
        **CLINICIAN,
        bands=[(0, "none"), (8, "mild"), (14, "moderate"), (19, "severe"), (23, "very severe")],
        response=HALF,
        remission=7,
        never_filled_in=(3,),
        important=(3, None),
    ),
    # Hamilton 1959
    "HAM-A": expect(
        same(14, 0, 4),
        (0, 56),
        7,
        **CLINICIAN,
        bands=[
            *((0, "mild or less"), (18, "mild to moderate"), (25, "moderate to severe")),
            (31, "severe"),
        ],
        response=HALF,
        remission=7,
    ),
    # Beck, Steer and Brown 1996; Kounali et al. 2020 (23 %)
    "BDI-II": expect(
        same(21, 0, 3),
        (0, 63),
        14,
        bands=[(0, "minimal"), (14, "mild"), (20, "moderate"), (29, "severe")],
        response=HALF,
        remission=12,
        other_remission=(10,),
        never_filled_in=(9,),
        important=(None, 0.23),
    ),
    # National Center for PTSD (31 to 33); Marx et al. 2022 (15 to 18, 28); 20 % of 20 items are 4
    "PCL-5": expect(
        same(20, 0, 4),
        (0, 80),
        30,
        clinically_significant=28,
        positive=31,
        other_positive=(32, 33),
        missing=(PRORATE, 4),
        published_reliable_change=(15, 18),
    ),
    # Feder et al. 2021 (30 %); Marx et al. 2022 (12 to 13, 8)
    "CAPS-5": expect(
        same(20, 0, 4),
        (0, 80),
        30,
        **CLINICIAN,
        response=0.3,
        clinically_significant=8,
        published_reliable_change=(12, 13),
    ),
    # Bremner et al. 1998; above 4 is dissociation in the esketamine programme
    "CADSS": expect(same(23, 0, 4), (0, 92), 0, **CLINICIAN, positive=5),
    # doi 10.1016/j.jad.2020.12.119: six items, no cut-off
    "CADSS-6": expect(
        same(6, 0, 4), (0, 24), 0, **CLINICIAN, parent="CADSS", parent_items=(1, 2, 6, 7, 15, 22)
    ),
    # Chernik et al. 1990: 5 alert, 0 unresponsive; sedation at most 4, moderate at most 3
    "MOAA/S": expect(
        same(1, 0, 5),
        (0, 5),
        0,
        **CLINICIAN,
        direction="higher is better",
        bands=[(0, "moderate or deeper sedation"), (4, "light sedation"), (5, "alert")],
        positive_at_most=4,
    ),
    # Posner et al. 2011: five types of ideation; 4 and 5 are high risk in triage
    "C-SSRS": expect(
        same(5, 0, 1),
        (0, 5),
        None,
        **CLINICIAN,
        method="highest item",
        gate=(2, (3, 4, 5)),
        may_be_averaged=False,
        positive=4,
        never_filled_in=(1, 2, 3, 4, 5),
    ),
    # Bush et al. 1998 (4 in men), Bradley et al. 2003 (3 in women); loinc.org
    "AUDIT-C": expect(
        same(3, 0, 4),
        (0, 12),
        365,
        positive_by_sex=(("female", 3), ("male", 4)),
        loinc=("72109-2", "75626-2", ()),
    ),
    # counts of days in 30 days
    "Use-days-30": expect(same(1, 0, 30), (0, 30), 30),
    "Heavy-drinking-days-30": expect(same(1, 0, 30), (0, 30), 30),
    # 0 negative, 1 positive
    "Urine screen": expect(same(1, 0, 1), (0, 1), None, **CLINICIAN, positive=1),
    # anchors
    "Craving VAS": expect(same(1, 0, 100), (0, 100), None),
    "Craving VAS-10": expect(same(1, 0, 10), (0, 10), None),
    # Topp et al. 2015: sum times 4; 50 and 28; 10 points
    "WHO-5": expect(
        same(5, 0, 5),
        (0, 100),
        14,
        direction="higher is better",
        multiplier=4,
        bands=[(0, "likely depression"), (29, "low"), (51, "not low")],
        positive_at_most=50,
        important=(10, None),
    ),
    # Guy 1976: improved is 1 or 2
    "CGI-S": expect(same(1, 1, 7), (1, 7), 7, **CLINICIAN),
    "CGI-I": expect(same(1, 1, 7), (1, 7), None, **CLINICIAN, response_at_most=2),
    # Overall and Gorham 1962, coded 1 to 7
    "BPRS": expect(same(18, 1, 7), (18, 126), None, **CLINICIAN),
    "BPRS+": expect(
        same(4, 1, 7), (4, 28), None, **CLINICIAN, parent="BPRS", parent_items=(4, 11, 12, 15)
    ),
    # Mundt et al. 2002 (10, 20); NHS Talking Therapies (8 points)
    "WSAS": expect(
        same(5, 0, 8),
        (0, 40),
        None,
        not_applicable=(1,),
        bands=[(0, "below 10"), (10, "significant"), (21, "above 20")],
        published_reliable_change=(8, 8),
    ),
    # Snaith et al. 1995 (binary, 3 and more); Franken et al. 2007 (ordinal)
    "SHAPS": expect(same(14, 0, 1), (0, 14), None, positive=3),
    "SHAPS-ordinal": expect(same(14, 1, 4), (14, 56), None),
}
