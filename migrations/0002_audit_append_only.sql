-- What was recorded stays as it was; rows go only when their time is over or with their tenant.
CREATE TRIGGER `audit_events_append_only` BEFORE UPDATE ON `audit_events` BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
