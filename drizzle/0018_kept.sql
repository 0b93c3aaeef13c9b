ALTER TABLE `uploads` ADD `kept_until` integer;--> statement-breakpoint
CREATE INDEX `uploads_kept` ON `uploads` (`kept_until`,`id`) WHERE state = 'receiving' and kept_until is not null;