# Cox and parametric regressions in R for the tests to compare with.
# Rscript make_cox.R DIR    (DIR holds regression.csv, recurrent.csv; writes expected_cox.json there)
suppressMessages({library(survival); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
s <- read.csv(file.path(dir, "regression.csv")); s$relapse <- as.integer(s$type == 1)
r <- read.csv(file.path(dir, "recurrent.csv")); r$gap <- r$stop - r$start
r$stratum <- pmin(r$episode, 4)
out <- list()
exact <- coxph.control(eps = 1e-14)   # the default stops at 9 figures
cox <- function(f) {
  w <- summary(f)
  list(term = names(coef(f)), estimate = unname(coef(f)), std_error = unname(sqrt(diag(vcov(f)))),
       log_likelihood = f$loglik, likelihood_ratio = unname(w$logtest[1]),
       score = unname(w$sctest[1]), wald = as.numeric(f$wald.test),
       concordance = unname(concordance(f, timewt = "n")$concordance),
       concordance_se = sqrt(concordance(f, timewt = "n")$var))
}
add <- function(key, f) out[[key]] <<- cox(f)
add("plain", coxph(Surv(time, relapse) ~ arm + age + severity, s, control = exact))
add("breslow", coxph(Surv(time, relapse) ~ arm + age + severity, s, ties = "breslow", control = exact))
add("entry_strata", coxph(Surv(entry, time, relapse) ~ arm + age + severity + strata(clinic), s, control = exact))
add("factor", coxph(Surv(entry, time, relapse) ~ arm * severity + clinic, s, control = exact))
add("weights_cluster", coxph(Surv(time, relapse) ~ arm + age + severity, s, weights = weight, cluster = clinic, control = exact))
add("weights", coxph(Surv(entry, time, relapse) ~ arm + age + severity, s, weights = weight, control = exact))
add("whole_weights", coxph(Surv(time, relapse) ~ arm + age, s, weights = ceiling(weight), control = exact))
add("andersen_gill", coxph(Surv(start, stop, event) ~ maintenance, r, cluster = patient, control = exact))
add("andersen_gill_breslow", coxph(Surv(start, stop, event) ~ maintenance, r, cluster = patient, ties = "breslow", control = exact))
add("pwp_total", coxph(Surv(start, stop, event) ~ maintenance + strata(stratum), r, cluster = patient, control = exact))
add("pwp_gap", coxph(Surv(gap, event) ~ maintenance + strata(stratum), r, cluster = patient, control = exact))

zph <- function(f, transform) {
  z <- cox.zph(f, transform)$table
  data.frame(term = rownames(z), statistic = unname(z[, 1]), df = unname(z[, 2]), p_value = unname(z[, 3]))
}
models <- list(
  plain = coxph(Surv(time, relapse) ~ arm + age + severity, s),
  entry_strata = coxph(Surv(entry, time, relapse) ~ arm + clinic + strata(severity > 0), s),
  breslow = coxph(Surv(entry, time, relapse) ~ arm + clinic, s, ties = "breslow"),
  weights = coxph(Surv(time, relapse) ~ arm + severity, s, weights = weight))
out$zph <- lapply(models, function(f) {
  k <- c("km", "rank", "identity", "log"); setNames(lapply(k, function(t) zph(f, t)), k)
})

new <- data.frame(arm = c("iv", "im"), age = c(30, 50), severity = c(0, 1), clinic = c("c1", "c3"))
curves <- function(f, type) {
  q <- summary(survfit(f, new, conf.type = type), times = c(30, 90))
  m <- function(x) as.vector(x)   # by patient, then time
  data.frame(estimate = m(q$surv), std_error = m(q$std.err), conf_low = m(q$lower), conf_high = m(q$upper))
}
out$curves <- list(
  entry = curves(coxph(Surv(entry, time, relapse) ~ arm + age + severity, s), "log-log"),
  entry_log = curves(coxph(Surv(entry, time, relapse) ~ arm + age + severity, s), "log"),
  breslow = curves(coxph(Surv(entry, time, relapse) ~ arm + age + severity, s, ties = "breslow"), "log-log"),
  strata = curves(coxph(Surv(entry, time, relapse) ~ arm + age + severity + strata(clinic), s), "log-log"),
  weights = curves(coxph(Surv(time, relapse) ~ arm + age + severity, s, weights = weight), "log-log"),
  cluster = curves(coxph(Surv(time, relapse) ~ arm + age + severity, s, cluster = clinic), "log-log"))
f <- coxph(Surv(entry, time, relapse) ~ arm + age + severity, s)
b <- survfit(f, data.frame(arm = "im", age = mean(s$age), severity = mean(s$severity)))
k <- b$n.event > 0
out$baseline <- data.frame(time = b$time[k], n_risk = b$n.risk[k], n_event = b$n.event[k],
                           cumulative_hazard = as.vector(b$cumhaz)[k], std_error = as.vector(b$std.err)[k])
# standardised survival: the mean of the predicted curves, every patient put into each arm
mean_curve <- function(f, level, times) {
  put <- s; put$arm <- level
  rowMeans(summary(survfit(f, put, se.fit = FALSE), times = times)$surv)
}
g <- coxph(Surv(time, relapse) ~ arm + age + severity, s)
out$standardised <- data.frame(arm = rep(c("im", "iv"), each = 2), time = c(30, 90, 30, 90),
                               estimate = c(mean_curve(g, "im", c(30, 90)), mean_curve(g, "iv", c(30, 90))))

aft <- function(f) {
  list(term = c(names(coef(f)), if (f$dist != "exponential") "Log(scale)"),
       estimate = c(unname(coef(f)), if (f$dist != "exponential") log(f$scale)),
       std_error = unname(sqrt(diag(f$var))), log_likelihood = f$loglik)
}
s$lower <- ifelse(s$left == 0, NA, s$left)          # left-censored at right
exact <- seq_len(nrow(s)) %% 7 == 0 & s$relapse == 1
s$lower[exact] <- s$time[exact]; s$right[exact] <- s$time[exact]
dists <- c("weibull", "lognormal", "loglogistic", "exponential")
tight <- survreg.control(rel.tolerance = 1e-13, maxiter = 200)
out$aft <- list(
  right = setNames(lapply(dists, function(d)
    aft(survreg(Surv(time, relapse) ~ arm + age + severity, s, dist = d, control = tight))), dists),
  interval = setNames(lapply(dists, function(d)
    aft(survreg(Surv(lower, right, type = "interval2") ~ arm + age, s, dist = d, control = tight))), dists),
  weights = aft(survreg(Surv(time, relapse) ~ arm + age, s, weights = ceiling(weight), control = tight)))
p <- function(d) {
  f <- survreg(Surv(time, relapse) ~ arm + age + severity, s, dist = d, control = tight)
  q <- predict(f, new, type = "quantile", p = .5, se.fit = TRUE)
  list(median = unname(q$fit), std_error = unname(q$se.fit))
}
out$aft_median <- setNames(lapply(dists, p), dists)
write_json(out, file.path(dir, "expected_cox.json"), digits = 14, auto_unbox = TRUE, pretty = TRUE, na = "null")
