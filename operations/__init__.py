"""Operations: scenarios, teams, visits, outcomes, follow-ups and their reminders."""
