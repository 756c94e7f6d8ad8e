# Tests between groups, restricted means, quantiles, risk tables and follow-up in R.
# Rscript make_logrank_rmst.R DIR    (DIR holds tte.csv, clinics.csv and weighted.csv; writes
# doses.csv and expected_logrank_rmst.json there)
suppressMessages({library(survival); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
s <- merge(read.csv(file.path(dir, "tte.csv")), read.csv(file.path(dir, "clinics.csv")))
w <- read.csv(file.path(dir, "weighted.csv"))

# Three doses with an order, visits every 7 days (many ties), late starters, six sites.
set.seed(411)
n <- 150
d <- data.frame(dose = sample(c(25, 50, 75), n, TRUE), site = sample(letters[1:6], n, TRUE))
d$entry <- ifelse(runif(n) < .4, sample(0:30, n, TRUE), 0)
d$time <- pmax(7, 7 * ceiling(pmin(rweibull(n, 1.3, 60 + .6 * d$dose), runif(n, 20, 180)) / 7))
d$event <- as.integer(runif(n) < .7)
d <- d[d$time > d$entry, ]
out <- list()
tests <- function(t) {
  sums <- function(x) if (is.matrix(x)) rowSums(x) else as.vector(x)
  list(statistic = t$chisq, df = length(t$n) - 1, observed = sums(t$obs), expected = sums(t$exp))
}
out$logrank <- list(
  arm = tests(survdiff(Surv(time, event) ~ arm, s)),
  arm_rho_1 = tests(survdiff(Surv(time, event) ~ arm, s, rho = 1)),
  arm_rho_half = tests(survdiff(Surv(time, event) ~ arm, s, rho = 0.5)),
  arm_in_clinics = tests(survdiff(Surv(time, event) ~ arm + strata(clinic), s)),
  arm_in_clinics_rho_1 = tests(survdiff(Surv(time, event) ~ arm + strata(clinic), s, rho = 1)),
  clinic = tests(survdiff(Surv(time, event) ~ clinic, s)),
  dose = tests(survdiff(Surv(time, event) ~ dose, d)),
  dose_in_sites = tests(survdiff(Surv(time, event) ~ dose + strata(site), d)),
  dose_in_sites_rho_2 = tests(survdiff(Surv(time, event) ~ dose + strata(site), d, rho = 2)))

# survdiff knows neither delayed entry, nor a trend, nor gamma. Without ties the logrank test is
# the score test of coxph; with ties the sums are added up here from their definition, one event
# time after another (coxph's exact ties would take for ever with so many).
d$untied <- d$time + order(order(runif(nrow(d)))) / 1000
score <- function(formula) {
  t <- summary(coxph(formula, d, ties = "breslow"))$sctest
  list(statistic = t[["test"]], df = t[["df"]], p_value = t[["pvalue"]])
}
out$score <- list(
  delayed_entry = score(Surv(entry, untied, event) ~ factor(dose)),
  delayed_entry_in_sites = score(Surv(entry, untied, event) ~ factor(dose) + strata(site)),
  trend = score(Surv(untied, event) ~ dose),
  trend_delayed_entry_in_sites = score(Surv(entry, untied, event) ~ dose + strata(site)))
write.csv(d, file.path(dir, "doses.csv"), row.names = FALSE, quote = FALSE)

by_definition <- function(time, event, group, rho = 0, gamma = 0, entry = rep(-1, length(time)),
                          strata = rep(1, length(time)), along = NULL) {
  groups <- sort(unique(group)); k <- length(groups)
  u <- rep(0, k); v <- matrix(0, k, k)
  for (place in unique(strata)) {
    left <- 1
    for (t in sort(unique(time[event == 1 & strata == place]))) {
      here <- strata == place & time >= t & entry < t
      n <- sapply(groups, function(g) sum(here & group == g))
      e <- sapply(groups, function(g) sum(here & group == g & time == t & event == 1))
      weight <- left^rho * (1 - left)^gamma
      share <- n / sum(n)
      u <- u + weight * (e - sum(e) * share)
      if (sum(n) > 1) v <- v + weight^2 * sum(e) * (sum(n) - sum(e)) / (sum(n) - 1) *
        (diag(share) - outer(share, share))
      left <- left * (1 - sum(e) / sum(n))
    }
  }
  if (is.null(along)) {
    return(list(statistic = as.vector(u[-1] %*% solve(v[-1, -1, drop = FALSE], u[-1])), df = k - 1))
  }
  list(statistic = as.vector((along %*% u)^2 / (along %*% v %*% along)), df = 1)
}
out$by_definition <- list(
  rho_1 = by_definition(s$time, s$event, s$arm, 1, 0),
  gamma_1 = by_definition(s$time, s$event, s$arm, 0, 1),
  both = by_definition(d$time, d$event, d$dose, 0.5, 2),
  both_in_sites = by_definition(d$time, d$event, d$dose, 0.5, 2, strata = d$site),
  delayed_entry = by_definition(s$time, s$event, s$arm, entry = s$entry),
  delayed_entry_in_clinics = by_definition(s$time, s$event, s$arm, entry = s$entry, strata = s$clinic),
  delayed_entry_rho_1 = by_definition(d$time, d$event, d$dose, 1, 0, entry = d$entry),
  trend = by_definition(d$time, d$event, d$dose, along = 0:2),
  trend_in_sites_gamma_1 = by_definition(d$time, d$event, d$dose, 0, 1, strata = d$site, along = 0:2))

means <- function(km, tau) {
  t <- summary(km, rmean = tau)$table
  list(tau = tau, estimate = as.vector(t[, "rmean"]), std_error = as.vector(t[, "se(rmean)"]))
}
plain <- survfit(Surv(time, event) ~ arm, s)
entry <- survfit(Surv(entry, time, event) ~ arm, s)
out$rmst <- lapply(c(30, 100.5, 120, 180), function(tau) means(plain, tau))
out$rmst_delayed_entry <- lapply(c(30, 120), function(tau) means(entry, tau))
w$half <- rep(1:2, 4)
count <- survfit(Surv(time, event) ~ half, w, weights = count)
out$rmst_count <- lapply(c(8, 20), function(tau) means(count, tau))
# Of fractional weights the jackknife: influences of patients on the area.
jackknife <- function(km, data, tau) {
  r <- residuals(km, times = tau, type = "rmst")
  list(tau = tau, estimate = summary(km, rmean = tau)$table[["rmean"]],
       std_error = sqrt(sum((data$share * as.vector(r))^2)))
}
share <- survfit(Surv(time, event) ~ 1, w, weights = share)
out$rmst_share <- lapply(c(9, 20, 30), function(tau) jackknife(share, w, tau))

# Weights are whole in the first half only: the jackknife serves both.
w$mixed <- ifelse(w$half == 1, w$count, w$share)
mixed <- summary(survfit(Surv(time, event) ~ half, w, weights = mixed), censored = TRUE)
out$mixed_weights <- data.frame(half = as.integer(sub("half=", "", mixed$strata)), time = mixed$time,
                                estimate = mixed$surv, std_error = mixed$std.err)

shares <- c(.1, .25, .4, .5, .75)
quantiles <- function(km) {
  q <- quantile(km, shares)
  one <- function(x) as.vector(t(x))
  data.frame(probability = shares, estimate = one(q$quantile), conf_low = one(q$lower),
             conf_high = one(q$upper))
}
out$quantile <- sapply(c("log-log", "log", "plain"), simplify = FALSE, function(type)
  quantiles(survfit(Surv(time, event) ~ arm, s, conf.type = type)))
flat <- data.frame(time = c(54, 75, 77, 84, 87, 92, 103, 105, 112, 118), event = rep(1:0, each = 5))
out$quantile_flat_to_the_end <- quantiles(survfit(Surv(time, event) ~ 1, flat, conf.type = "log-log"))

ticks <- c(0, 1, 3, 10, 12, 21, 30, 33, 60, 90, 120.5, 180, 198)
risk <- function(km) {
  q <- summary(km, times = ticks, extend = TRUE)
  each <- split(seq_along(q$time), q$strata)
  data.frame(arm = sub("arm=", "", as.character(q$strata)), time = q$time, n_risk = q$n.risk,
             n_event = unlist(lapply(each, function(i) cumsum(q$n.event[i]))),
             n_censored = unlist(lapply(each, function(i) cumsum(q$n.censor[i]))))
}
out$risk_table <- risk(plain)
out$risk_table_delayed_entry <- risk(entry)

reverse <- quantile(survfit(Surv(time, 1 - event) ~ arm, s, conf.type = "log-log"), .5)
out$follow_up <- data.frame(arm = c("im", "iv"), estimate = as.vector(reverse$quantile),
                            conf_low = as.vector(reverse$lower), conf_high = as.vector(reverse$upper))
write_json(out, file.path(dir, "expected_logrank_rmst.json"), digits = 14, auto_unbox = TRUE,
           pretty = TRUE, na = "null")
