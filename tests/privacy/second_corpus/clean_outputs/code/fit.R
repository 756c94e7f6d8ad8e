library(mmrm)
fit <- mmrm(change ~ arm * visit + us(visit | subject), data = d)
