CREATE TABLE `upload_extras` (
	`upload_id` integer PRIMARY KEY NOT NULL,
	`extra` text NOT NULL,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `uploads` DROP COLUMN `undecided`;