ALTER TABLE `photos` ADD `file` text;--> statement-breakpoint
ALTER TABLE `uploads` ADD `file` text;--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_file` ON `uploads` (`file`);--> statement-breakpoint
CREATE INDEX `uploads_receiving` ON `uploads` (`id`) WHERE state = 'receiving';