# What R gives for tables that are printed in books and papers, for the tests to compare with.
# Rscript make_published.R DIR DATASETS    (DIR holds bmt.csv; writes the other tables and
# published.json there; DATASETS is the folder of lifelines' data, lifelines.datasets.__path__[0])
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
datasets <- commandArgs(TRUE)[2]
ships <- function(name) read.csv(file.path(datasets, name))
table_of <- function(data, name) write.csv(data, file.path(dir, name), row.names = FALSE, quote = FALSE)
out <- list()
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15)   # the default stops at 9 figures

# --- the tables, as R's survival has them: only the columns needed -------------------------------
table_of(data.frame(time = aml$time, event = aml$status, arm = tolower(aml$x)), "aml.csv")
v <- data.frame(time = veteran$time, event = veteran$status, trt = veteran$trt,
                celltype = as.character(veteran$celltype), karno = veteran$karno,
                diagtime = veteran$diagtime, age = veteran$age, prior = veteran$prior)
table_of(v, "veteran.csv")
p <- pbc[, c("id", "time", "status", "trt", "age", "edema", "bili", "albumin", "protime")]
p$age <- round(p$age * 365.25)        # printed in days
names(p)[5] <- "age_days"
table_of(p, "pbc.csv")
g <- data.frame(id = cgd$id, arm = ifelse(cgd$treat == "placebo", "placebo", "interferon"),
                start = cgd$tstart, stop = cgd$tstop, event = cgd$status)
table_of(g, "cgd.csv")
w <- bladder[, c("id", "rx", "number", "size", "stop", "event", "enum")]
table_of(w, "bladder.csv")

# --- what is read off fits -----------------------------------------------------------------------
terms <- function(fit) {              # names of coefficients as formulaic has them
  name <- names(coef(fit))
  for (factor in names(fit$xlevels)) for (level in fit$xlevels[[factor]])
    name[name == paste0(factor, level)] <- sprintf("%s[T.%s]", factor, level)
  name
}
cox <- function(fit) {
  concordance <- concordance(fit, timewt = "n")
  list(term = terms(fit), estimate = unname(coef(fit)), std_error = unname(sqrt(diag(vcov(fit)))),
       log_likelihood = fit$loglik, concordance = unname(concordance$concordance),
       concordance_se = sqrt(concordance$var))
}
hazards <- function(fit, transform = "km") {
  z <- cox.zph(fit, transform)$table
  data.frame(term = rownames(z), statistic = unname(z[, 1]), df = unname(z[, 2]))
}
difference <- function(formula, data, rho = 0) {
  fit <- survdiff(formula, data, rho = rho)
  one <- function(x) if (is.matrix(x)) rowSums(x) else as.vector(x)
  list(statistic = fit$chisq, observed = one(fit$obs), expected = one(fit$exp))
}
points <- function(fit, times) {
  s <- summary(fit, times = times, extend = FALSE)
  data.frame(time = s$time, n_risk = s$n.risk, estimate = s$surv, std_error = s$std.err,
             conf_low = s$lower, conf_high = s$upper)
}
quantiles <- function(fit, shares = c(.25, .5, .75)) {
  q <- quantile(fit, shares)
  one <- function(x) as.vector(t(x))
  data.frame(estimate = one(q$quantile), conf_low = one(q$lower), conf_high = one(q$upper))
}
means <- function(fit, tau) {
  s <- summary(fit, rmean = tau)$table
  list(estimate = unname(s[, "rmean"]), std_error = unname(s[, "se(rmean)"]))
}

# --- one event -----------------------------------------------------------------------------------
aml2 <- data.frame(time = aml$time, event = aml$status, arm = tolower(aml$x))
out$aml <- list(quantile = quantiles(survfit(Surv(time, event) ~ arm, aml2)),
                logrank = difference(Surv(time, event) ~ arm, aml2),
                cox = cox(coxph(Surv(time, event) ~ arm, aml2, control = tight)))

v$celltype <- factor(v$celltype, c("squamous", "smallcell", "adeno", "large"))
fit <- coxph(Surv(time, event) ~ trt + celltype + karno + diagtime + age + prior, v, control = tight)
moving <- coxph(Surv(time, event) ~ trt + prior + karno + tt(karno), v, control = tight,
                tt = function(x, t, ...) x * log(t + 20))
