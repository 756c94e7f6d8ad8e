"""Files of clinics as distinct texts and codes, with a finding for what is wrong with each."""
