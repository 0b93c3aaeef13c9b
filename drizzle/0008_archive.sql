CREATE TABLE `removals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tree_id` integer NOT NULL,
	`photo_id` integer NOT NULL,
	`file` text NOT NULL,
	`size` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `removals_at` ON `removals` (`at`);--> statement-breakpoint
DROP INDEX `photos_listed`;--> statement-breakpoint
ALTER TABLE `photos` ADD `updated_at` integer;--> statement-breakpoint
ALTER TABLE `photos` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `photos_in_trash` ON `photos` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `photos_listed` ON `photos` (`created_at`,`id`,`deleted_at`,`published`,`publish_date`);--> statement-breakpoint
ALTER TABLE `deliveries` ADD `photo_id` integer;--> statement-breakpoint
ALTER TABLE `originals` ADD `sha256` text;--> statement-breakpoint
CREATE INDEX `originals_without_hash` ON `originals` (`id`) WHERE sha256 is null;--> statement-breakpoint
ALTER TABLE `upload_tokens` ADD `replaces` integer;--> statement-breakpoint
CREATE INDEX `uploads_replacing` ON `uploads` (`replaces`) WHERE replaces is not null;