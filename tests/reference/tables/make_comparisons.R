# Makes comparisons.csv: standardized differences and tests of ToothGrowth and warpbreaks, which
# come with R, by base R only. The formulas are those of Yang and Dalton (2012) and, with weights,
# Austin and Stuart (2015).
rows <- list()
add <- function(what, value) rows[[length(rows) + 1]] <<- data.frame(what = what, value = value)

weighted <- function(x, w) {
  m <- sum(w * x) / sum(w)
  c(m, sum(w) / (sum(w)^2 - sum(w^2)) * sum(w * (x - m)^2))
}
smd_number <- function(x, g, w = rep(1, length(x))) {
  s <- lapply(split(seq_along(x), g), function(i) weighted(x[i], w[i]))
  max(combn(length(s), 2, function(k) {
    a <- s[[k[1]]]; b <- s[[k[2]]]
    abs(a[1] - b[1]) / sqrt((a[2] + b[2]) / 2)
  }))
}
smd_category <- function(x, g, w = rep(1, length(x))) {
  shares <- prop.table(xtabs(w ~ g + x), 1)
  max(combn(nrow(shares), 2, function(k) {
    a <- shares[k[1], -1]; b <- shares[k[2], -1]
    s <- (diag(a, length(a)) - a %o% a + diag(b, length(b)) - b %o% b) / 2
    sqrt(drop(t(a - b) %*% solve(s) %*% (a - b)))
  }))
}

t <- ToothGrowth
t$w <- rep(c(0.5, 1, 1.5, 2, 0.8), 12)
t$size <- cut(t$len, c(0, 13, 20, 40), labels = c("short", "middle", "long"))
t$tall <- ifelse(t$len > 20, "yes", "no")
write.csv(t, "teeth.csv", row.names = FALSE)
add("number, 2 groups", smd_number(t$len, t$supp))
add("number, 2 groups, weighted", smd_number(t$len, t$supp, t$w))
add("number, 3 groups", smd_number(t$len, t$dose))
add("yes/no, 2 groups", smd_category(t$tall, t$supp))
add("category, 2 groups", smd_category(t$size, t$supp))
add("category, 2 groups, weighted", smd_category(t$size, t$supp, t$w))
add("welch", t.test(len ~ supp, t)$p.value)
add("wilcoxon", wilcox.test(len ~ supp, t, exact = FALSE)$p.value)
add("anova", oneway.test(len ~ dose, t, var.equal = TRUE)$p.value)
add("anova, supp", oneway.test(len ~ supp, t, var.equal = TRUE)$p.value)
add("kruskal", kruskal.test(len ~ supp, t)$p.value)
add("chi-squared", chisq.test(table(t$size, t$supp), correct = FALSE)$p.value)
add("chi-squared, 2 by 2", chisq.test(table(t$tall, t$supp), correct = FALSE)$p.value)
add("fisher", fisher.test(table(t$tall, t$supp))$p.value)
out <- do.call(rbind, rows)
out$value <- signif(out$value, 12)
out$made <- R.version.string
write.csv(out, "comparisons.csv", row.names = FALSE)
