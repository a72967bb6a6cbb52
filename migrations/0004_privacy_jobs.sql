CREATE TABLE `privacy_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`request` text,
	`subject_hash` text,
	`actor_id` text,
	`state` text NOT NULL,
	`counts` text NOT NULL,
	`left` text NOT NULL,
	`next_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `privacy_jobs_due` ON `privacy_jobs` (`status`,`next_at`);--> statement-breakpoint
CREATE INDEX `privacy_jobs_tenant` ON `privacy_jobs` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `privacy_jobs_expiry` ON `privacy_jobs` (`expires_at`);--> statement-breakpoint
CREATE TABLE `retention_state` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`counts` text NOT NULL,
	`next_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `privacy_receipts` ADD `left` text DEFAULT '[]' NOT NULL;