cut <- survSplit(Surv(time, event) ~ ., v, cut = c(90, 180), episode = "period", id = "id")
apart <- coxph(Surv(tstart, time, event) ~ trt + prior + karno:strata(period), cut, control = tight)
out$veteran <- list(cox = cox(fit), proportional_hazards = hazards(fit),
                    moving = list(estimate = unname(coef(moving)),
                                  std_error = unname(sqrt(diag(vcov(moving))))),
                    periods = list(estimate = unname(coef(apart)),
                                   std_error = unname(sqrt(diag(vcov(apart))))),
                    in_cells = difference(Surv(time, event) ~ trt + strata(celltype), v))

p$age <- p$age_days / 365.25
p$event <- as.integer(p$status == 2)
fit <- coxph(Surv(time, event) ~ age + edema + log(bili) + log(albumin) + log(protime), p, control = tight)
trial <- survfit(Surv(time / 365.25, event) ~ trt, p[!is.na(p$trt), ])
out$pbc <- list(cox = cox(fit), means = means(trial, 10))

lung <- ships("lung.csv"); names(lung) <- sub("ph.ecog", "ecog", names(lung), fixed = TRUE)
lung$event <- lung$status
by_sex <- survfit(Surv(time, event) ~ sex, lung)
strata <- coxph(Surv(time, event) ~ age + ecog + strata(sex), lung, control = tight)
out$lung <- list(
  quantile = sapply(c("log-log", "log", "plain"), simplify = FALSE, function(type)
    quantiles(survfit(Surv(time, event) ~ sex, lung, conf.type = type))),
  at = sapply(c("log-log", "log", "plain"), simplify = FALSE, function(type)
    points(survfit(Surv(time, event) ~ sex, lung, conf.type = type), c(90, 180, 365, 730))),
  means = means(by_sex, 365),
  logrank = list(sex = difference(Surv(time, event) ~ sex, lung),
                 sex_rho_1 = difference(Surv(time, event) ~ sex, lung, 1),
                 sex_rho_half = difference(Surv(time, event) ~ sex, lung, .5),
                 sex_in_ecog = difference(Surv(time, event) ~ sex + strata(ecog), lung),
                 ecog = difference(Surv(time, event) ~ ecog, lung)),
  cox = cox(coxph(Surv(time, event) ~ age + sex + ecog, lung, control = tight)),
  in_sexes = cox(strata),
  in_sexes_by_site = cox(coxph(Surv(time, event) ~ age + ecog + strata(sex), lung,
                               cluster = inst, control = tight)),
  proportional_hazards = hazards(coxph(Surv(time, event) ~ age + sex + ecog, lung, control = tight)),
  proportional_hazards_in_sexes = hazards(strata),
  predicted = points(survfit(strata, data.frame(age = 60, ecog = 1, sex = 2), conf.type = "log-log"),
                     c(90, 180, 365)))

breast <- ships("gbsg2.csv"); breast$event <- breast$cens
full <- coxph(Surv(time, event) ~ horTh + age + menostat + tsize + tgrade + pnodes + progrec + estrec,
              breast, control = tight)
out$breast <- list(
  quantile = quantiles(survfit(Surv(time, event) ~ horTh, breast)),
  logrank = difference(Surv(time, event) ~ horTh, breast),
  in_grades = difference(Surv(time, event) ~ horTh + strata(tgrade), breast),
  in_grades_rho_1 = difference(Surv(time, event) ~ horTh + strata(tgrade), breast, 1),
  means = means(survfit(Surv(time, event) ~ horTh, breast), 1826),
  alone = cox(coxph(Surv(time, event) ~ horTh, breast, control = tight)),
  full = cox(full), proportional_hazards = hazards(full, "rank"),
  stratified = cox(coxph(Surv(time, event) ~ horTh + age + tsize + pnodes + strata(tgrade, menostat),
                         breast, ties = "breslow", control = tight)))

rossi <- ships("rossi.csv"); rossi$row <- seq_len(nrow(rossi))
arrest <- Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio
fit <- coxph(arrest, rossi, control = tight)
new <- data.frame(fin = c(1, 0), age = c(20, 30), race = 1, wexp = 0, mar = 0, paro = 1, prio = c(3, 1))
predicted <- summary(survfit(fit, new, conf.type = "log-log"), times = c(10, 25, 52))
out$rossi <- list(
  cox = cox(fit), proportional_hazards = hazards(fit, "identity"),
  robust = cox(coxph(arrest, rossi, cluster = row, control = tight)),
  predicted = data.frame(estimate = as.vector(predicted$surv), std_error = as.vector(predicted$std.err),
                         conf_low = as.vector(predicted$lower), conf_high = as.vector(predicted$upper)))

