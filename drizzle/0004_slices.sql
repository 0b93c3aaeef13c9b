DROP INDEX `photos_token`;--> statement-breakpoint
DROP INDEX `photos_created`;--> statement-breakpoint
CREATE INDEX `photos_of_token` ON `photos` (`token_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `photos_listed` ON `photos` (`created_at`,`id`,`published`,`publish_date`);--> statement-breakpoint
DROP INDEX `uploads_chunks_to_drop`;--> statement-breakpoint
CREATE INDEX `uploads_with_chunks_left` ON `uploads` (`id`) WHERE state <> 'receiving' and received > 0;--> statement-breakpoint
CREATE INDEX `uploads_complete` ON `uploads` (`id`) WHERE state = 'receiving' and received = total_size;--> statement-breakpoint
CREATE INDEX `uploads_whole` ON `uploads` (`id`) WHERE state = 'receiving' and identifier is null;--> statement-breakpoint
CREATE INDEX `chunks_unsynced` ON `chunks` (`upload_id`) WHERE synced = 0;--> statement-breakpoint
CREATE INDEX `deliveries_of_host` ON `deliveries` (`host`,`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `upload_tokens_unused` ON `upload_tokens` (`valid_until`) WHERE consumed = 0;