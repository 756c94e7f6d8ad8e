def repair(df):
    df.loc[df["name"] == "Patel, Kiran", "dob"] = "1966-09-30"
    return df
