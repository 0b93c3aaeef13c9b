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

  /** @param ask is asked each time anew: more words may have come */
  const wordCondition = (name: string, ask: () => readonly string[]): WordCondition => ({
    name,
    between: (from, until) => ask().flatMap((one) => parse(between.get(one, from, until))),
    among: (ids) => {
      const asked = ask();
      return ids.filter((id) => asked.some((one) => has.get(one, id) === 1));
    },
  });

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
      if (beginning === undefined) return [wordCondition("no word", () => [])];
      return [
        ...whole.map((word) => wordCondition(`word ${word}`, () => [`"${word}"`])),
        wordCondition(`words from ${beginning}`, () => questions(beginning)),
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

/** Whether the index itself knows the words that begin with it. */
const isShort = (word: string) => word.length <= SHORT || [...word].length <= SHORT;

/** What of a photo is searched: a description's tags part words. */
function textOfPhoto({ title, description, tags, original }: Photo): string {
  return `${title} ${tags} ${original.filename} ${description}`;
}
