ALTER TABLE `upload_tokens` ADD `direct` integer;--> statement-breakpoint
CREATE INDEX `upload_tokens_listed` ON `upload_tokens` (`id`) WHERE direct is null;