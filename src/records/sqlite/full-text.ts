import { searchWords, wordsOf } from "../../photo/words.ts";
import type { Photo } from "../records.ts";
import type { Db } from "./db.ts";
import { parse } from "./photo-orders.ts";

/** Beginnings of up to so many letters are in the index themselves. */
const SHORT = 6;

/** Longer ones stand for the words that begin with them: so many of these are asked for at once, and in all. */
const AT_ONCE = 64;
const WORDS = 2048;

/**
 * Makes the index where there is none. It keeps no texts: the words of a photo are made by `wordsOf`, and only parted by spaces
 * here, so that the tokenizer which knows nothing of letters is the right one.
 */
export function createFullText(db: Db): void {
  if (db.$client.prepare("select 1 from sqlite_master where name = 'photo_words'").get()) return;
  db.$client.exec(
    `create virtual table photo_words using fts5(words, content='', contentless_delete=1,
      detail=none, tokenize='ascii', prefix='1 2 3 4 5 6')`,
  );
  // FTS5 would merge what was written now and then in the middle of a write, which takes 35 ms then (fullTextMerging).
  configure(db, "automerge", 0);
  configure(db, "crisismerge", 64);
}

function configure(db: Db, name: string, value: number): void {
  // Of a real it knows nothing, which is what better-sqlite3 makes of numbers.
  db.$client
    .prepare("insert into photo_words (photo_words, rank) values (?, cast(? as integer))")
    .run(name, value);
}

/** Pages that are merged in one slice: a millisecond or two. */
const PAGES = 8;

/**
 * Merges what was written into the index, in slices, so that few parts of it have to be read: what FTS5 does by itself
 * otherwise.
 * @param turn asked for before each slice
 * @returns what does it, where there is something to merge; who calls meanwhile waits for the same
 */
export function fullTextMerging(db: Db, turn: () => Promise<void>): () => Promise<void> {
  const merge = db.$client.prepare(
    `insert into photo_words (photo_words, rank) values ('merge', ${PAGES})`,
  );
  const changes = db.$client.prepare<[], number>("select total_changes()").pluck();
  let merging: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (;;) {
      await turn();
      // The database is closed when the process is told to stop.
      if (!db.$client.open) return;
      const before = changes.get() ?? 0;
      merge.run();
      // As FTS5's documentation has it: fewer are none.
      if ((changes.get() ?? 0) - before < 2) return;
    }
  }

  return () => {
    merging ??= work().finally(() => {
      merging = undefined;
    });
    return merging;
  };
}

/** The words by which photos are found. */
export function fullText(db: Db) {
  const write = db.$client.prepare(
    "insert or replace into photo_words (rowid, words) values (?, ?)",
  );
  const remove = db.$client.prepare("delete from photo_words where rowid = ?");
  const noteWord = db.$client.prepare("insert or ignore into words (word) values (?)");
  const wordsFrom = db.$client
    .prepare<unknown[], string>(
      `select word from words where word >= ? and word < ? || char(0x10ffff) limit ${WORDS}`,
    )
    .pluck();
  // better-sqlite3 hands numbers over as reals, by which FTS5 does not look a rowid up.
  const between = db.$client
    .prepare<unknown[], string>(
      `select json_group_array(rowid) from photo_words
        where photo_words match ? and rowid between cast(? as integer) and cast(? as integer)`,
    )
    .pluck();
  const has = db.$client
    .prepare<unknown[], number>(
      "select 1 from photo_words where photo_words match ? and rowid = cast(? as integer)",
    )
    .pluck();

  const textOf = db.$client.prepare<[number], TextOfPhoto>(
    `select title, tags, originals.filename, description from photos
      inner join originals on originals.id = photos.original_id where photos.id = ?`,
  );

  /** What FTS5 is asked for words that begin so: one question or several, whose answers belong together. */
  function questions(beginning: string): string[] {
    if (isShort(beginning)) return [`"${beginning}" *`];
    const begun = wordsFrom.all(beginning, beginning);
    return Array.from({ length: Math.ceil(begun.length / AT_ONCE) }, (_, index) =>
      begun
        .slice(index * AT_ONCE, (index + 1) * AT_ONCE)
        .map((word) => `"${word}"`)
        .join(" OR "),
    );
  }

  /**
   * Photos with a word that begins so, of these. For a long beginning FTS5 would have to be asked for up to 2048 words of each
   * photo, which takes 3 ms: the photo's own words are looked at instead, where it has one that begins alike.
   */
  function beginIn(beginning: string, ids: readonly number[]): readonly number[] {
    const asked = `"${[...beginning].slice(0, SHORT).join("")}" *`;
    return ids.filter((id) => {
      if (has.get(asked, id) !== 1) return false;
      if (isShort(beginning)) return true;
      const text = textOf.get(id);
      return text !== undefined && wordsOf(inOne(text)).some((word) => word.startsWith(beginning));
    });
  }

  return {
    textOf: textOfPhoto,
    write: (id: number, text: string): void => {
      const words = wordsOf(text);
      write.run(id, words.join(" "));
      for (const word of words) if (!isShort(word)) noteWord.run(word);
    },
    remove: (id: number): void => void remove.run(id),
    /**
     * A search, as conditions that a photo has to meet: one for each word, since words come again in other searches. Words
     * hold letters and digits alone: FTS5 takes nothing in them for its own language.
     */
    search: (text: string): WordCondition[] => {
      const { whole, beginning } = searchWords(text);
      if (beginning === undefined) return [NO_WORD];
      return [
        ...whole.map((word): WordCondition => ({
          name: `word ${word}`,
          between: (from, until) => parse(between.get(`"${word}"`, from, until)),
          among: (ids) => ids.filter((id) => has.get(`"${word}"`, id) === 1),
        })),
        {
          name: `words from ${beginning}`,
          // Asked each time anew: more words may have come.
          between: (from, until) =>
            questions(beginning).flatMap((one) => parse(between.get(one, from, until))),
          among: (ids) => beginIn(beginning, ids),
        },
      ];
    },
  };
}

type WordCondition = {
  name: string;
  /** Photos that meet it, by their ids: from, until, inclusively. */
  between(from: number, until: number): readonly number[];
  /** Those of these photos that meet it. */
  among(ids: readonly number[]): readonly number[];
};

/** What is asked for has no word in it: no photo is meant. */
const NO_WORD: WordCondition = { name: "no word", between: () => [], among: () => [] };

/** Whether the index itself knows the words that begin with it. */
const isShort = (word: string) => word.length <= SHORT || [...word].length <= SHORT;

/** What of a photo is searched: a description's tags part words. */
function textOfPhoto({ title, description, tags, original: { filename } }: Photo): string {
  return inOne({ title, tags, filename, description });
}

type TextOfPhoto = { title: string; tags: string; filename: string; description: string };

function inOne({ title, tags, filename, description }: TextOfPhoto): string {
  return `${title} ${tags} ${filename} ${description}`;
}
