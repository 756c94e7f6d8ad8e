# Fits linear mixed models in R and writes what the tests compare with.
# Rscript make_lmm.R DIR    (DIR holds long.csv; writes singular.csv and expected.json there)
suppressMessages({library(lme4); library(lmerTest); library(emmeans); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
emm_options(lmerTest.limit = 1e5, pbkrtest.limit = 0)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
rows <- function(m) {
  s <- as.data.frame(coef(summary(m, ddf = "Satterthwaite")))
  data.frame(term = rownames(s), estimate = s[[1]], std_error = s[[2]], df = s[[3]])
}
fit <- function(m) {
  list(log_likelihood = as.numeric(logLik(m)), coef = rows(m), varcorr = as.data.frame(VarCorr(m))$vcov)
}
means <- function(m, ...) as.data.frame(summary(emmeans(m, ..., lmer.df = "satterthwaite")))

d <- read.csv(file.path(dir, "long.csv"))
for (v in c("patient", "visit", "arm", "sex")) d[[v]] <- factor(d[[v]])
out <- list()
slope <- lmer(change ~ arm * day + baseline + (day | patient), data = d, control = tight)
out$slope_reml <- fit(slope)
out$intercept_ml <- fit(lmer(change ~ arm * day + baseline + (1 | patient), data = d, REML = FALSE))
visits <- lmer(change ~ arm * visit + baseline + sex + (1 | patient), data = d, control = tight)
out$means_by_visit <- means(visits, ~ arm | visit)
out$means_proportional <- means(visits, ~ arm, weights = "proportional")
out$means_by_day <- means(slope, ~ arm | day, at = list(day = c(0, 28)))
e <- emmeans(visits, ~ arm | visit, lmer.df = "satterthwaite")
out$pairs <- as.data.frame(summary(pairs(e, reverse = TRUE, adjust = "none"), infer = c(TRUE, TRUE)))

# a random slope that the data do not have: the optimum has correlation -1 or 1
set.seed(20261)
repeat {
  n <- 30
  b <- data.frame(patient = rep(1:n, each = 4), day = rep(c(0, 7, 14, 28), n))
  b$score <- round(20 + 3 * rnorm(n)[b$patient] - 0.2 * b$day + 2.5 * rnorm(4 * n), 2)
  m <- suppressMessages(lmer(score ~ day + (day | patient), b, control = tight))
  if (isSingular(m) && min(diag(VarCorr(m)$patient)) > 0) break
}
write.csv(b, file.path(dir, "singular.csv"), row.names = FALSE, quote = FALSE)
out$singular <- fit(m)
# no variance between patients at all
b$score <- round(20 - 0.2 * b$day + 2.5 * residuals(lm(rnorm(4 * n) ~ factor(b$patient))), 2)
m <- suppressMessages(lmer(score ~ day + (1 | patient), b))
stopifnot(isSingular(m))
write.csv(b, file.path(dir, "no_variance.csv"), row.names = FALSE, quote = FALSE)
out$no_variance <- fit(m)
write_json(out, file.path(dir, "expected.json"), digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null")
