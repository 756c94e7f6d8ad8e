SELECT arm, COUNT(DISTINCT person_id) AS n FROM cohort GROUP BY arm HAVING n >= 11;
