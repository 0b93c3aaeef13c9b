/*
 * Limits that the API's methods enforce and the pages know as well, so that a form lets nobody type what would be refused. Lengths
 * are characters.
 */

/** How long an upload token may start uploads, in minutes: a quarter of an hour to a year (protocol 3). */
export const VALID_MINUTES = { least: 15, most: 525_600 } as const;

/** Uses of one upload token (protocol 3). */
export const MOST_USES = 1000;

/** Who asks for the files of an upload token: `sender` (protocol 3). */
export const SENDER_LENGTH = 200;

/** An upload token's passphrase (protocol 3). */
export const PASSPHRASE_LENGTH = { least: 4, most: 200 } as const;

/** The guest's answers to what an upload page asks: `guest_name` and `guest_note` (protocol 4.1). */
export const GUEST_LENGTH = { name: 200, note: 2000 } as const;

/** Titles of upload tokens, photos and albums (protocol 3, 6). */
export const TITLE_LENGTH = 1000;

/** What photos are searched by: `search` (protocol 6). */
export const SEARCH_LENGTH = 1000;

/** The name of an API key (protocol 6.3). */
export const KEY_NAME_LENGTH = 200;

/** Photos in a ZIP of `photo/download`; `named`: where the call names them one by one (protocol 6). */
export const MOST_IN_ZIP = { named: 10_000, found: 100_000 } as const;

/** Photos in one answer of `photo/list`, and in one segment of `photo/segments` (protocol 6). */
export const MOST_LISTED = 500;

/** Things in one answer of a list whose answers follow one another by `next` (protocol 6.3). */
export const MOST_FOLLOWING = 200;

/** `site/health` counts no further: this number stands for that many or more (protocol 6.3). */
export const MOST_COUNTED = 10_000;
