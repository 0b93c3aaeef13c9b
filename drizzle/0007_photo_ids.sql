PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_photos` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tree_id` integer NOT NULL,
	`token` text NOT NULL,
	`token_id` integer NOT NULL,
	`original_id` integer,
	`user_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`tags` text NOT NULL,
	`album_id` text NOT NULL,
	`published` integer NOT NULL,
	`publish_date` integer,
	`absolute_url` text NOT NULL,
	`created_at` integer NOT NULL,
	`upload_id` integer,
	`filename` text,
	`file` text,
	`type` text,
	`size` integer,
	FOREIGN KEY (`token_id`) REFERENCES `upload_tokens`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_photos`("id", "tree_id", "token", "token_id", "original_id", "user_id", "title", "description", "tags", "album_id", "published", "publish_date", "absolute_url", "created_at", "upload_id", "filename", "file", "type", "size") SELECT "id", "tree_id", "token", "token_id", "original_id", "user_id", "title", "description", "tags", "album_id", "published", "publish_date", "absolute_url", "created_at", "upload_id", "filename", "file", "type", "size" FROM `photos`;--> statement-breakpoint
DROP TABLE `photos`;--> statement-breakpoint
ALTER TABLE `__new_photos` RENAME TO `photos`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `photos_of_token` ON `photos` (`token_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `photos_listed` ON `photos` (`created_at`,`id`,`published`,`publish_date`);--> statement-breakpoint
CREATE INDEX `photos_to_carry_over` ON `photos` (`id`) WHERE original_id is null;--> statement-breakpoint
ALTER TABLE `uploads` DROP COLUMN `type`;