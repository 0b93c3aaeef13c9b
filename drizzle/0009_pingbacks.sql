PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`upload_id` integer,
	`photo_id` integer,
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
INSERT INTO `__new_deliveries`("id", "upload_id", "photo_id", "outcome", "method", "host", "url", "body", "state", "created_at", "next_at", "attempts", "last_error", "closed_at") SELECT "id", "upload_id", "photo_id", "outcome", "method", "host", "url", "body", "state", "created_at", "next_at", "attempts", "last_error", "closed_at" FROM `deliveries`;--> statement-breakpoint
DROP TABLE `deliveries`;--> statement-breakpoint
ALTER TABLE `__new_deliveries` RENAME TO `deliveries`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `deliveries_pending` ON `deliveries` (`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_of_host` ON `deliveries` (`host`,`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_closed` ON `deliveries` (`closed_at`) WHERE state <> 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_upload` ON `deliveries` (`upload_id`);