"""From a frame and a formula to coded rows sorted by patient."""
