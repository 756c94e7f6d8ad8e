# Shrinkage of clinics by other software: lme4 for counts, metafor for means, and an integration of
# the normal model by base R. Run in this folder: Rscript make_reference.R
suppressMessages({library(lme4); library(metafor)})

responses <- data.frame(clinic = letters[1:8], events = c(39, 29, 13, 6, 17, 13, 18, 20),
                        denominator = c(75, 55, 31, 39, 39, 30, 35, 38))
rates <- data.frame(clinic = letters[1:12],
                    events = c(0, 0, 1, 5, 0, 2, 12, 0, 7, 3, 1, 4),
                    expected = c(6.2, 4, 3, 4.1, 2.5, 3.3, 5, 1.2, 4.4, 2.8, 2.2, 3.7))
means <- data.frame(clinic = letters[1:6], mean = c(-5, -7, -3.2, -6, -8.5, -2.4),
                    variance = c(1, 2, 0.5, 1, 1.5, 0.7))

rows <- list()
add <- function(case, clinic, quantity, value) rows[[length(rows) + 1]] <<-
  data.frame(case = case, clinic = clinic, quantity = quantity, value = value)

fit <- glmer(cbind(events, denominator - events) ~ 1 + (1 | clinic), responses,
             family = binomial, nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
r <- as.data.frame(ranef(fit, condVar = TRUE))
add("proportion", "", "mean", fixef(fit)); add("proportion", "", "sd", sqrt(VarCorr(fit)$clinic[1]))
add("proportion", r$grp, "mode", fixef(fit) + r$condval); add("proportion", r$grp, "error", r$condsd)

fit <- glmer(events ~ 1 + offset(log(expected)) + (1 | clinic), rates, family = poisson, nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
r <- as.data.frame(ranef(fit, condVar = TRUE))
add("ratio", "", "mean", fixef(fit)); add("ratio", "", "sd", sqrt(VarCorr(fit)$clinic[1]))
add("ratio", r$grp, "mode", fixef(fit) + r$condval); add("ratio", r$grp, "error", r$condsd)

fit <- rma(mean, variance, data = means, method = "ML",
           control = list(tau2.init = 3, threshold = 1e-12, maxiter = 10000))
w <- 1 / (1 / means$variance + 1 / fit$tau2)
add("mean", "", "mean", fit$beta[1]); add("mean", "", "sd", sqrt(fit$tau2))
add("mean", means$clinic, "mode", blup(fit)$pred); add("mean", means$clinic, "error", sqrt(w))

# the normal model with a flat prior of the mean and a half-normal one (scale 2) of the spread
density <- function(tau) sapply(tau, function(t) {
  v <- means$variance + t^2; w <- 1 / v; m <- sum(w * means$mean) / sum(w)
  exp(-t^2 / 8 + 0.5 * sum(log(w)) - 0.5 * log(sum(w)) - 0.5 * sum(w * (means$mean - m)^2))
})
total <- integrate(density, 0, Inf, rel.tol = 1e-10)$value
cdf <- function(x, i) integrate(function(tau) sapply(tau, function(t) {
  v <- means$variance + t^2; w <- 1 / v; m <- sum(w * means$mean) / sum(w)
  b <- t^2 / (t^2 + means$variance[i])
  pnorm(x, b * means$mean[i] + (1 - b) * m,
        sqrt(b * means$variance[i] + (1 - b)^2 / sum(w))) * density(t) / total
}), 0, Inf, rel.tol = 1e-9)$value
for (i in 1:6) for (p in c(0.025, 0.5, 0.975))
  add("integrated mean", means$clinic[i], paste("quantile", p),
      uniroot(function(x) cdf(x, i) - p, c(-20, 10), tol = 1e-10)$root)
for (p in c(0.025, 0.5, 0.975)) add("integrated mean", "", paste("spread", p),
  uniroot(function(x) integrate(density, 0, x, rel.tol = 1e-10)$value / total - p, c(1e-6, 30),
          tol = 1e-10)$root)

out <- do.call(rbind, rows)
out$value <- signif(out$value, 10)
write.csv(out, "shrinkage.csv", row.names = FALSE, quote = FALSE, eol = "\n")
writeLines(paste0(R.version.string, "; lme4 ", packageVersion("lme4"), "; metafor ",
                  packageVersion("metafor"), "; make_reference.R"), "shrinkage.provenance.txt")
