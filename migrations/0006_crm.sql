CREATE TABLE `assignment_times` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `user_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `assignment_turns` (
	`tenant_id` text NOT NULL,
	`pool` text NOT NULL,
	`turn` integer NOT NULL,
	`last_user_id` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `pool`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `record_attachments` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`state` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attachments_record` ON `record_attachments` (`tenant_id`,`record_type`,`record_id`,`id`) WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX `attachments_unfinished` ON `record_attachments` (`tenant_id`,`changed_at`) WHERE state <> 'ready';--> statement-breakpoint
CREATE INDEX `attachments_bytes` ON `record_attachments` (`tenant_id`,`bytes`);--> statement-breakpoint
CREATE TABLE `import_rows` (
	`tenant_id` text NOT NULL,
	`import_id` text NOT NULL,
	`row` integer NOT NULL,
	`action` text NOT NULL,
	`record_id` text,
	`before` text,
	`after` text,
	`errors` text,
	`undo` text,
	`undo_detail` text,
	PRIMARY KEY(`tenant_id`, `import_id`, `row`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `import_rows_action` ON `import_rows` (`tenant_id`,`import_id`,`action`,`row`);--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`file_name` text,
	`file_key` text,
	`file_size` integer NOT NULL,
	`encoding` text NOT NULL,
	`delimiter` text NOT NULL,
	`newline` text NOT NULL,
	`has_header` integer NOT NULL,
	`columns` text NOT NULL,
	`mapping` text NOT NULL,
	`dedupe` text NOT NULL,
	`fire_events` integer NOT NULL,
	`tag` text,
	`cursor` integer NOT NULL,
	`row` integer NOT NULL,
	`rows_done` integer NOT NULL,
	`created` integer NOT NULL,
	`updated` integer NOT NULL,
	`skipped` integer NOT NULL,
	`invalid` integer NOT NULL,
	`error` text,
	`started_by_kind` text,
	`started_by_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`updated_at` integer NOT NULL,
	`ended_at` integer,
	`undo_cursor` integer,
	`undone` integer NOT NULL,
	`undo_kept` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `imports_tenant` ON `imports` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `imports_status` ON `imports` (`status`,`updated_at`);--> statement-breakpoint
CREATE INDEX `imports_expiry` ON `imports` (`tenant_id`,`expires_at`);--> statement-breakpoint
CREATE TABLE `distinct_pairs` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`first_id` text NOT NULL,
	`second_id` text NOT NULL,
	`actor_id` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `first_id`, `second_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `distinct_pairs_second` ON `distinct_pairs` (`tenant_id`,`kind`,`second_id`);--> statement-breakpoint
CREATE TABLE `merge_moves` (
	`tenant_id` text NOT NULL,
	`merge_id` text NOT NULL,
	`kind` text NOT NULL,
	`record_id` text NOT NULL,
	`field` text NOT NULL,
	`from_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `merge_id`, `kind`, `record_id`, `field`, `from_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `merges` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`survivor_id` text NOT NULL,
	`merged_ids` text NOT NULL,
	`status` text NOT NULL,
	`moved` integer NOT NULL,
	`silent` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `merges_survivor` ON `merges` (`tenant_id`,`kind`,`survivor_id`,`id`);--> statement-breakpoint
CREATE INDEX `merges_unfinished` ON `merges` (`status`,`updated_at`);--> statement-breakpoint
CREATE TABLE `record_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`subject` text NOT NULL,
	`work` text NOT NULL,
	`state` text NOT NULL,
	`next_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `record_jobs_subject` ON `record_jobs` (`tenant_id`,`subject`);--> statement-breakpoint
CREATE INDEX `record_jobs_due` ON `record_jobs` (`next_at`);--> statement-breakpoint
CREATE TABLE `activities` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`body` text,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`happened_at` integer,
	`duration_minutes` integer,
	`user_id` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `activities_newest` ON `activities` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_changed` ON `activities` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_deleted` ON `activities` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `activities_type` ON `activities` (`tenant_id`,`type`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_record_id` ON `activities` (`tenant_id`,`record_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_happened_at` ON `activities` (`tenant_id`,`happened_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_user_id` ON `activities` (`tenant_id`,`user_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `activities_record_type_record_id_happened_at` ON `activities` (`tenant_id`,`record_type`,`record_id`,`happened_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `categories` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`color` text NOT NULL,
	`description` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `categories_newest` ON `categories` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `categories_changed` ON `categories` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `categories_deleted` ON `categories` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `categories_name` ON `categories` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `categories_name_unique` ON `categories` (`tenant_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `companies` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`website` text,
	`email` text,
	`phone` text,
	`sector` text,
	`employees` integer,
	`status` text NOT NULL,
	`tax_id` text,
	`address` text,
	`category_id` text,
	`description` text,
	`external_id` text,
	`owner_id` text,
	`team_id` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `companies_newest` ON `companies` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_changed` ON `companies` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_deleted` ON `companies` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `companies_name` ON `companies` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_email` ON `companies` (`tenant_id`,`email`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_phone` ON `companies` (`tenant_id`,`phone`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_sector` ON `companies` (`tenant_id`,`sector`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_status` ON `companies` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_category_id` ON `companies` (`tenant_id`,`category_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_external_id` ON `companies` (`tenant_id`,`external_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_owner_id` ON `companies` (`tenant_id`,`owner_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `companies_team_id` ON `companies` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `contacts` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`job_title` text,
	`company_id` text,
	`status` text NOT NULL,
	`source` text NOT NULL,
	`birthday` text,
	`tax_id` text,
	`address` text,
	`category_id` text,
	`do_not_contact` integer NOT NULL,
	`description` text,
	`external_id` text,
	`lead_id` text,
	`owner_id` text,
	`team_id` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `contacts_newest` ON `contacts` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_changed` ON `contacts` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_deleted` ON `contacts` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `contacts_name` ON `contacts` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_email` ON `contacts` (`tenant_id`,`email`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_phone` ON `contacts` (`tenant_id`,`phone`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_company_id` ON `contacts` (`tenant_id`,`company_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_status` ON `contacts` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_source` ON `contacts` (`tenant_id`,`source`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_category_id` ON `contacts` (`tenant_id`,`category_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_external_id` ON `contacts` (`tenant_id`,`external_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_lead_id` ON `contacts` (`tenant_id`,`lead_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_owner_id` ON `contacts` (`tenant_id`,`owner_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `contacts_team_id` ON `contacts` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `deals` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`pipeline_id` text,
	`stage_id` text,
	`value` integer NOT NULL,
	`currency` text NOT NULL,
	`status` text NOT NULL,
	`lost_reason` text,
	`expected_close` text,
	`channel` text NOT NULL,
	`contact_id` text,
	`company_id` text,
	`lead_id` text,
	`agent_id` text,
	`description` text,
	`external_id` text,
	`owner_id` text,
	`team_id` text,
	`probability` integer,
	`rank` text,
	`stage_changed_at` integer,
	`status_changed_at` integer,
	`closed_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deals_newest` ON `deals` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_changed` ON `deals` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_deleted` ON `deals` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `deals_name` ON `deals` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_pipeline_id` ON `deals` (`tenant_id`,`pipeline_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_stage_id` ON `deals` (`tenant_id`,`stage_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_value` ON `deals` (`tenant_id`,`value`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_status` ON `deals` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_expected_close` ON `deals` (`tenant_id`,`expected_close`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_channel` ON `deals` (`tenant_id`,`channel`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_contact_id` ON `deals` (`tenant_id`,`contact_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_company_id` ON `deals` (`tenant_id`,`company_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_lead_id` ON `deals` (`tenant_id`,`lead_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_agent_id` ON `deals` (`tenant_id`,`agent_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_external_id` ON `deals` (`tenant_id`,`external_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_owner_id` ON `deals` (`tenant_id`,`owner_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_team_id` ON `deals` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_closed_at` ON `deals` (`tenant_id`,`closed_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_stage_id_rank` ON `deals` (`tenant_id`,`stage_id`,`rank`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_stage_id_owner_id_rank` ON `deals` (`tenant_id`,`stage_id`,`owner_id`,`rank`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_pipeline_id_status` ON `deals` (`tenant_id`,`pipeline_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_owner_id_status` ON `deals` (`tenant_id`,`owner_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `deals_pipeline_id_stage_id_currency_value_owner_id_team_id_status_deleted_at` ON `deals` (`tenant_id`,`pipeline_id`,`stage_id`,`currency`,`value`,`owner_id`,`team_id`,`status`,`deleted_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `leads` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`company_name` text,
	`job_title` text,
	`website` text,
	`city` text,
	`country` text,
	`status` text NOT NULL,
	`lost_reason` text,
	`source` text NOT NULL,
	`campaign` text,
	`score` integer NOT NULL,
	`category_id` text,
	`description` text,
	`external_id` text,
	`owner_id` text,
	`team_id` text,
	`status_changed_at` integer,
	`last_reply_at` integer,
	`converted_at` integer,
	`contact_id` text,
	`company_id` text,
	`deal_id` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `leads_newest` ON `leads` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_changed` ON `leads` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_deleted` ON `leads` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `leads_name` ON `leads` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_email` ON `leads` (`tenant_id`,`email`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_phone` ON `leads` (`tenant_id`,`phone`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_status` ON `leads` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_source` ON `leads` (`tenant_id`,`source`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_score` ON `leads` (`tenant_id`,`score`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_category_id` ON `leads` (`tenant_id`,`category_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_external_id` ON `leads` (`tenant_id`,`external_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_owner_id` ON `leads` (`tenant_id`,`owner_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_team_id` ON `leads` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_contact_id` ON `leads` (`tenant_id`,`contact_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_company_id` ON `leads` (`tenant_id`,`company_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_deal_id` ON `leads` (`tenant_id`,`deal_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `leads_owner_id_status` ON `leads` (`tenant_id`,`owner_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `notes` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`body` text NOT NULL,
	`pinned` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `notes_newest` ON `notes` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `notes_changed` ON `notes` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `notes_deleted` ON `notes` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `notes_record_id` ON `notes` (`tenant_id`,`record_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `notes_record_type_record_id` ON `notes` (`tenant_id`,`record_type`,`record_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `pipelines` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`description` text,
	`is_default` integer NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `pipelines_newest` ON `pipelines` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `pipelines_changed` ON `pipelines` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `pipelines_deleted` ON `pipelines` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `pipelines_name` ON `pipelines` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `pipelines_position` ON `pipelines` (`tenant_id`,`position`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `pipelines_name_unique` ON `pipelines` (`tenant_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `stages` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`pipeline_id` text NOT NULL,
	`name` text NOT NULL,
	`position` integer,
	`color` text NOT NULL,
	`probability` integer NOT NULL,
	`type` text NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `stages_newest` ON `stages` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `stages_changed` ON `stages` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `stages_deleted` ON `stages` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `stages_pipeline_id` ON `stages` (`tenant_id`,`pipeline_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `stages_pipeline_id_position` ON `stages` (`tenant_id`,`pipeline_id`,`position`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `stages_pipeline_id_name_unique` ON `stages` (`tenant_id`,`pipeline_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `tags` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`name` text NOT NULL,
	`color` text NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `tags_newest` ON `tags` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tags_changed` ON `tags` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tags_deleted` ON `tags` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `tags_name` ON `tags` (`tenant_id`,`name`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `tags_name_unique` ON `tags` (`tenant_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`title` text NOT NULL,
	`type` text NOT NULL,
	`description` text,
	`status` text NOT NULL,
	`priority` text NOT NULL,
	`due_at` integer,
	`starts_at` integer,
	`ends_at` integer,
	`all_day` integer NOT NULL,
	`timezone` text NOT NULL,
	`recurrence` text,
	`remind_at` integer,
	`location` text,
	`relations` text NOT NULL,
	`assignee_id` text,
	`team_id` text,
	`completed_at` integer,
	`series_id` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `tasks_newest` ON `tasks` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_changed` ON `tasks` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_deleted` ON `tasks` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_title` ON `tasks` (`tenant_id`,`title`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_type` ON `tasks` (`tenant_id`,`type`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_status` ON `tasks` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_priority` ON `tasks` (`tenant_id`,`priority`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_due_at` ON `tasks` (`tenant_id`,`due_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_starts_at` ON `tasks` (`tenant_id`,`starts_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_recurrence` ON `tasks` (`tenant_id`,`recurrence`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_remind_at` ON `tasks` (`tenant_id`,`remind_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_assignee_id` ON `tasks` (`tenant_id`,`assignee_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_team_id` ON `tasks` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_series_id` ON `tasks` (`tenant_id`,`series_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_assignee_id_due_at` ON `tasks` (`tenant_id`,`assignee_id`,`due_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_assignee_id_starts_at` ON `tasks` (`tenant_id`,`assignee_id`,`starts_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tasks_assignee_id_status` ON `tasks` (`tenant_id`,`assignee_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `tickets` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`version` integer NOT NULL,
	`custom` text NOT NULL,
	`tags` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	`deleted_at` integer,
	`merged_into` text,
	`number` integer,
	`subject` text NOT NULL,
	`description` text,
	`status` text NOT NULL,
	`priority` text NOT NULL,
	`channel` text NOT NULL,
	`customer_id` text,
	`company_id` text,
	`assignee_id` text,
	`team_id` text,
	`category_id` text,
	`satisfaction` integer,
	`external_id` text,
	`status_changed_at` integer,
	`first_response_due_at` integer,
	`resolve_due_at` integer,
	`first_responded_at` integer,
	`resolved_at` integer,
	`closed_at` integer,
	`sla_breached_at` integer,
	`sla_due_at` integer,
	`stopped_ms` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `tickets_newest` ON `tickets` (`tenant_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_changed` ON `tickets` (`tenant_id`,`updated_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_deleted` ON `tickets` (`tenant_id`,`deleted_at`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `tickets_subject` ON `tickets` (`tenant_id`,`subject`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_status` ON `tickets` (`tenant_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_priority` ON `tickets` (`tenant_id`,`priority`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_channel` ON `tickets` (`tenant_id`,`channel`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_customer_id` ON `tickets` (`tenant_id`,`customer_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_company_id` ON `tickets` (`tenant_id`,`company_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_assignee_id` ON `tickets` (`tenant_id`,`assignee_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_team_id` ON `tickets` (`tenant_id`,`team_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_category_id` ON `tickets` (`tenant_id`,`category_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_external_id` ON `tickets` (`tenant_id`,`external_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_resolve_due_at` ON `tickets` (`tenant_id`,`resolve_due_at`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tickets_assignee_id_status` ON `tickets` (`tenant_id`,`assignee_id`,`status`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_number_sequence` ON `tickets` (`tenant_id`,`number`);--> statement-breakpoint
CREATE INDEX `tickets_sla_due_at_due` ON `tickets` (`sla_due_at`,`id`) WHERE sla_due_at is not null and deleted_at is null;--> statement-breakpoint
CREATE TABLE `custom_fields` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`title` text NOT NULL,
	`type` text NOT NULL,
	`options` text NOT NULL,
	`required` integer NOT NULL,
	`default_value` text,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `custom_fields_key` ON `custom_fields` (`tenant_id`,`kind`,`key`);--> statement-breakpoint
CREATE TABLE `record_transitions` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`record_id` text NOT NULL,
	`field` text NOT NULL,
	`from_value` text,
	`to_value` text,
	`at` integer NOT NULL,
	`since` integer,
	`group_id` text,
	`owner_id` text,
	`source` text,
	`amount` integer,
	`currency` text,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `record_transitions_record` ON `record_transitions` (`tenant_id`,`kind`,`record_id`,`id`);--> statement-breakpoint
CREATE INDEX `record_transitions_time` ON `record_transitions` (`tenant_id`,`kind`,`field`,`at`);--> statement-breakpoint
CREATE TABLE `record_values` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`field` text NOT NULL,
	`value` blob NOT NULL,
	`record_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `field`, `value`, `record_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `record_values_record` ON `record_values` (`tenant_id`,`record_id`,`kind`);--> statement-breakpoint
CREATE TABLE `request_keys` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`hash` text NOT NULL,
	`record_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `key`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `request_keys_age` ON `request_keys` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `search_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`record_id` text NOT NULL,
	`scope` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_documents_record` ON `search_documents` (`tenant_id`,`kind`,`record_id`);--> statement-breakpoint
CREATE TABLE `record_current` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`owner_id` text NOT NULL,
	`source` text NOT NULL,
	`group_id` text NOT NULL,
	`stage_id` text NOT NULL,
	`currency` text NOT NULL,
	`month` text NOT NULL,
	`count` integer NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `status`, `owner_id`, `source`, `group_id`, `stage_id`, `currency`, `month`)
);
--> statement-breakpoint
CREATE TABLE `record_rollups` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`field` text NOT NULL,
	`view` text NOT NULL,
	`size` text NOT NULL,
	`member` text NOT NULL,
	`bucket` integer NOT NULL,
	`source` text NOT NULL,
	`from_value` text NOT NULL,
	`to_value` text NOT NULL,
	`group_id` text NOT NULL,
	`currency` text NOT NULL,
	`count` integer NOT NULL,
	`timed` integer NOT NULL,
	`duration` integer NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `field`, `view`, `size`, `member`, `bucket`, `source`, `from_value`, `to_value`, `group_id`, `currency`)
);
--> statement-breakpoint
CREATE TABLE `workflow_savings` (
	`tenant_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`minutes` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `workflow_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `calendar_feeds` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendar_feeds_token_hash_unique` ON `calendar_feeds` (`token_hash`);--> statement-breakpoint
CREATE INDEX `calendar_feeds_user` ON `calendar_feeds` (`tenant_id`,`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `task_reminders` (
	`tenant_id` text NOT NULL,
	`task_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `task_id`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `task_reminders_at` ON `task_reminders` (`at`);--> statement-breakpoint
CREATE TABLE `sequences` (
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `name`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `ticket_sla` (
	`tenant_id` text NOT NULL,
	`priority` text NOT NULL,
	`first_response_minutes` integer,
	`resolve_minutes` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `priority`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `saved_views` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`entity` text NOT NULL,
	`title` text NOT NULL,
	`kind` text NOT NULL,
	`filter` text NOT NULL,
	`q` text,
	`sort` text,
	`columns` text NOT NULL,
	`grouped_by` text,
	`shared` integer NOT NULL,
	`owner_id` text,
	`position` integer NOT NULL,
	`pinned` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `saved_views_entity` ON `saved_views` (`tenant_id`,`entity`,`position`,`id`);--> statement-breakpoint
ALTER TABLE `action_results` ADD `fingerprint` text;