"""Quality measures: definitions as data, decisions about patients, counts that may leave."""
