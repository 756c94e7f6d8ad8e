# Rates and shares of events clustered in patients: sandwich variances by geepack, limits by base R.
# Run as: Rscript make_clustered.R > expected.json
suppressMessages(library(geepack))
events   <- c(0, 2, 1, 0, 5, 0, 1, 3, 0, 0, 2, 1)
sessions <- c(4, 9, 6, 2, 12, 6, 5, 14, 3, 6, 8, 6)
id <- seq_along(events)
g <- length(id)

rate_fit <- geeglm(events ~ 1 + offset(log(sessions)), family = poisson, id = id,
                   corstr = "independence")
rate <- exp(coef(rate_fit)[[1]])
rate_log_se <- summary(rate_fit)$coefficients[1, "Std.err"]

# Sessions one by one, 1 where the event happened (the first `events` sessions of a patient)
long <- do.call(rbind, lapply(id, function(i)
  data.frame(id = i, y = as.integer(seq_len(sessions[i]) <= events[i]))))
share_fit <- geeglm(y ~ 1, family = binomial, data = long, id = id, corstr = "independence")
share <- plogis(coef(share_fit)[[1]])
share_se <- summary(share_fit)$coefficients[1, "Std.err"] * share * (1 - share)

# With the factor G/(G-1); design effects over independent sessions; effective numbers
limits <- function(effect, total) {
  f <- (qt(0.975, g - 1) / qt(0.975, total - 1))^2 * max(effect, 1)
  total / f
}
n <- sum(sessions)
rate_effect <- (rate * rate_log_se)^2 * g / (g - 1) / (rate / n)
s <- limits(rate_effect, n)
e <- rate * s
rate_limits <- c(qgamma(0.025, e), qgamma(0.975, e + 1)) / s

share_effect <- share_se^2 * g / (g - 1) / (share * (1 - share) / n)
k <- limits(share_effect, n)
share_limits <- c(qbeta(0.025, share * k, k - share * k + 1),
                  qbeta(0.975, share * k + 1, k - share * k))

show <- function(x) paste0("[", paste(format(x, digits = 12), collapse = ", "), "]")
cat(sprintf('{\n "software": "%s, geepack %s",\n', R.version.string, packageVersion("geepack")))
cat(sprintf(' "rate": %s,\n "share": %s,\n',
            show(c(rate, rate_limits, rate_effect)), show(c(share, share_limits, share_effect))))
cat(sprintf(' "one_of_60": %s,\n', show(binom.test(1, 60)$conf.int)))
cat(sprintf(' "none_of_60": %s,\n', show(binom.test(0, 60, alternative = "less")$conf.int[2])))
cat(sprintf(' "no_events_in_100": %s,\n', show(poisson.test(0, 100, alternative = "less")$conf.int[2])))
cat(sprintf(' "four_events_in_100": %s\n}\n', show(poisson.test(4, 100)$conf.int)))
