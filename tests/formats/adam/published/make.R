# Makes adsl.xpt, adqs.xpt, adex.xpt and adtte.xpt of this folder: Rscript make.R
# Written by haven, not by this project. ADQS is laid out as questionnaire data sets of the CDISC
# pilot are (ADQSADAS: one code per total and per item, windows in AVISIT, LOCF in DTYPE, ANL01FL,
# QSSEQ), with standard ADaM names. It is not a copy, and its list of variables was not held
# against the define.xml of the pilot. The people and the values are made up here.
library(haven)
label <- function(x, text) structure(x, label = text)

write_xpt(data.frame(
  STUDYID = label(rep("MADEUP01", 2), "Study Identifier"),
  USUBJID = label(c("01-701-1015", "01-702-0023"), "Unique Subject Identifier"),
  SITEID = label(c("701", "702"), "Study Site Identifier"),
  AGE = label(c(63, 44), "Age"),
  AGEU = label(rep("YEARS", 2), "Age Units"),
  SEX = label(c("F", "M"), "Sex"),
  RACE = label(rep("WHITE", 2), "Race"),
  ITTFL = label(rep("Y", 2), "Intent-To-Treat Population Flag"),
  TRTSDT = label(as.Date(c("2014-01-02", "2014-03-05")), "Date of First Exposure to Treatment"),
  EOSSTT = label(c("COMPLETED", "DISCONTINUED"), "End of Study Status"),
  DCSREAS = label(c("", "lost"), "Reason for Discontinuation from Study")
), "adsl.xpt", version = 5, name = "ADSL")

write_xpt(data.frame(
  STUDYID = label(rep("MADEUP01", 6), "Study Identifier"),
  SITEID = label(c("701", "701", "701", "701", "702", "702"), "Study Site Identifier"),
  USUBJID = label(rep(c("01-701-1015", "01-702-0023"), c(4, 2)), "Unique Subject Identifier"),
  TRTSDT = label(as.Date(rep(c("2014-01-02", "2014-03-05"), c(4, 2))), "Date of First Exposure"),
  AVISIT = label(c("Baseline", "Baseline", "Week 8", "Week 16", "Baseline", "Week 8"),
                 "Analysis Visit"),
  AVISITN = label(c(0, 0, 8, 16, 0, 8), "Analysis Visit (N)"),
  ADY = label(c(-1, -1, 56, 56, 1, 58), "Analysis Relative Day"),
  ADT = label(as.Date(c("2014-01-01", "2014-01-01", "2014-02-26", "2014-02-26", "2014-03-05",
                        "2014-05-01")), "Analysis Date"),
  PARAM = label(c("PHQ01-Total", "PHQ01-Item 9", "PHQ01-Total", "PHQ01-Total", "PHQ01-Total",
                  "Clinician Impression"), "Parameter"),
  PARAMCD = label(c("PHQTOT", "PHQITM09", "PHQTOT", "PHQTOT", "PHQTOT", "CIBICVAL"),
                  "Parameter Code"),
  PARAMN = label(c(15, 9, 15, 15, 15, 20), "Parameter (N)"),
  AVAL = label(c(21, 2, 9, 9, 0, 4), "Analysis Value"),
  BASE = label(c(21, 2, 21, 21, 0, NA), "Baseline Value"),
  CHG = label(c(NA, NA, -12, -12, NA, NA), "Change from Baseline"),
  PCHG = label(c(NA, NA, -57.142857142857, -57.142857142857, NA, NA), "Percent Change"),
  ABLFL = label(c("Y", "Y", "", "", "Y", ""), "Baseline Record Flag"),
  ANL01FL = label(rep("Y", 6), "Analysis Flag 01"),
  DTYPE = label(c("", "", "", "LOCF", "", ""), "Derivation Type"),
  QSSEQ = label(c(15, 9, 30, 30, 15, 20), "Sequence Number")
), "adqs.xpt", version = 5, name = "ADQS")

write_xpt(data.frame(
  STUDYID = label(rep("MADEUP01", 3), "Study Identifier"),
  USUBJID = label(c("01-701-1015", "01-701-1015", "01-702-0023"), "Unique Subject Identifier"),
  EXSEQ = label(c(1, 2, 1), "Sequence Number"),
  EXTRT = label(c("KETAMINE", "KETAMINE", "ESKETAMINE"), "Name of Treatment"),
  EXDOSE = label(c(42.5, 0.1, 56), "Dose"),
  EXDOSU = label(rep("mg", 3), "Dose Units"),
  EXROUTE = label(c("INTRAVENOUS", "INTRAVENOUS", "NASAL"), "Route of Administration"),
  APHASE = label(rep("induction", 3), "Phase"),
  ASTDY = label(c(1, 4, 1), "Analysis Start Relative Day"),
  AENDY = label(c(1, 4, 1), "Analysis End Relative Day")
), "adex.xpt", version = 5, name = "ADEX")

write_xpt(data.frame(
  STUDYID = label(rep("MADEUP01", 2), "Study Identifier"),
  USUBJID = label(c("01-701-1015", "01-702-0023"), "Unique Subject Identifier"),
  PARAM = label(rep("Time to Response", 2), "Parameter"),
  PARAMCD = label(rep("TTRESP", 2), "Parameter Code"),
  AVAL = label(c(55, 57), "Analysis Value"),
  CNSR = label(c(0, 2), "Censor")
), "adtte.xpt", version = 5, name = "ADTTE")
