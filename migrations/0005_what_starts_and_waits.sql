CREATE TABLE `approval_delegations` (
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`approval_id` text DEFAULT '' NOT NULL,
	`to_user` text NOT NULL,
	`from_at` integer NOT NULL,
	`until_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `user_id`, `approval_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `approval_delegations_to` ON `approval_delegations` (`tenant_id`,`to_user`);--> statement-breakpoint
CREATE TABLE `approval_votes` (
	`tenant_id` text NOT NULL,
	`approval_id` text NOT NULL,
	`voter` text NOT NULL,
	`seat` text NOT NULL,
	`decision` text NOT NULL,
	`comment` text,
	`answers` text,
	`stands_for` text NOT NULL,
	`via` text NOT NULL,
	`at` integer NOT NULL,
	`number` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `approval_id`, `voter`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `approval_votes_seat` ON `approval_votes` (`tenant_id`,`approval_id`,`seat`);--> statement-breakpoint
CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`execution_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`workflow_name` text NOT NULL,
	`step_key` text NOT NULL,
	`started_at` integer NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`asked` text NOT NULL,
	`need` text NOT NULL,
	`form` text,
	`delegable` integer NOT NULL,
	`on_timeout` text NOT NULL,
	`status` text NOT NULL,
	`revision` integer NOT NULL,
	`expires_at` integer,
	`reminders` text NOT NULL,
	`escalate_at` integer,
	`escalate_to` text NOT NULL,
	`next_at` integer,
	`decided_by` text,
	`decided_at` integer,
	`comment` text,
	`outcome` text,
	`told_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `approvals_step` ON `approvals` (`tenant_id`,`execution_id`,`step_key`);--> statement-breakpoint
CREATE INDEX `approvals_status` ON `approvals` (`tenant_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_due` ON `approvals` (`next_at`);--> statement-breakpoint
CREATE TABLE `dead_letter_discards` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`item_id` text NOT NULL,
	`discarded_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `item_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `replay_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`scope` text NOT NULL,
	`status` text NOT NULL,
	`items` text NOT NULL,
	`more` integer NOT NULL,
	`total` integer NOT NULL,
	`done` integer NOT NULL,
	`failed` integer NOT NULL,
	`errors` text NOT NULL,
	`next_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `replay_jobs_due` ON `replay_jobs` (`status`,`next_at`);--> statement-breakpoint
CREATE INDEX `replay_jobs_tenant` ON `replay_jobs` (`tenant_id`,`id`);--> statement-breakpoint
CREATE TABLE `email_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`subject` text NOT NULL,
	`text` text,
	`html` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `email_templates_name` ON `email_templates` (`tenant_id`,`name`);--> statement-breakpoint
CREATE TABLE `action_results` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`execution_id` text NOT NULL,
	`action` text NOT NULL,
	`result` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `key`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `action_results_execution` ON `action_results` (`tenant_id`,`execution_id`);--> statement-breakpoint
CREATE TABLE `event_starts` (
	`tenant_id` text NOT NULL,
	`event_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`execution_id` text,
	`code` text,
	`detail` text,
	`started_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `event_id`, `workflow_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `event_triggers` (
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`position` integer NOT NULL,
	`type` text NOT NULL,
	`filter` text,
	PRIMARY KEY(`tenant_id`, `workflow_id`, `position`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `event_triggers_type` ON `event_triggers` (`tenant_id`,`type`);--> statement-breakpoint
CREATE TABLE `event_waits` (
	`tenant_id` text NOT NULL,
	`execution_id` text NOT NULL,
	`step_key` text NOT NULL,
	`type` text NOT NULL,
	`match` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer,
	PRIMARY KEY(`tenant_id`, `execution_id`, `step_key`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `event_waits_type` ON `event_waits` (`tenant_id`,`type`);--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`previous` text,
	`record_type` text,
	`record_id` text,
	`actor_kind` text NOT NULL,
	`actor_id` text,
	`chain` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`occurred_at` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`dispatched_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_id_unique` ON `events` (`id`);--> statement-breakpoint
CREATE INDEX `events_pending` ON `events` (`tenant_id`,`status`,`seq`);--> statement-breakpoint
CREATE INDEX `events_due` ON `events` (`status`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`tenant_id`,`type`,`seq`);--> statement-breakpoint
CREATE INDEX `events_record` ON `events` (`tenant_id`,`record_type`,`record_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_pending_record` ON `events` (`tenant_id`,`record_type`,`record_id`,`seq`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `events_given_up` ON `events` (`tenant_id`,`seq`) WHERE error is not null;--> statement-breakpoint
CREATE INDEX `events_type_time` ON `events` (`tenant_id`,`type`,`occurred_at`);--> statement-breakpoint
CREATE TABLE `hook_bodies` (
	`tenant_id` text NOT NULL,
	`path` text NOT NULL,
	`hash` text NOT NULL,
	`first_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `path`, `hash`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `hook_samples` (
	`tenant_id` text NOT NULL,
	`path` text NOT NULL,
	`listen_until` integer NOT NULL,
	`captured_at` integer,
	`headers` text,
	`body` text,
	`encoding` text,
	`bytes` integer,
	`signature` text,
	PRIMARY KEY(`tenant_id`, `path`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `email_accounts` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`port` integer NOT NULL,
	`security` text NOT NULL,
	`username` text,
	`password_sealed` text,
	`from_address` text NOT NULL,
	`from_name` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `notification_preferences` (
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`in_app` integer NOT NULL,
	`email` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `user_id`, `type`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`title` text NOT NULL,
	`body` text,
	`link` text,
	`record_type` text,
	`record_id` text,
	`read_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `notifications_user` ON `notifications` (`tenant_id`,`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_record` ON `notifications` (`tenant_id`,`record_type`,`record_id`);--> statement-breakpoint
CREATE TABLE `schedulers` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`synced` integer NOT NULL,
	`looked_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `schedulers_looked` ON `schedulers` (`looked_at`);--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`cron` text NOT NULL,
	`timezone` text NOT NULL,
	`options` text NOT NULL,
	`paused` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `schedules_tenant` ON `schedules` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `schedules_workflow` ON `schedules` (`tenant_id`,`workflow_id`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`subscription_id` text NOT NULL,
	`event_id` text,
	`event_type` text NOT NULL,
	`status` text NOT NULL,
	`tries` integer NOT NULL,
	`attempts` text NOT NULL,
	`error` text,
	`next_attempt_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id_unique` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`subscription_id`,`status`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_list` ON `webhook_deliveries` (`tenant_id`,`status`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_subscription` ON `webhook_deliveries` (`tenant_id`,`subscription_id`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_sweep` ON `webhook_deliveries` (`status`,`next_attempt_at`);--> statement-breakpoint
CREATE TABLE `webhook_subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`url` text NOT NULL,
	`event_types` text NOT NULL,
	`filter` text,
	`description` text,
	`active` integer NOT NULL,
	`secret_encrypted` text NOT NULL,
	`previous_encrypted` text,
	`previous_until` integer,
	`disabled_at` integer,
	`disabled_reason` text,
	`consecutive_failures` integer NOT NULL,
	`failing_since` integer,
	`throttled_until` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhook_subscriptions_tenant` ON `webhook_subscriptions` (`tenant_id`,`id`);--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `headers` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `scheme` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `secret` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `sender` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `redrive_of` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `redrive_id` text;--> statement-breakpoint
ALTER TABLE `hook_deliveries` ADD `redriven_at` integer;--> statement-breakpoint
ALTER TABLE `hooks` ADD `config` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `hooks` ADD `previous_encrypted` text;--> statement-breakpoint
ALTER TABLE `hooks` ADD `previous_until` integer;--> statement-breakpoint
ALTER TABLE `mails` ADD `kind` text DEFAULT 'platform' NOT NULL;--> statement-breakpoint
ALTER TABLE `mails` ADD `recipients` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `reply_to` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `list_unsubscribe` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `attachments` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `template_id` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `execution_id` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `chain` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `idempotency_key` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `request_hash` text;--> statement-breakpoint
CREATE INDEX `mails_tenant` ON `mails` (`tenant_id`,`kind`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `mails_key` ON `mails` (`tenant_id`,`idempotency_key`) WHERE idempotency_key is not null;