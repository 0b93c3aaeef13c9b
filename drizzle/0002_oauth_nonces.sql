CREATE TABLE `nonces` (
	`hash` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `nonces_at` ON `nonces` (`at`);