larynx <- ships("larynx.csv")
out$larynx <- list(breslow = cox(coxph(Surv(time, death) ~ Stage_II + Stage_III + Stage_IV + age, larynx,
                                       ties = "breslow", control = tight)),
                   efron = cox(coxph(Surv(time, death) ~ Stage_II + Stage_III + Stage_IV + age, larynx,
                                     control = tight)))

leukemia <- read.table(file.path(datasets, "anderson.csv"), header = TRUE)
out$leukemia <- list(quantile = quantiles(survfit(Surv(t, status) ~ Rx, leukemia)),
                     logrank = difference(Surv(t, status) ~ Rx, leukemia),
                     breslow = cox(coxph(Surv(t, status) ~ Rx, leukemia, ties = "breslow", control = tight)),
                     in_sexes = cox(coxph(Surv(t, status) ~ Rx + logWBC + strata(sex), leukemia,
                                          control = tight)))

rulers <- ships("dd.csv")
out$rulers <- list(logrank = difference(Surv(duration, observed) ~ un_continent_name, rulers),
                   rho_1 = difference(Surv(duration, observed) ~ un_continent_name, rulers, 1),
                   at = points(survfit(Surv(duration, observed) ~ un_continent_name, rulers,
                                       conf.type = "log-log"), c(1, 2, 5, 10)))

# --- delayed entry and covariates that change ----------------------------------------------------
mind <- ships("psychiatric_patients.csv"); mind$exit <- mind$Age + mind$T
curve <- survfit(Surv(Age, exit, C) ~ 1, mind, conf.type = "log-log")
fit <- coxph(Surv(Age, exit, C) ~ sex, mind, control = tight)
out$mind <- list(at = points(curve, c(47, 52, 59, 63, 69)), cox = cox(fit),
                 proportional_hazards = hazards(fit),
                 predicted = points(survfit(fit, data.frame(sex = 2), conf.type = "log-log"), c(52, 59, 63)))

heart <- ships("stanford_heart.csv")
change <- Surv(start, stop, event) ~ age + year + surgery + transplant
fit <- coxph(change, heart, control = tight)
out$heart <- list(cox = cox(fit), robust = cox(coxph(change, heart, cluster = id, control = tight)),
                  proportional_hazards = hazards(fit))
apart <- coxph(Surv(start, stop, event) ~ age + year + transplant + strata(surgery), heart, control = tight)
out$heart$predicted <- points(survfit(apart, data.frame(age = 0, year = 3, transplant = 1, surgery = 0),
                                      conf.type = "log-log"), c(30, 90, 365))

# --- events that come back -----------------------------------------------------------------------
b <- w[order(w$id, w$enum), ]         # rows since the last event; those without length go
b$start <- ave(b$stop, b$id, FUN = function(x) c(0, head(x, -1)))
b <- b[b$stop > b$start, ]; b$gap <- b$stop - b$start; b$row <- seq_len(nrow(b))
sores <- ships("recur.csv")
sores <- data.frame(id = sores$ID, age = sores$AGE, treat = sores$TREAT, start = sores$TIME0,
                    stop = sores$TIME1, event = sores$CENSOR, enum = sores$EVENT)
recurrent <- function(data, covariates, ties) {
  data$gap <- data$stop - data$start
  fit <- function(left, right = NULL, cluster = data$id)
    cox(coxph(as.formula(paste(left, "~", covariates, right)), data, cluster = cluster, ties = ties,
              control = tight))
  list("andersen-gill" = fit("Surv(start, stop, event)"),
       "by_row" = fit("Surv(start, stop, event)", cluster = seq_len(nrow(data))),
       "pwp-total" = fit("Surv(start, stop, event)", "+ strata(enum)"),
       "pwp-gap" = fit("Surv(gap, event)", "+ strata(enum)"))
}
g$enum <- ave(g$id, g$id, FUN = seq_along)
g$treated <- as.integer(g$arm == "interferon")
out$cgd <- recurrent(g, "treated", "efron")
out$cgd$unclustered <- cox(coxph(Surv(start, stop, event) ~ treated, g, control = tight))
out$bladder <- list(efron = recurrent(b, "rx + number + size", "efron"),
                    breslow = recurrent(b, "rx + number + size", "breslow"),
                    wei_lin_weissfeld = cox(coxph(Surv(stop, event) ~ rx + number + size + strata(enum), w,
                                                  cluster = id, ties = "breslow", control = tight)))
