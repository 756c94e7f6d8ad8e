# Fits a mixed model to data in which one arm has no scores at the last visit.
# Rscript make_empty_cell.R DIR    (DIR holds empty_cell.csv; writes empty_cell.json there)
suppressMessages({library(lme4); library(lmerTest); library(emmeans); library(jsonlite)})
dir <- commandArgs(TRUE)[1]
d <- read.csv(file.path(dir, "empty_cell.csv"), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
m <- lmer(score ~ arm * visit + (1 | patient), data = d, control = tight)
s <- as.data.frame(coef(summary(m, ddf = "Satterthwaite")))
means <- emmeans(m, ~ arm | visit, lmer.df = "satterthwaite")
arms <- emmeans(m, ~ arm, lmer.df = "satterthwaite")
grid <- c("estimate", "std_error", "df")
pick <- function(frame, by) setNames(as.data.frame(summary(frame))[, c(by, "SE", "df")], c("estimate", "std_error", "df"))
out <- list(
  terms = rownames(s), coef = setNames(s[, 1:3], grid),
  means = pick(means, "emmean"), arms = pick(arms, "emmean"),
  pairs = pick(pairs(means, reverse = TRUE, adjust = "none"), "estimate"),
  joint = as.data.frame(joint_tests(m, lmer.df = "satterthwaite"))[, c("model term", "df1", "df2", "F.ratio", "p.value")]
)
write_json(out, file.path(dir, "empty_cell.json"), digits = 12, auto_unbox = TRUE, na = "null")
