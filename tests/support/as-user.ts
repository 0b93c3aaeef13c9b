import "../../src/commands/commands.ts";

/**
 * Preloaded into a program that is to run as another user than the test: Bun itself, which also builds
 * the pages as they are imported, may lie where that user cannot start it.
 */
const user = Number(process.env["TEST_USER"]);
process.setgroups?.([]);
process.setgid?.(user);
process.setuid?.(user);
