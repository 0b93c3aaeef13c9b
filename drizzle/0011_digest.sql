ALTER TABLE `uploads` ADD `digests` text;--> statement-breakpoint
CREATE INDEX `removals_of_photo` ON `removals` (`photo_id`);