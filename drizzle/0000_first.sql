CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`level` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `chunks` (
	`upload_id` integer NOT NULL,
	`start` integer NOT NULL,
	`length` integer NOT NULL,
	`synced` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`upload_id`, `start`),
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`upload_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`method` text NOT NULL,
	`host` text NOT NULL,
	`url` text NOT NULL,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`next_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`closed_at` integer,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `deliveries_pending` ON `deliveries` (`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_closed` ON `deliveries` (`closed_at`) WHERE state <> 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_upload` ON `deliveries` (`upload_id`);--> statement-breakpoint
CREATE TABLE `facts` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `photos` (
	`id` integer PRIMARY KEY NOT NULL,
	`tree_id` integer NOT NULL,
	`token` text NOT NULL,
	`token_id` integer NOT NULL,
	`upload_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`tags` text NOT NULL,
	`album_id` text NOT NULL,
	`published` integer NOT NULL,
	`publish_date` integer,
	`absolute_url` text NOT NULL,
	`filename` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`token_id`) REFERENCES `upload_tokens`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `photos_uploadId_unique` ON `photos` (`upload_id`);--> statement-breakpoint
CREATE INDEX `photos_token` ON `photos` (`token_id`);--> statement-breakpoint
CREATE INDEX `photos_created` ON `photos` (`created_at`);--> statement-breakpoint
CREATE TABLE `upload_tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`valid_minutes` integer NOT NULL,
	`valid_until` integer NOT NULL,
	`max_uploads` integer NOT NULL,
	`consumed` integer DEFAULT 0 NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`tags` text NOT NULL,
	`album_id` text NOT NULL,
	`user_id` integer NOT NULL,
	`publish` integer NOT NULL,
	`publish_date` integer,
	`absolute_url` text NOT NULL,
	`return_url` text NOT NULL,
	`background_return` integer NOT NULL,
	`max_size` integer,
	`types` text,
	`origin` text,
	`extra` text NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `upload_tokens_hash_unique` ON `upload_tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token_id` integer NOT NULL,
	`identifier` text,
	`total_size` integer,
	`chunk_size` integer,
	`filename` text NOT NULL,
	`undecided` integer DEFAULT false NOT NULL,
	`state` text NOT NULL,
	`received` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`last_byte_at` integer NOT NULL,
	`type` text,
	`extra` text NOT NULL,
	`told` text NOT NULL,
	`sealed_token` text,
	`failure_code` text,
	`failure_message` text,
	FOREIGN KEY (`token_id`) REFERENCES `upload_tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_identity` ON `uploads` (`token_id`,`identifier`,`total_size`,`chunk_size`,`filename`);--> statement-breakpoint
CREATE INDEX `uploads_unfinished` ON `uploads` (`token_id`,`last_byte_at`) WHERE state = 'receiving';--> statement-breakpoint
CREATE INDEX `uploads_live` ON `uploads` (`last_byte_at`) WHERE state = 'receiving';--> statement-breakpoint
CREATE INDEX `uploads_chunks_to_drop` ON `uploads` (`id`) WHERE state = 'finished' and received > 0;--> statement-breakpoint
CREATE INDEX `uploads_last_byte` ON `uploads` (`last_byte_at`) WHERE state <> 'finished';