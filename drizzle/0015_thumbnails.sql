CREATE TABLE `media_facts` (
	`original_id` integer PRIMARY KEY NOT NULL,
	`width` integer,
	`height` integer,
	`orientation` integer,
	`duration` real,
	`video_codec` text,
	`audio_codec` text,
	`frame_rate` real,
	`captured_at` integer,
	`camera` text,
	`has_gps` integer,
	FOREIGN KEY (`original_id`) REFERENCES `originals`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `media_jobs` (
	`original_id` integer PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`backlog` integer NOT NULL,
	`lease` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`last_error` text,
	`reason` text,
	FOREIGN KEY (`original_id`) REFERENCES `originals`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `media_jobs_waiting` ON `media_jobs` (`backlog`,`next_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `media_jobs_running` ON `media_jobs` (`original_id`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `media_jobs_none` ON `media_jobs` (`reason`,`original_id`) WHERE state = 'none';--> statement-breakpoint
CREATE TABLE `thumbnails` (
	`original_id` integer NOT NULL,
	`format` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`original_id`, `format`),
	FOREIGN KEY (`original_id`) REFERENCES `originals`(`id`) ON UPDATE no action ON DELETE cascade
);
