# Fits models for repeated measures, and mixed models, in R and writes what the tests compare with.
# Rscript make_mmrm.R DIR    (DIR holds long.csv; writes mmrm.json there)
suppressMessages({library(mmrm); library(lme4); library(lmerTest); library(pbkrtest); library(emmeans); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
d <- read.csv(file.path(dir, "long.csv"))
for (v in c("patient", "visit", "arm", "sex", "clinic")) d[[v]] <- factor(d[[v]])
ref <- list()

rows <- function(s) {
  data.frame(term = rownames(s), estimate = s[[1]], std_error = s[[2]], df = s[[3]])
}
fitm <- function(f, method, vcov = NULL, ...) {
  tight <- list(reltol = 1e-16, maxit = 2000)
  control <- if (is.null(vcov)) {
    mmrm_control(method = method, optimizer = "BFGS", optimizer_control = tight)
  } else {
    mmrm_control(method = method, vcov = vcov, optimizer = "BFGS", optimizer_control = tight)
  }
  mmrm(f, data = d, control = control, ...)
}
co <- function(m) rows(as.data.frame(coef(summary(m))))

structures <- c(
  unstructured = "us", toeplitz = "toep", `heterogeneous toeplitz` = "toeph", ar1 = "ar1",
  `heterogeneous ar1` = "ar1h", `compound symmetry` = "cs", `heterogeneous compound symmetry` = "csh",
  `ante-dependence` = "ad", `heterogeneous ante-dependence` = "adh"
)
for (name in names(structures)) for (method in c("Satterthwaite", "Kenward-Roger")) {
  f <- as.formula(paste0("change~arm*visit+baseline+sex+", structures[name], "(visit|patient)"))
  m <- fitm(f, method, if (method == "Kenward-Roger") "Kenward-Roger-Linear")
  key <- paste("mmrm", name, tolower(method), sep = "|")
  ref[[key]] <- list(logLik = as.numeric(logLik(m)), coef = co(m), cov = as.matrix(VarCorr(m)))
  if (name == "unstructured") {
    e <- emmeans(m, ~ arm | visit)
    ref[[key]]$emmeans <- as.data.frame(summary(e))
    differences <- pairs(e, reverse = TRUE, adjust = "none")
    ref[[key]]$pairs <- as.data.frame(summary(differences, infer = c(TRUE, TRUE)))
    an <- as.data.frame(mmrm:::Anova.mmrm(m, type = "III", test = "F"))
    ref[[key]]$joint <- data.frame(
      term = rownames(an), df1 = an[[1]], df2 = an[[2]], statistic = an[[3]], p_value = an[[4]]
    )
  }
}
keep <- function(m) list(logLik = as.numeric(logLik(m)), coef = co(m))
whole <- change ~ arm * visit + baseline + sex + us(visit | patient)
ref[["mmrm|unstructured|ml"]] <- keep(fitm(whole, "Satterthwaite", reml = FALSE))
grouped <- change ~ arm * visit + baseline + us(visit | sex / patient)
ref[["mmrm|unstructured|grouped"]] <- keep(fitm(grouped, "Satterthwaite"))
weighted <- change ~ arm * visit + baseline + us(visit | patient)
ref[["mmrm|unstructured|weights"]] <- keep(fitm(weighted, "Satterthwaite", weights = d$w))
ref[["mmrm|unstructured|empirical"]] <- keep(fitm(whole, "Satterthwaite", "Empirical"))

keepl <- function(m, ...) {
  coefficients <- rows(as.data.frame(coef(summary(m, ...))))
  list(logLik = as.numeric(logLik(m)), coef = coefficients, varcorr = as.data.frame(VarCorr(m)))
}
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
slope <- lmer(change ~ arm * day + baseline + (day | patient), data = d, control = tight)
ref[["lmm|slope|satterthwaite"]] <- keepl(slope, ddf = "Satterthwaite")
ref[["lmm|slope|kenward-roger"]] <- keepl(slope, ddf = "Kenward-Roger")
intercept <- lmer(change ~ arm * day + baseline + (1 | patient), data = d, REML = FALSE)
ref[["lmm|intercept|ml"]] <- keepl(intercept)
nested <- lmer(change ~ arm * day + baseline + (1 | clinic / patient), data = d)
ref[["lmm|nested|satterthwaite"]] <- keepl(nested)
write_json(ref, file.path(dir, "mmrm.json"), digits = 12, auto_unbox = TRUE, pretty = FALSE, na = "null")
