# Heterogeneity of estimates: Paule and Mandel, Q profile, Knapp and Hartung (metafor).
# Run as: Rscript make_between_sites.R FOLDER
library(metafor)
folder <- commandArgs(trailingOnly = TRUE)[1]
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
cases <- list(
  bcg = data.frame(estimate = as.numeric(bcg$yi), std_error = sqrt(as.numeric(bcg$vi))),
  # invented: less spread than the standard errors, some spread, two sites
  alike = data.frame(estimate = c(-4.1, -4.3, -3.9, -4.2, -4.0), std_error = c(0.5, 0.8, 0.6, 0.7, 0.9)),
  some = data.frame(estimate = c(-4.1, -2.3, -5.9, -4.2, -3.0, -6.4), std_error = c(0.9, 0.8, 1.1, 0.7, 1.4, 1.9)),
  two = data.frame(estimate = c(1.0, 3.5), std_error = c(0.6, 0.8))
)
inputs <- expected <- NULL
for (name in names(cases)) {
  d <- cases[[name]]
  fit <- rma(estimate, sei = std_error, data = d, method = "PM", test = "adhoc",
             control = list(tol = 1e-13, maxiter = 1000))
  spread <- confint(fit, control = list(tol = 1e-13, tau2.max = 1e6))$random
  ahead <- predict(fit)
  inputs <- rbind(inputs, cbind(case = name, d))
  expected <- rbind(expected, data.frame(
    case = name, n_sites = fit$k, q = fit$QE, p_value = fit$QEp,
    tau2 = fit$tau2, tau2_low = spread["tau^2", "ci.lb"], tau2_high = spread["tau^2", "ci.ub"],
    i2 = fit$I2 / 100, i2_low = spread["I^2(%)", "ci.lb"] / 100, i2_high = spread["I^2(%)", "ci.ub"] / 100,
    estimate = as.numeric(fit$b), std_error = fit$se, conf_low = fit$ci.lb, conf_high = fit$ci.ub,
    predicted_low = ahead$pi.lb, predicted_high = ahead$pi.ub))
}
write_it <- function(frame, file) {
  numbers <- sapply(frame, is.numeric)
  frame[numbers] <- lapply(frame[numbers], function(x) sprintf("%.14g", x))
  write.csv(frame, file.path(folder, file), row.names = FALSE, quote = FALSE)
}
write_it(inputs, "estimates.csv")
write_it(expected, "expected.csv")
