# One-sample logrank tests of R's survdiff: Rscript make_one_sample.R . (in this folder)
library(survival)
folder <- commandArgs(TRUE)[1]
known <- survfit(Surv(time, status) ~ 1, data = subset(lung, sex == 1))
women <- subset(lung, sex == 2 & time <= 800)
hazard <- stepfun(known$time, c(0, -log(known$surv)))
test <- survdiff(Surv(time, status) ~ offset(exp(-hazard(time))), data = women)
cat(sprintf('{"n": %d, "observed": %d, "expected": %.12f, "statistic": %.12f, "software": "%s, survival %s"}\n',
            nrow(women), test$obs, test$exp, test$chisq, R.version.string, packageVersion("survival")),
    file = file.path(folder, "one_sample.json"))
