ALTER TABLE `deliveries` ADD `sealed` text;--> statement-breakpoint
CREATE INDEX `deliveries_of_photo` ON `deliveries` (`photo_id`) WHERE photo_id is not null;--> statement-breakpoint
CREATE INDEX `deliveries_listed` ON `deliveries` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_pending_listed` ON `deliveries` (`created_at`,`id`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_given_up_listed` ON `deliveries` (`created_at`,`id`) WHERE state = 'given-up';