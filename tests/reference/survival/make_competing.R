# Competing causes, several states and counts of episodes in R for the tests to compare with.
# Rscript make_competing.R DIR
# DIR holds competing.csv and recurrent.csv; writes visits.csv, states.csv, recurrent_death.csv and
# competing.json there.
suppressMessages({library(survival); library(cmprsk); library(mets); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
set.seed(4071)
s <- read.csv(file.path(dir, "competing.csv"))
r <- read.csv(file.path(dir, "recurrent.csv"))
out <- list()

# cumulative incidence: survfit (infinitesimal jackknife), cuminc (Aalen's variance)
at <- c(30, 60, 90, 120, 180)
s$cause <- factor(s$type, 0:2, c("censored", "relapse", "switch"))
incidence <- function(fit, times = at) {
  q <- summary(fit, times = times)
  each <- function(j) data.frame(
    arm = if (is.null(q$strata)) NA else sub("arm=", "", as.character(q$strata)),
    event = q$states[j], time = q$time, n_risk = q$n.risk[, 1], estimate = q$pstate[, j],
    std_error = q$std.err[, j], conf_low = q$lower[, j], conf_high = q$upper[, j])
  do.call(rbind, lapply(2:ncol(q$pstate), each))
}
for (type in c("log-log", "log", "plain"))
  out$incidence[[type]] <- incidence(survfit(Surv(time, cause) ~ arm, s, conf.type = type))
out$incidence_delayed_entry <- incidence(survfit(Surv(entry, time, cause) ~ arm, s, id = patient,
                                                 conf.type = "log-log"))
out$incidence_weighted <- incidence(survfit(Surv(time, cause) ~ arm, s, weights = weight,
                                            id = patient, conf.type = "log-log"))
tp <- timepoints(cuminc(s$time, s$type, s$arm), at)
out$aalen <- data.frame(curve = rownames(tp$est), as.data.frame(unclass(tp$est)),
                        var = as.data.frame(unclass(tp$var)), check.names = FALSE)

# visits every four weeks: all times tied
v <- data.frame(patient = 1:300, arm = rep(c("im", "iv"), 150))
relapse <- rexp(300, 1 / 14); dropout <- rexp(300, 1 / 25)
seen <- ceiling(pmin(relapse, dropout) / 4) * 4
v$week <- pmin(seen, 24)
v$type <- ifelse(seen > 24, 0, ifelse(relapse < dropout, 1, 2))
write.csv(v, file.path(dir, "visits.csv"), row.names = FALSE)
tv <- timepoints(cuminc(v$week, v$type), c(4, 8, 10, 12, 24))
out$visits <- list(estimate = tv$est[1, ], variance = tv$var[1, ])

# Gray's test
gray <- function(fit) data.frame(statistic = fit$Tests[, 1], p_value = fit$Tests[, 2], df = fit$Tests[, 3])
out$gray <- list(arm = gray(cuminc(s$time, s$type, s$arm)),
                 clinic = gray(cuminc(s$time, s$type, s$clinic)),
                 strata = gray(cuminc(s$time, s$type, s$arm, strata = s$clinic)),
                 rho = gray(cuminc(s$time, s$type, s$arm, rho = 1)),
                 visits = gray(cuminc(v$week, v$type, v$arm)))

# Fine and Gray: crr and finegray(), with ties and without
X <- model.matrix(~ arm + age + severity, s)[, -1]
s$untied <- s$time + seq_len(nrow(s)) / 1e4
fine_gray <- function(time, cause) {
  fit <- crr(time, s$type, X, failcode = cause, gtol = 1e-10)
  p <- predict(fit, cbind(c(0, 1), c(40, 50), c(0.5, -1)))
  list(term = colnames(X), estimate = fit$coef, std_error = sqrt(diag(fit$var)), vcov = fit$var,
       log_likelihood = fit$loglik, log_likelihood_null = fit$loglik.null,
       predicted = p[findInterval(at, p[, 1]), -1])
}
out$crr <- list(tied_1 = fine_gray(s$time, 1), tied_2 = fine_gray(s$time, 2),
                untied_1 = fine_gray(s$untied, 1))
long <- function(time, cause) {
  s$at <- time; s$cause <- s$cause
  w <- finegray(Surv(at, cause) ~ ., s[, c("at", "cause", "patient", "arm", "age", "severity")], etype = cause)
  fit <- function(ties) {
    m <- coxph(Surv(fgstart, fgstop, fgstatus) ~ arm + age + severity, w, weights = fgwt, ties = ties,
               cluster = patient, control = coxph.control(eps = 1e-12, toler.chol = 1e-13))
    c0 <- survfit(m, data.frame(arm = c("im", "iv"), age = c(40, 50), severity = c(0.5, -1)))
    list(estimate = coef(m), std_error = sqrt(diag(vcov(m))), log_likelihood = m$loglik[2],
         naive = sqrt(diag(m$naive.var)), predicted = 1 - summary(c0, times = at)$surv)
  }
  list(efron = fit("efron"), breslow = fit("breslow"))
}
out$finegray <- list(tied = long(s$time, "relapse"), untied = long(s$untied, "relapse"))

# several states: ill, responded, relapsed, left; some enter late, some enter responded
rows <- list()
rate <- list(ill = c(responded = 1 / 25, left = 1 / 120), responded = c(relapsed = 1 / 60, left = 1 / 200),
             relapsed = c(responded = 1 / 40, left = 1 / 80))
for (i in 1:160) {
  arm <- c("im", "iv")[1 + i %% 2]; now <- if (runif(1) < .2) "responded" else "ill"
  t <- if (runif(1) < .15) sample(1:15, 1) else 0; end <- sample(60:200, 1)
  repeat {
    k <- rate[[now]] * if (arm == "iv") 1.3 else 1
    wait <- ceiling(rexp(1, sum(k)) / 2) * 2; to <- sample(names(k), 1, prob = k)
    if (t + wait >= end) { rows[[length(rows) + 1]] <- data.frame(i, arm, t, end, now, NA); break }
    rows[[length(rows) + 1]] <- data.frame(i, arm, t, t + wait, now, to)
    t <- t + wait; now <- to; if (now == "left") break
  }
}
m <- do.call(rbind, lapply(rows, setNames, c("patient", "arm", "start", "stop", "from", "to")))
write.csv(m, file.path(dir, "states.csv"), row.names = FALSE, na = "")
states <- c("ill", "responded", "relapsed", "left")
m$to <- factor(ifelse(is.na(m$to), "censored", m$to), c("censored", states))
m$from <- factor(m$from, states)
occupancy <- function(fit) {
  q <- summary(fit, times = at)
  arm <- if (is.null(q$strata)) NA else sub("arm=", "", as.character(q$strata))
  do.call(rbind, lapply(seq_along(q$states), function(j) data.frame(
    arm = arm, state = q$states[j], time = q$time, n_risk = q$n.risk[, j],
    estimate = q$pstate[, j], std_error = q$std.err[, j])))
}
sojourn <- function(fit, rows) {
  influence <- residuals(fit, times = 150, type = "sojourn", collapse = TRUE)
  each <- summary(fit, rmean = 150)$table[, "rmean"]
  data.frame(state = states, estimate = unname(each),
             std_error = unname(sqrt(apply(influence, 2, function(x) sum(x^2)))))
}
# with several initial states, survfit 3.5-3 gives the standard errors of its own influences (and of
# a jackknife by weights) only when influence = TRUE; with one initial state both ways agree
f1 <- survfit(Surv(start, stop, to) ~ 1, m, id = patient, istate = from, influence = TRUE)
f2 <- survfit(Surv(start, stop, to) ~ arm, m, id = patient, istate = from, influence = TRUE)
one <- m[ave(m$from == "ill" & m$start == 0, m$patient, FUN = function(x) x[1]) == 1, ]
f3 <- survfit(Surv(start, stop, to) ~ 1, one, id = patient, istate = from)
out$occupancy <- list(all = occupancy(f1), by_arm = occupancy(f2), from_ill = occupancy(f3))
out$sojourn <- sojourn(f1)

# episodes per patient: mean cumulative count with standard errors robust to the patient
count <- function(fit) {
  q <- summary(fit, times = at)
  data.frame(maintenance = as.integer(sub("maintenance=", "", as.character(q$strata))), time = q$time,
             n_risk = q$n.risk, estimate = q$cumhaz, std_error = q$std.chaz)
}
out$count <- count(survfit(Surv(start, stop, event) ~ maintenance, r, id = patient))

# the same with death: Ghosh and Lin's mean count as mets computes it
last <- !duplicated(r$patient, fromLast = TRUE)
r$death <- ifelse(last & r$event == 0 & runif(nrow(r)) < .35, 1, 0)
r$stop <- r$stop + (seq_len(nrow(r)) %% 97) / 1000          # no ties between patients
r$start <- ifelse(c(TRUE, diff(r$patient) != 0), 0, c(0, head(r$stop, -1)))
write.csv(r, file.path(dir, "recurrent_death.csv"), row.names = FALSE)
a <- phreg(Surv(start, stop, event) ~ strata(maintenance) + cluster(patient), data = r)
d <- phreg(Surv(start, stop, death) ~ strata(maintenance) + cluster(patient), data = r)
g <- recurrentMarginal(a, d)
pick <- function(k) {
  mine <- g$strata == k; i <- findInterval(at, g$times[mine])
  data.frame(maintenance = k, time = at, estimate = g$mu[mine][i], std_error = g$se.mu[mine][i])
}
out$ghosh_lin <- rbind(pick(0), pick(1))
write_json(out, file.path(dir, "competing.json"), digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null")
cat(R.version.string, sapply(c("survival", "cmprsk", "mets", "jsonlite"), function(p) paste(p, packageVersion(p))), sep = "\n")
