CREATE TABLE `workflow_drafts` (
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`file` text NOT NULL,
	`source` text NOT NULL,
	`revision` integer NOT NULL,
	`base_version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by_kind` text NOT NULL,
	`updated_by_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `workflow_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `workflow_versions` (
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`version` integer NOT NULL,
	`deployment_id` text NOT NULL,
	`file` text,
	`source_digest` text,
	`origin` text NOT NULL,
	`message` text,
	`created_by_kind` text NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `workflow_id`, `version`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `end_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`under_way` integer NOT NULL,
	`ender` text NOT NULL,
	`state` text NOT NULL,
	`next_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `end_jobs_tenant` ON `end_jobs` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `end_jobs_due` ON `end_jobs` (`next_at`);--> statement-breakpoint
CREATE TABLE `move_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`choices` text NOT NULL,
	`mover` text NOT NULL,
	`state` text NOT NULL,
	`status` text NOT NULL,
	`next_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `move_jobs_tenant` ON `move_jobs` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `move_jobs_due` ON `move_jobs` (`next_at`);--> statement-breakpoint
CREATE TABLE `moves` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`from_version` integer,
	`status` text NOT NULL,
	`result` text NOT NULL,
	`verdict` text,
	`at` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `workflows` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `workflows` ADD `category` text;--> statement-breakpoint
ALTER TABLE `workflows` ADD `created_from_template` text;--> statement-breakpoint
ALTER TABLE `workflows` ADD `request` text;