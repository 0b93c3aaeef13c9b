CREATE TABLE `originals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`photo_id` integer NOT NULL,
	`version` integer NOT NULL,
	`upload_id` integer NOT NULL,
	`file` text NOT NULL,
	`filename` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`photo_id`) REFERENCES `photos`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `originals_uploadId_unique` ON `originals` (`upload_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `originals_file_unique` ON `originals` (`file`);--> statement-breakpoint
CREATE UNIQUE INDEX `originals_of_photo` ON `originals` (`photo_id`,`version`);--> statement-breakpoint
DROP INDEX `uploads_unfinished`;--> statement-breakpoint
DROP INDEX `uploads_receiving`;--> statement-breakpoint
DROP INDEX `uploads_live`;--> statement-breakpoint
DROP INDEX `uploads_with_chunks_left`;--> statement-breakpoint
DROP INDEX `uploads_complete`;--> statement-breakpoint
ALTER TABLE `uploads` ADD `replaces` integer REFERENCES photos(id);--> statement-breakpoint
ALTER TABLE `uploads` ADD `lease` text;--> statement-breakpoint
CREATE INDEX `uploads_of_token` ON `uploads` (`token_id`,`last_byte_at`,`state`) WHERE state <> 'finished';--> statement-breakpoint
CREATE INDEX `uploads_live_by_id` ON `uploads` (`id`) WHERE state in ('receiving', 'finalizing');--> statement-breakpoint
CREATE INDEX `uploads_chunks_to_prune` ON `uploads` (`id`) WHERE state in ('finished', 'failed') and received > 0 and total_size is not null;--> statement-breakpoint
CREATE INDEX `uploads_to_finalize` ON `uploads` (`id`) WHERE state = 'finalizing' or (state = 'receiving' and received = total_size);--> statement-breakpoint
CREATE INDEX `uploads_finished_in_chunks` ON `uploads` (`token_id`,`last_byte_at`) WHERE state = 'finished' and identifier is not null;--> statement-breakpoint
ALTER TABLE `photos` ADD `original_id` integer;--> statement-breakpoint
CREATE INDEX `photos_to_carry_over` ON `photos` (`id`) WHERE original_id is null;