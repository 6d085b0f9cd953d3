"""What the service keeps: conversations, Decisions, traces, cases, proposals, keys. SQLite or Postgres, one code."""
