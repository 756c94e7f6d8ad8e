# Curves from interval-censored times in R, for the tests to compare with.
# Rscript make_intervals.R DIR    (DIR holds the tables; writes intervals.json there)
suppressMessages({library(survival); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(dir, name))

# Probabilities before and after the steps; survfit puts a step at the middle of its interval.
steps <- function(fit) {
  arm <- if (is.null(fit$strata)) "" else sub("arm=", "", rep(names(fit$strata), fit$strata))
  data.frame(arm = arm, time = fit$time, surv = fit$surv)
}
surv <- function(low, high) Surv(low, high, type = "interval2")

# survfit stops early where exact times and intervals mix, so the mixed rows have an EM of their own:
# plain, over all pieces between neighbouring ends and all exact times, until the likelihood could
# gain less than 1e-9 more.
em <- function(low, high, number) {
  high[is.na(high)] <- Inf
  ends <- sort(unique(c(0, low, high)))
  exact <- sort(unique(low[low == high]))
  pieces <- rbind(cbind(head(ends, -1), tail(ends, -1)), cbind(exact, exact))
  point <- pieces[, 1] == pieces[, 2]
  covers <- outer(seq_along(low), seq_len(nrow(pieces)), function(i, j) {
    after <- ifelse(point[j] & low[i] < high[i], pieces[j, 1] > low[i], pieces[j, 1] >= low[i])
    after & pieces[j, 2] <= high[i] & (low[i] < high[i] | point[j])
  })
  mass <- rep(1 / nrow(pieces), nrow(pieces))
  repeat {
    gradient <- as.vector(crossprod(covers, number / as.vector(covers %*% mass)))
    if (max(gradient) - sum(number) < 1e-9) break
    mass <- mass * gradient / sum(number)
  }
  at <- seq(0, 176, 4)
  list(time = at, after = sapply(at, function(t) 1 - sum(mass[pieces[, 2] <= t])),
       log_likelihood = sum(number * log(covers %*% mass)))
}

visits <- read("visit_intervals.csv")
cosmesis <- read("cosmesis.csv")
mixed <- read("mixed_intervals.csv")
result <- list(
  visits = steps(survfit(surv(lower, upper) ~ 1, visits)),
  visits_by_arm = steps(survfit(surv(lower, upper) ~ arm, visits)),
  cosmesis_by_arm = steps(survfit(surv(lower, upper) ~ arm, cosmesis)),
  mixed = em(mixed$lower, mixed$upper, rep(1, nrow(mixed))),
  mixed_weighted = em(mixed$lower, mixed$upper, mixed$number)
)
write_json(result, file.path(dir, "intervals.json"), digits = I(12), auto_unbox = TRUE)
