import re

SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
COLUMNS = ["mrn", "dob", "phone"]
