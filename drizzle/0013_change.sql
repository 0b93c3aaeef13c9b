CREATE TABLE `token_updates` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token_id` integer NOT NULL,
	`identifier` text,
	`filename` text,
	`pending` integer NOT NULL,
	`applied_through` integer DEFAULT 0 NOT NULL,
	`change` text NOT NULL,
	FOREIGN KEY (`token_id`) REFERENCES `upload_tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `token_updates_of_files` ON `token_updates` (`token_id`,`identifier`,`filename`);--> statement-breakpoint
CREATE INDEX `token_updates_pending` ON `token_updates` (`id`) WHERE pending = 1;--> statement-breakpoint
ALTER TABLE `uploads` ADD `photo_removed_at` integer;--> statement-breakpoint
CREATE INDEX `uploads_of_removed` ON `uploads` (`photo_removed_at`,`id`) WHERE photo_removed_at is not null;--> statement-breakpoint
CREATE INDEX `removals_file` ON `removals` (`file`);