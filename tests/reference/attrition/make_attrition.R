# Weights for attrition in R, made by hand from glm, and what they are used in.
# Rscript make_attrition.R DIR    (DIR holds scores.csv and relapse.csv; writes expected.json)
suppressMessages({library(survival); library(sandwich); library(geepack); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
coefs <- function(b, V) list(term = names(b), estimate = unname(b), std_error = unname(sqrt(diag(V))))

# weights: pooled logistic regression over the visits that somebody leaves (nobody leaves the first)
weigh <- function(d, den, num) {
  d <- d[order(d$patient, d$visit), ]
  d$left <- 1 - d$remains
  risk <- d$visit > 1
  f <- glm(den, binomial, d[risk, ], control = glm.control(epsilon = 1e-14, maxit = 100))
  g <- glm(num, binomial, d[risk, ], control = glm.control(epsilon = 1e-14, maxit = 100))
  ratio <- rep(1, nrow(d)); below <- rep(1, nrow(d))
  ratio[risk] <- (1 - fitted(g)) / (1 - fitted(f))
  below[risk] <- 1 / (1 - fitted(f))
  d$weight <- ave(ratio, d$patient, FUN = cumprod)
  d$plain <- ave(below, d$patient, FUN = cumprod)
  list(d = d[d$remains == 1, ], f = f, all = d[risk, ])
}

s <- read.csv(file.path(dir, "scores.csv"))
w <- weigh(s, left ~ factor(visit) + arm * last, left ~ factor(visit) + arm)
out <- list()
out$leaving <- coefs(coef(w$f), vcovCL(w$f, cluster = w$all$patient, type = "HC1"))
out$weight <- w$d$weight
out$plain <- w$d$plain
visit <- sort(unique(w$d$visit))
out$effective <- sapply(visit, function(v) {x <- w$d$weight[w$d$visit == v]; sum(x)^2 / sum(x^2)})
out$mean <- sapply(visit, function(v) mean(w$d$weight[w$d$visit == v]))
q <- quantile(w$d$weight, c(0.05, 0.95), type = 7)
out$limits <- unname(q)
g <- geeglm(change ~ arm * factor(visit), data = w$d, id = patient, weights = weight,
            corstr = "independence", control = geese.control(epsilon = 1e-12, maxit = 100))
out$gee <- coefs(coef(g), vcov(g))
b <- geeglm(response ~ arm + baseline, data = w$d, id = patient, weights = weight, family = binomial,
            corstr = "independence", control = geese.control(epsilon = 1e-12, maxit = 100))
out$gee_binomial <- coefs(coef(b), vcov(b))

r <- weigh(read.csv(file.path(dir, "relapse.csv")), left ~ factor(visit) + arm * last,
           left ~ factor(visit))$d
km <- summary(survfit(Surv(start, stop, event) ~ arm, r, weights = weight, conf.type = "log-log"),
              times = c(14, 42, 84))
out$curve <- list(arm = sub("arm=", "", as.character(km$strata)), time = km$time, estimate = km$surv)
rows <- survfit(Surv(start, stop, event) ~ arm, r, weights = weight, id = seq_len(nrow(r)),
                conf.type = "log-log")
out$curve$std_error_by_row <- summary(rows, times = c(14, 42, 84))$std.err
people <- survfit(Surv(start, stop, event) ~ arm, r, weights = weight, cluster = patient, id = seq_len(nrow(r)),
                  conf.type = "log-log")
out$curve$std_error_by_patient <- summary(people, times = c(14, 42, 84))$std.err
h <- coxph(Surv(start, stop, event) ~ arm, r, weights = weight, cluster = patient,
           control = coxph.control(eps = 1e-14, iter.max = 100))
out$cox <- coefs(coef(h), vcov(h))
write_json(out, file.path(dir, "expected.json"), digits = 12, auto_unbox = TRUE, pretty = FALSE)
