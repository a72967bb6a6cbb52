ALTER TABLE `invitations` ADD `name` text;--> statement-breakpoint
CREATE INDEX `audit_events_request` ON `audit_events` (`tenant_id`,`request_id`);