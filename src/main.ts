import { MEDIA_COMMAND } from "./media/media-command.ts";
import { makePrivately } from "./private.ts";

/**
 * `redeem [command] [words]`. The media process, which the server starts, loads nothing of what the commands
 * need: it is a third as large.
 */
makePrivately();
const line = Bun.argv.slice(2);
if (line[0] === MEDIA_COMMAND) await (await import("./media/work.ts")).work();
else await (await import("./commands/run.ts")).run(line);
