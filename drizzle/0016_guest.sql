ALTER TABLE `upload_tokens` ADD `sender` text;--> statement-breakpoint
ALTER TABLE `upload_tokens` ADD `ask` text;--> statement-breakpoint
ALTER TABLE `upload_tokens` ADD `passphrase_hash` text;