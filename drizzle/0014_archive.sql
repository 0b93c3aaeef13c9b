CREATE TABLE `albums` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token` text NOT NULL,
	`user_id` integer NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`hidden` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer,
	`deleted_at` integer,
	`emptying` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `albums_by_editing` ON `albums` (case when updated_at is null then created_at else updated_at end,`id`);--> statement-breakpoint
CREATE INDEX `albums_by_title` ON `albums` (title collate nocase,`id`);--> statement-breakpoint
CREATE INDEX `albums_emptying` ON `albums` (`id`) WHERE emptying = 1;--> statement-breakpoint
CREATE TABLE `facets` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`photos` integer DEFAULT 0 NOT NULL,
	`published` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `facets_by_key` ON `facets` (`kind`,`key`);--> statement-breakpoint
CREATE INDEX `facets_by_photos` ON `facets` (`kind`,`photos`,`key`);--> statement-breakpoint
CREATE INDEX `facets_by_published` ON `facets` (`kind`,`published`,`key`);--> statement-breakpoint
CREATE TABLE `photo_facets` (
	`facet_id` integer NOT NULL,
	`photo_id` integer NOT NULL,
	PRIMARY KEY(`facet_id`, `photo_id`)
);
--> statement-breakpoint
CREATE TABLE `words` (
	`word` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE `photos` ADD `taken_at` integer;--> statement-breakpoint
ALTER TABLE `photos` ADD `counted` integer;--> statement-breakpoint
CREATE INDEX `photos_by_publication` ON `photos` (case when publish_date is null then created_at else publish_date end,`id`);--> statement-breakpoint
CREATE INDEX `photos_by_taking` ON `photos` (case when taken_at is null then created_at else taken_at end,`id`);--> statement-breakpoint
CREATE INDEX `photos_by_title` ON `photos` (title collate nocase,`id`);--> statement-breakpoint
CREATE INDEX `photos_dated` ON `photos` (`publish_date`) WHERE published = 0 and publish_date is not null;--> statement-breakpoint
CREATE INDEX `photos_dated_uncounted` ON `photos` (`publish_date`) WHERE counted = 0 and publish_date is not null;--> statement-breakpoint
CREATE INDEX `photos_to_index` ON `photos` (`id`) WHERE counted is null;