# The restricted likelihood of the imputation model, by nlme's optimiser.
# Rscript make_likelihood.R LONG_CSV OUT_JSON   (needs nlme, jsonlite)
suppressMessages({library(nlme)})
a <- commandArgs(TRUE)
e <- read.csv(a[1]); e <- e[e$arm != "im", ]
e$arm <- factor(e$arm, levels = c("oral", "iv")); e$visit <- factor(e$visit)
e$place <- as.integer(e$visit); e <- e[order(e$patient, e$place), ]
fit <- gls(change ~ baseline * visit + arm * visit, e,
           correlation = corSymm(form = ~ place | patient), weights = varIdent(form = ~ 1 | visit),
           control = glsControl(msMaxIter = 1000, maxIter = 500, tolerance = 1e-10, msTol = 1e-12))
writeLines(sprintf("{\"restricted_log_likelihood\": %.8f}", as.numeric(logLik(fit))), a[2])
