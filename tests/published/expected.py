"""The figures of every published study, typed from the publications or the notes made of them.

Head of a study: treated, randomised, analysed, studies (a dash where not published). Then lines of
``tag measure / scale / definition / days: group = value …``; the tag is V (verified), S (secondary
source) or M (from memory); ``sd``, ``se``, ``ci``, ``n`` and ``pm`` follow the value, ``~`` means
approximately, ``a..b`` a range over arms.
"""

PLACEBO = "placebo spray + new antidepressant"

EXPECTED = {
    "TRANSFORM-1": f"""342 - - -
M baseline mean / MADRS / - / -: all arms = ~37.5
M mean difference / MADRS / - / 28: esketamine 56 mg v placebo = -4.1 ci -7.67 -0.49
M mean difference / MADRS / - / 28: esketamine 84 mg v placebo = -3.2 ci -6.88 0.45
V response / MADRS / response50 / 28: esketamine 56 mg = 54.1; esketamine 84 mg = 53.1
V response / MADRS / response50 / 28: {PLACEBO} = 38.9
V remission / MADRS / remission_madrs12 / 28: esketamine 56 mg = 36.0; esketamine 84 mg = 38.8
V remission / MADRS / remission_madrs12 / 28: {PLACEBO} = 30.6""",
    "TRANSFORM-2": f"""223 - - -
V baseline mean / MADRS / - / -: all arms = ~37
V mean difference / MADRS / - / 28: esketamine v placebo = -4.0 se 1.69 ci -7.31 -0.64
V response / MADRS / response50 / 28: esketamine = 69.3; {PLACEBO} = 52.0
V remission / MADRS / remission_madrs12 / 28: esketamine = 52.5; {PLACEBO} = 31.0
V stopped for adverse events / - / - / -: esketamine = 7; {PLACEBO} = 0.9""",
    "TRANSFORM-1 and 2 by sex": f"""565 - - -
V baseline mean / MADRS / - / -: women = 37.7 sd 5.49; men = 36.9 sd 5.02
V mean change / MADRS / - / 28: women, esketamine = -20.3 sd 13.19
V mean change / MADRS / - / 28: men, esketamine = -18.3 sd 14.08
V mean change / MADRS / - / 28: women, {PLACEBO} = -15.8 sd 14.67
V mean change / MADRS / - / 28: men, {PLACEBO} = -16.0 sd 14.30
V mean difference / MADRS / - / 28: women, esketamine v placebo = -4.5 se 1.41
V mean difference / MADRS / - / 28: men, esketamine v placebo = -1.6 se 2.04""",
    "TRANSFORM-3": f"""137 - - -
V baseline mean / MADRS / - / -: women = 35.7 sd 5.9; men = 35.2 sd 6.0
V mean difference / MADRS / - / 28: esketamine v placebo = -3.6 ci -7.20 0.07
V mean change / MADRS / - / 28: women, esketamine = -9.9 sd 13.3
V response / MADRS / response50 / 28: esketamine = 27.0; {PLACEBO} = 13.3
V remission / MADRS / remission_madrs12 / 28: esketamine = 17.5; {PLACEBO} = 6.7""",
    "Daly 2018": """67 - - -
V baseline mean / MADRS / - / -: all arms = 31..35
V mean change / MADRS / - / -: placebo = -4.9; esketamine 28 mg = -9.8
V mean change / MADRS / - / -: esketamine 56 mg = -12.4; esketamine 84 mg = -15.3
V mean change / MADRS / - / 1: placebo = -5.7; esketamine, three doses = -16.4..-14.8
V response / MADRS / response50 / -: placebo = 6; esketamine, three doses = 9..42
V remission / MADRS / - / -: placebo = 3; esketamine, three doses = 9..25""",
    "SUSTAIN-1": """705 297 - -
V hazard ratio of relapse / MADRS / relapse_sustain1 / -: stable remitters, esketamine v placebo \
= 0.49 ci 0.29 0.84
V hazard ratio of relapse / MADRS / relapse_sustain1 / -: stable responders, esketamine v placebo \
= 0.30 ci 0.16 0.55
V number needed to treat / MADRS / relapse_sustain1 / -: stable remitters = 6
V number needed to treat / MADRS / relapse_sustain1 / -: stable responders = 4
V relapse / MADRS / relapse_sustain1 / -: stable remitters, esketamine = 26.7
V relapse / MADRS / relapse_sustain1 / -: stable remitters, placebo spray + antidepressant = 45.3
M relapse / MADRS / relapse_sustain1 / -: stable responders, esketamine = 25.8
M relapse / MADRS / relapse_sustain1 / -: stable responders, placebo spray + antidepressant = 57.6
V median time to relapse / MADRS / relapse_sustain1 / -: stable remitters, placebo spray + \
antidepressant = 273 low 97
M median time to relapse / MADRS / relapse_sustain1 / -: stable responders, esketamine = 635
M median time to relapse / MADRS / relapse_sustain1 / -: stable responders, placebo spray + \
antidepressant = 88""",
    "SUSTAIN-3": """1148 - - -
S remission / MADRS / remission_madrs12 / -: end of induction = 35.6; end of maintenance = 49.6
S stopped for lack of efficacy / - / - / -: all = 5.3
S stopped for adverse events / - / - / -: all = 6.4
V response / MADRS / response50 / -: re-induction, group of 32 patients = 71.9 n 32
V response / MADRS / response50 / -: re-induction, group of 64 patients = 73.4 n 64
V response / PHQ-9 / response50 / -: re-induction, group of 32 patients = 46.9 n 32
V response / PHQ-9 / response50 / -: re-induction, group of 64 patients = 63.5
V remission / MADRS / remission_madrs12 / -: re-induction, group of 32 patients = 62.5 n 32
V remission / MADRS / remission_madrs12 / -: re-induction, group of 64 patients = 60.9 n 64
V remission / PHQ-9 / remission_phq9 / -: re-induction, group of 32 patients = 21.9 n 32
V remission / PHQ-9 / remission_phq9 / -: re-induction, group of 64 patients = 53.1 n 64""",
    "ELEKT-D": """365 403 - -
M baseline mean / QIDS-SR16 / - / -: all arms = ~18
V response / QIDS-SR16 / response50 / 21: ketamine = 55.4; ECT = 41.2
M risk difference / QIDS-SR16 / response50 / 21: ketamine v ECT = 14.2 ci 3.9 24.2
M remission / QIDS-SR16 / remission_qids5 / 21: ketamine = 32.3; ECT = 20.0
M relapse / QIDS-SR16 / relapse_qids11 / 0-30: ketamine, responders = 19.0; ECT, responders = 35.4
M relapse / QIDS-SR16 / relapse_qids11 / 0-91: ketamine, responders = 25.0; ECT, responders = 50.9
M relapse / QIDS-SR16 / relapse_qids11 / 0-182: ketamine, responders = 34.5; ECT, responders = 56.3
""",
    "KetECT": """186 - - -
V remission / MADRS / remission_madrs10 / -: ketamine = 46; ECT = 63
V relapse / - / - / 0-365: ketamine, remitters = 70; ECT, remitters = 63
V median time to relapse / - / - / -: ketamine, remitters = 57; ECT, remitters = 61""",
    "KADS": """174 - - -
M baseline mean / MADRS / - / -: all arms = ~31
M response / MADRS / response50 / -: flexible dose, ketamine = ~30; flexible dose, midazolam = ~4
M remission / MADRS / remission_madrs10 / -: fixed dose, ketamine = 6.3
M remission / MADRS / remission_madrs10 / -: fixed dose, midazolam = 8.8
S remission / MADRS / remission_madrs10 / -: flexible dose, ketamine = 19.6
S remission / MADRS / remission_madrs10 / -: flexible dose, midazolam = 2.0
M odds ratio of remission / MADRS / remission_madrs10 / -: flexible dose, ketamine v midazolam = \
12.1 ci 2.1 69.2""",
    "Murrough 2013 AJP": """73 - - -
M baseline mean / MADRS / - / -: all arms = ~32
V mean change / MADRS / - / 1: ketamine = -16.5; midazolam = -8.8
M mean difference / MADRS / - / 1: ketamine v midazolam = -7.95 ci -12.7 -3.2
M response / MADRS / response50 / 1: ketamine = 64; midazolam = 28""",
    "Murrough 2013 BP": """24 - - -
V mean change / MADRS / - / 0: all = -18.9 sd 6.6 n 24
V response / MADRS / response50 / -: all = 70.8 n 24
V median time to relapse / MADRS / - / 0-83: responders = 18""",
    "Singh 2016": """67 - - -
M baseline mean / MADRS / - / -: all arms = ~35
V mean change / MADRS / - / 15: 2 infusions a week, ketamine = -18.4 sd 12.0
V mean change / MADRS / - / 15: 2 infusions a week, placebo = -5.7 sd 10.2
V mean change / MADRS / - / 15: 3 infusions a week, ketamine = -17.7 sd 7.3
V mean change / MADRS / - / 15: 3 infusions a week, placebo = -3.1 sd 5.7
M response / MADRS / response50 / 15: 2 infusions a week, ketamine = 68.8
M response / MADRS / response50 / 15: 3 infusions a week, ketamine = 53.8
M response / MADRS / response50 / 15: 2 infusions a week, placebo = 15.4
M response / MADRS / response50 / 15: 3 infusions a week, placebo = 6.3
M remission / MADRS / - / 15: 2 infusions a week, ketamine = 37.5; 2 infusions a week, placebo = 7.7
M remission / MADRS / - / 15: 3 infusions a week, ketamine = 23.1; 3 infusions a week, placebo = 0
""",
    "Phillips 2019": """41 - - -
V response / MADRS / response50 / -: all = 59
V median infusions to response / - / - / -: responders = 3
M remission / MADRS / - / -: all = 23""",
    "Salloum 2019": """60 - - -
V remission / MADRS / remission_madrs10 / 3: all = 34
V response / MADRS / response50 / 3: all = 48
V relapse / MADRS / relapse_madrs22 / 0-14: remitters, 1.0 mg/kg = 38; remitters, 0.5 mg/kg = 50
V relapse / MADRS / relapse_madrs22 / 0-14: remitters, 0.1 mg/kg = 100
V relapse / MADRS / relapse_madrs22 / 0-14: responders, 1.0 mg/kg = 30; responders, 0.5 mg/kg = 50
V relapse / MADRS / relapse_madrs22 / 0-14: responders, 0.1 mg/kg = 80""",
    "Shiroma 2020": "- - - -",
    "Lii 2023": """40 - - -
V baseline mean / MADRS / - / -: ketamine = 25.1 sd 8.3; placebo = 29.9 sd 7.0
V mean at follow-up / MADRS / - / 1: ketamine = 12.7 sd 7.6; placebo = 16.4 sd 10.0
V mean at follow-up / MADRS / - / 14: ketamine = 16.9; placebo = 16.2
V response / MADRS / response50 / 1: ketamine = 60; placebo = 50
V response / MADRS / response50 / 14: ketamine = 42; placebo = 58
V remission / MADRS / - / 1: ketamine = 50; placebo = 35""",
    "Feder 2014": """41 - - -
M mean difference / IES-R / - / 1: ketamine v midazolam = -12.7 ci -22.8 -2.5""",
    "Feder 2021": """30 - - -
M baseline mean / CAPS-5 / - / -: all arms = ~42
V mean difference / CAPS-5 / - / 14: ketamine v midazolam = -11.88 se 3.96
V standardised mean difference / CAPS-5 / - / 14: ketamine v midazolam = 1.13 ci 0.36 1.91
V response / CAPS-5 / response30_caps5 / 14: ketamine = 67; midazolam = 20
V median time to loss of response / - / loss_of_response / -: ketamine, responders = 27.5""",
    "Abdallah 2022": "158 - - -",
    "PTSD meta-analysis 2024": """221 - - 6
V standardised mean difference / - / - / -: ketamine v control = 0.27 ci 0.03 0.51
V standardised mean difference / - / - / -: ketamine v control, adjusted for bias = 0.20 \
ci -0.08 0.48
V standardised mean difference / - / - / -: ketamine v active control = 0.24 ci -0.30 0.78""",
    "KARE": """96 - - -
V baseline mean / - / - / -: all arms = 34.7 sd 34.3
V difference in days abstinent / - / - / 0-180: ketamine v placebo = 10.1 ci 1.1 19.0
V difference in days abstinent / - / - / 0-180: ketamine + therapy v neither = 15.9 ci 3.8 28.1
V odds ratio of relapse / - / any_drinking / 0-180: ketamine v placebo = 0.80 ci 0.31 2.10""",
    "Dakwar 2019": """55 - - -
V percent change in craving / - / - / -: ketamine = -58.1 ci -78.6 -18.6
V abstinence / - / - / -: ketamine = 48.2; control = 10.7
V odds ratio of abstinence / - / - / -: ketamine v control = 5.7 ci 1.3 25.1
V abstinence / - / - / 182: ketamine = 44; control = 0
V hazard ratio of relapse / - / substance_relapse / -: ketamine v control = 0.47 ci 0.24 0.92""",
    "McInnes 2022": """9016 - 537 -
V response / PHQ-9 / response50 / 14-31: all = 53.6 n 537
V remission / PHQ-9 / remission_phq9 / 14-31: all = 28.9 n 537
V standardised mean change / PHQ-9 / - / 14-31: all = 1.5 n 537
V deterioration / PHQ-9 / deterioration / 14-31: all = 8.4 n 537
V ideation fell / PHQ-9 / - / 14-31: with suicidal ideation = 73.0
V ideation rose / PHQ-9 / - / 14-31: all = 6.0
V sustained response / PHQ-9 / loss_of_response / 28: responders without maintenance = ~80
V sustained response / PHQ-9 / loss_of_response / 56: responders without maintenance = ~60""",
    "Hietamies 2023": """2758 - 714 -
V standardised mean change / QIDS-SR16 / - / -: all = 1.56 n 714
V standardised mean change / GAD-7 / - / -: all = 1.17
V standardised mean difference / - / - / 56: ketamine v untreated, external = -1.03
V standardised mean difference / - / - / 56: ketamine v new antidepressant, external = -0.62""",
    "Oliver 2022": """424 - - -
V response / PHQ-9 / response50 / 0-42: all = 50
V remission / PHQ-9 / - / 0-42: all = 20
V response / PHQ-9 / response50 / -: patients with 10 infusions = 72
V remission / PHQ-9 / - / -: patients with 10 infusions = 38
V percent change in ideation / PHQ-9 / - / 0-42: all = -50
V ideation lost / PHQ-9 / - / -: with suicidal ideation = ~50
V percent change / GAD-7 / - / 0-42: all = -30""",
    "Pfeiffer 2024": """215 - - -
V baseline mean / PHQ-9 / - / -: all = 18.6
V response / PHQ-9 / response50 / 42: all = 26
V response / PHQ-9 / response50 / 84: all = 26
V response / PHQ-9 / response50 / 182: all = 26
V remission / PHQ-9 / remission_phq9_5 / 42: all = 15
V remission / PHQ-9 / remission_phq9_5 / 84: all = 15
V remission / PHQ-9 / remission_phq9_5 / 182: all = 15
V mean infusions / - / - / 0-365: all = 18
S meaningful improvement / PHQ-9 / - / -: all = ~50""",
    "Sakurai 2020": """85 - 82 -
V response / QIDS-SR16 / response50 / -: all = 18.3 n 82
V dropout / - / - / -: all = 47.1 n 85
V entered maintenance / - / - / -: all = 49.4 n 85
V mean dose / - / - / -: maintenance = 0.91 pm 0.28
V still in response / QIDS-SR16 / - / -: all = 7.3""",
    "McIntyre 2020": """213 - 190 -
V response / QIDS-SR16 / response50 / -: all = 27 n 190
V remission / QIDS-SR16 / remission_qids5 / -: all = 13 n 190""",
    "Wilkinson 2018": """54 - 44 -
V response / - / - / -: course of 4 infusions = 45.5 n 44
V remission / - / - / -: course of 4 infusions = 27.3 n 44""",
    "IM cohort 2022": """452 - - -
V baseline mean / PHQ-9 / - / -: all = 16.3 sd 6.7
V baseline mean / GAD-7 / - / -: all = 12.8 sd 5.7
V mean at follow-up / PHQ-9 / - / -: all = 10.8 sd 5.9
V mean at follow-up / GAD-7 / - / -: all = 8.4 sd 5.5
V baseline median / PHQ-9 / - / -: all = 16.0
V median at follow-up / PHQ-9 / - / -: all = 10.0
V percent change / PHQ-9 / - / -: all = -38
V baseline median / GAD-7 / - / -: all = 14.0
V median at follow-up / GAD-7 / - / -: all = 7.0
V adverse events / - / - / -: doses = 2.3 n 2532""",
    "Hull 2022": """- - 1247 -
V response / PHQ-9 / response50 / 28: all = 62.8
V remission / PHQ-9 / remission_phq9 / 28: all = 32.6
V standardised mean change / PHQ-9 / - / 28: all = 1.61
V response / GAD-7 / response50 / 28: all = 62.9
V remission / GAD-7 / - / 28: all = 31.3
V standardised mean change / GAD-7 / - / 28: all = 1.56
V deterioration / PHQ-9 / deterioration / 28: all = 0.9
V share of patients / PHQ-9 / - / -: improving course = 79.3; chronic course = 11.4
V share of patients / PHQ-9 / - / -: delayed course = 9.3""",
    "VA programme 2025": """20 - - -
S baseline mean / PHQ-9 / - / -: all = 17.0 sd 5.76
S mean at follow-up / PHQ-9 / - / 0-7: all = 12.5 sd 6.99
S mean change / PHQ-9 / - / 0-7: all = -4.5 ci -6.7 -2.3
S response / PHQ-9 / response50 / 0-7: all = 35 n 20
S remission / PHQ-9 / - / 0-7: all = 10 n 20
S ideation present / PHQ-9 / item9_positive / -: all, at baseline = 30 n 20
S ideation present / PHQ-9 / item9_positive / 0-7: all, at follow-up = 20 n 20""",
    "Public clinic 2024": """71 - - -
V response / - / - / -: all = 54.9 n 71
V dropout / - / - / -: all = 11.3 n 71
V adverse events / - / - / -: all = 78""",
    "Alnefeesi 2022": """2665 - - 79
V response / - / - / -: all = 45 pm 10
V remission / - / - / -: all = 30 pm 5.9
V standardised mean change / - / - / -: all = 1.44 pm 0.609""",
    "Usual psychiatric care 2011": """960 - - -
V baseline mean / PHQ-9 / - / -: all = 16.4 sd 4.6
V below 10 / PHQ-9 / below10_phq9 / 84: all = 41
V below 10 / PHQ-9 / below10_phq9 / 168: all = 45
V remission / PHQ-9 / - / 84: all = 13
V remission / PHQ-9 / - / 168: all = 18""",
}
