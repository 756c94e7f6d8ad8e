# Reference-based conditional-mean imputation with the jackknife, oral as the reference arm.
# Rscript make_rbmi.R LONG_CSV OUT_JSON   (needs rbmi, mmrm, jsonlite)
suppressMessages({library(rbmi); library(jsonlite)})
a <- commandArgs(TRUE)
e <- read.csv(a[1]); e <- e[e$arm != "im", c("patient", "visit", "arm", "baseline", "change")]
for (v in c("patient", "visit", "arm")) e[[v]] <- factor(e[[v]])
full <- merge(expand.grid(patient = levels(e$patient), visit = levels(e$visit)),
              unique(e[, c("patient", "arm", "baseline")]))
full <- merge(full, e[, c("patient", "visit", "change")], all.x = TRUE)
full <- full[order(full$patient, full$visit), ]
last <- tapply(ifelse(is.na(full$change), 0, as.integer(full$visit)), full$patient, max)
stopped <- names(last)[last < nlevels(full$visit)]
ice <- data.frame(
  patient = factor(stopped, levels = levels(full$patient)),
  visit = factor(levels(full$visit)[last[stopped] + 1], levels = levels(full$visit))
)
full$arm <- factor(full$arm, levels = c("oral", "iv"))
vars <- set_vars(outcome = "change", visit = "visit", subjid = "patient", group = "arm",
                 covariates = c("baseline*visit", "arm*visit"))
ask <- set_vars(subjid = "patient", outcome = "change", visit = "visit", group = "arm",
                covariates = "baseline")
expected <- list()
for (strategy in c("MAR", "JR", "CR", "CIR", "LMCF")) {
  ice$strategy <- strategy
  fitted <- suppressWarnings(draws(
    full, ice, vars,
    method_condmean(type = "jackknife", covariance = "us", same_cov = TRUE, REML = TRUE),
    quiet = TRUE
  ))
  imputed <- impute(fitted, references = c("iv" = "oral", "oral" = "oral"))
  pooled <- as.data.frame(pool(analyse(imputed, ancova, vars = ask)))
  expected[[strategy]] <- pooled[grepl("v6$", pooled$parameter), ]
}
write_json(expected, a[2], digits = 12, auto_unbox = TRUE)