out$sores <- recurrent(sores, "treat + age", "efron")
mean_count <- function(formula, data, times) {
  s <- summary(survfit(formula, data, id = id), times = times)
  data.frame(time = s$time, estimate = s$cumhaz, std_error = s$std.chaz)
}
out$cgd_count <- mean_count(Surv(start, stop, event) ~ arm, g, c(100, 200, 300))
out$sores_count <- mean_count(Surv(start, stop, event) ~ treat, sores, c(10, 20, 50, 100))

# --- competing causes ----------------------------------------------------------------------------
bmt <- read.csv(file.path(dir, "bmt.csv"))
fit <- cuminc(bmt$time, bmt$event, bmt$group)
at <- timepoints(fit, 365 * 1:3)
out$bmt <- list(statistic = unname(fit$Tests[, "stat"]), curve = rownames(at$est),
                estimate = unname(at$est), std_error = unname(sqrt(at$var)))

nodes <- ships("lymph_node.csv")      # the data of gbsg2.csv with deaths: the first of the two events
nodes$cause <- ifelse(nodes$censrec == 0, 0, ifelse(nodes$rectime == nodes$survtime & nodes$censdead == 1, 2, 1))
nodes$cause2 <- factor(nodes$cause, 0:2, c("censored", "recurrence", "death"))
s <- summary(survfit(Surv(rectime, cause2) ~ hormone, nodes, conf.type = "log-log"), times = c(365, 730, 1461))
incidence <- function(k) data.frame(estimate = s$pstate[, k], std_error = s$std.err[, k],
                                    conf_low = s$lower[, k], conf_high = s$upper[, k])
X <- as.matrix(nodes[, c("hormone", "size", "nodes")])
crr_of <- function(cause) {
  fit <- crr(nodes$rectime, nodes$cause, X, failcode = cause, gtol = 1e-10)
  list(estimate = unname(fit$coef), std_error = unname(sqrt(diag(fit$var))))
}
long <- finegray(Surv(rectime, cause2) ~ ., nodes[, c("rectime", "cause2", "id", "hormone", "size", "nodes")],
                 etype = "recurrence")
fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ hormone + size + nodes, long, weights = fgwt, cluster = id,
             control = tight)
out$nodes <- list(recurrence = incidence(2), death = incidence(3),
                  gray = unname(cuminc(nodes$rectime, nodes$cause, nodes$hormone)$Tests[, "stat"]),
                  crr_recurrence = crr_of(1), crr_death = crr_of(2),
                  finegray = list(estimate = unname(coef(fit)), std_error = unname(sqrt(diag(vcov(fit))))))

# --- parametric, left- and interval-censored -----------------------------------------------------
aft <- function(low, high, formula, data, dist) {
  data$surv <- Surv(low, high, type = "interval2")
  fit <- survreg(update(formula, surv ~ .), data, dist = dist,
                 control = survreg.control(rel.tolerance = 1e-13, maxiter = 200))
  list(estimate = c(unname(coef(fit)), log(fit$scale)), std_error = unname(sqrt(diag(fit$var))),
       log_likelihood = fit$loglik[2])
}
open <- function(x) ifelse(is.finite(x), x, NA)
mice <- ships("mice.csv"); sugar <- ships("interval_diabetes.csv"); metal <- ships("CuZn-LeftCensoredDataset.csv")
dists <- c("weibull", "lognormal", "loglogistic")
each <- function(f) setNames(lapply(dists, f), dists)
cosmesis <- read.csv(file.path(dir, "cosmesis.csv"))
out$aft <- list(
  cosmesis = each(function(d) aft(ifelse(cosmesis$lower == 0, NA, cosmesis$lower), open(cosmesis$upper),
                                  ~ arm, cosmesis, d)),
  mice = each(function(d) aft(ifelse(mice$l == 0, NA, mice$l), open(mice$u), ~ grp, mice, d)),
  diabetes = each(function(d) aft(ifelse(sugar$left == 0, NA, sugar$left), open(sugar$right), ~ gender, sugar, d)),
  metal = each(function(d) aft(ifelse(metal$E == 1, metal$T, NA), metal$T, ~ group, metal, d)))
write_json(out, file.path(dir, "published.json"), digits = I(14), auto_unbox = TRUE, pretty = TRUE, na = "null")
