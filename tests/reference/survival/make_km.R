# Kaplan-Meier curves in R for the tests to compare with.
# Rscript make_km.R DIR    (DIR holds tte.csv; writes weighted.csv and expected.json there)
suppressMessages({library(survival); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
s <- read.csv(file.path(dir, "tte.csv"))
at <- function(km) {
  q <- summary(km, times = c(30, 60, 90, 120, 180))
  data.frame(arm = sub("arm=", "", as.character(q$strata)), time = q$time, n_risk = q$n.risk,
             estimate = q$surv, std_error = q$std.err, conf_low = q$lower, conf_high = q$upper)
}
med <- function(km) {
  m <- quantile(km, 0.5)
  data.frame(arm = sub("arm=", "", names(km$strata)), estimate = as.vector(m$quantile),
             conf_low = as.vector(m$lower), conf_high = as.vector(m$upper))
}
out <- list()
for (type in c("log-log", "log", "plain")) {
  entry <- survfit(Surv(entry, time, event == 1) ~ arm, s, conf.type = type)
  plain <- survfit(Surv(time, event == 1) ~ arm, s, conf.type = type)
  out[[type]] <- list(at_delayed_entry = at(entry), at = at(plain), median = med(plain))
}
w <- data.frame(time = c(5, 8, 8, 12, 15, 20, 22, 30), event = c(1, 1, 0, 1, 0, 1, 1, 0),
                entry = c(0, 0, 2, 5, 0, 6, 10, 0), share = c(.5, 1.5, 2, .7, 1.1, 2.2, .9, 1.3),
                count = c(1, 2, 1, 3, 1, 1, 2, 1))
write.csv(w, file.path(dir, "weighted.csv"), row.names = FALSE)
curve <- function(km) {
  q <- summary(km, censored = TRUE)
  data.frame(time = q$time, n_risk = q$n.risk, n_event = q$n.event, estimate = q$surv,
             std_error = q$std.err, conf_low = q$lower, conf_high = q$upper)
}
out$share <- curve(survfit(Surv(time, event) ~ 1, w, weights = share))
out$share_delayed_entry <- curve(survfit(Surv(entry, time, event) ~ 1, w, weights = share))
out$count <- curve(survfit(Surv(time, event) ~ 1, w, weights = count))
write_json(out, file.path(dir, "expected.json"), digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null")
