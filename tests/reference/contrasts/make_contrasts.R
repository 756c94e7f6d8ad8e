# Contrasts of marginal means in R, and probabilities of the multivariate t distribution.
# Rscript make_contrasts.R DIR    (DIR holds this script; reads ../mixed/long.csv, writes expected.json)
suppressMessages({library(lme4); library(lmerTest); library(emmeans); library(mvtnorm); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
emm_options(lmerTest.limit = 1e5, pbkrtest.limit = 0, lmer.df = "satterthwaite")
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
d <- read.csv(file.path(dir, "..", "mixed", "long.csv"))
for (v in c("patient", "visit", "arm", "sex")) d[[v]] <- factor(d[[v]])
table_of <- function(contrasts, ...) {
  set.seed(1)  # emmeans computes "mvt" by random numbers
  as.data.frame(summary(contrasts, infer = c(TRUE, TRUE), ...))
}
out <- list()

m <- lmer(change ~ arm * day + baseline + (1 | patient), data = d, control = tight)
means <- emmeans(m, ~ arm | day, at = list(day = c(0, 28)))
pairwise <- pairs(means, reverse = TRUE)
control <- contrast(means, "trt.vs.ctrl", ref = "iv")

adjustments <- c("none", "bonferroni", "sidak", "holm", "hochberg", "hommel", "BH", "BY", "tukey", "mvt")
out$pairwise <- sapply(adjustments, function(a) table_of(pairwise, adjust = a), simplify = FALSE)
out$all_rows <- sapply(c("bonferroni", "sidak", "holm", "BH", "mvt"),
                       function(a) table_of(pairwise, by = NULL, adjust = a), simplify = FALSE)
out$dunnett <- list(two_sided = table_of(control, adjust = "mvt"),
                    less = table_of(control, adjust = "mvt", side = "<", null = 2))
out$consecutive <- table_of(contrast(means, "consec"), adjust = "none")
out$mean <- table_of(contrast(means, "eff"), adjust = "none")
out$weights <- table_of(contrast(means, list("im vs others" = c(1, -.5, -.5), "average" = rep(1 / 3, 3))),
                        adjust = "none")
both <- emmeans(m, ~ arm * day, at = list(day = c(0, 28)))
out$differences <- table_of(contrast(both, interaction = c(arm = "revpairwise", day = "revpairwise"), by = NULL),
                            adjust = "holm")
out$less <- sapply(c("none", "bonferroni", "holm"), simplify = FALSE,
                   function(a) table_of(pairwise, side = "<", null = 2, adjust = a))
out$greater <- table_of(pairwise, side = ">", null = -2, adjust = "none")
out$not_two <- table_of(pairwise, null = 2, adjust = "tukey")
out$equivalence <- sapply(c("none", "holm"), simplify = FALSE,
                          function(a) table_of(pairwise, side = "equivalence", delta = 2, adjust = a))
# the same question asked by delta
stopifnot(all.equal(table_of(pairwise, side = "<", delta = 2, adjust = "none")$p.value, out$less$none$p.value))
out$effect_sizes <- table_of(eff_size(means, sigma = 6.5, edf = Inf, method = "revpairwise"), adjust = "none")

m2 <- lmer(change ~ arm * sex + day + baseline + (1 | patient), data = d, control = tight)
proportional <- emmeans(m2, ~ arm, weights = "proportional")
out$proportional <- table_of(pairs(proportional, reverse = TRUE), adjust = "tukey")

# probability that all statistics are below a value (or between it and its negative), by TVPACK, which
# takes two or three dimensions and no lower limits: a box is a sum over its corners
below <- function(value, df, corr, two) {
  n <- nrow(corr)
  corners <- if (two) as.matrix(expand.grid(rep(list(c(1, -1)), n))) else matrix(1, 1, n)
  sum(apply(corners, 1, function(s) prod(s) * pmvt(rep(-Inf, n), value * s, df = df, corr = corr,
                                                   algorithm = TVPACK(abseps = 1e-14))[1]))
}
# the same for degrees of freedom that are not whole: the normal distribution (df = 0) averaged over
# the distribution of the standard deviation
below_at <- function(value, df, corr, two) {
  at <- function(u) sapply(u, function(v) below(value * sqrt(qchisq(v, df) / df), 0, corr, two))
  integrate(at, 0, 1, rel.tol = 1e-10)$value
}
# Dunnett's comparisons without random numbers, with the degrees of freedom of each row as they are
exact <- function(side) {
  two <- side == "="
  t <- table_of(control, adjust = "none", side = side, null = if (two) 0 else 2)
  do.call(rbind, lapply(seq_len(nrow(t)), function(i) {
    corr <- cov2cor(vcov(control)[t$day == t$day[i], t$day == t$day[i]])
    value <- if (two) abs(t$t.ratio[i]) else -t$t.ratio[i]
    root <- uniroot(function(q) below_at(q, t$df[i], corr, two) - .95, c(1.5, 3), tol = 1e-11)$root
    data.frame(contrast = t$contrast[i], day = t$day[i], p.value = 1 - below_at(value, t$df[i], corr, two),
               upper.CL = t$estimate[i] + root * t$SE[i])
  }))
}
out$dunnett_exact <- list(two_sided = exact("="), less = exact("<"))

# the largest of correlated t statistics; three dimensions by TVPACK, more (and singular) by Genz and
# Bretz with its error
cases <- list(list(v = vcov(control)[1:2, 1:2], df = 7), list(v = vcov(both)[1:3, 1:3], df = 5),
              list(v = vcov(both)[1:3, 1:3], df = 40), list(v = vcov(both)[1:3, 1:3], df = 0),
              list(v = vcov(pairwise), df = 12), list(v = vcov(pairwise), df = 0), list(v = vcov(both), df = 9))
largest <- function(case, value, two) {
  n <- nrow(case$v)
  exact <- n <= 3
  set.seed(2)
  p <- if (exact) below(value, case$df, cov2cor(case$v), two) else
    pmvt(if (two) rep(-value, n) else rep(-Inf, n), rep(value, n), df = case$df, corr = cov2cor(case$v),
         algorithm = GenzBretz(maxpts = 2e7, abseps = 1e-7))
  list(covariance = unname(case$v), df = case$df, value = value, two_sided = two, probability = 1 - p[1],
       error = if (exact) 1e-12 else attr(p, "error"))
}
out$largest_t <- list()
for (case in cases) for (two in c(TRUE, FALSE)) for (value in c(if (!two) -0.5, 0.7, 2.2, 4)) {
  out$largest_t[[length(out$largest_t) + 1]] <- largest(case, value, two)
}
write_json(out, file.path(dir, "expected.json"), digits = 14, auto_unbox = TRUE, pretty = TRUE, na = "null")
