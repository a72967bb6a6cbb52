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
CREATE INDEX `events_record` ON `events` (`tenant_id`,`record_type`,`record_id`,`seq`);