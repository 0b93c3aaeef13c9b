import {
  askList,
  grantOf,
  piecesOf,
  PUBLIC_URL,
  runProgram,
  sendPieceOf,
  type Callback,
  type DataFolder,
  type Family,
  type Key,
  type ProgramOptions,
  type StoredPhoto,
  type Token,
  type UnfinishedUpload,
} from "../support/data-folder.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { fileForm, redeemPath, type PhotoIds } from "../support/redeem.ts";
import { until } from "../support/remains.ts";

/** Does things to a program, and notes what its data folder must hold from then on. */
export function takeNotes(program: ProgramOptions) {
  const { folder } = program;
  const keys: Key[] = [];
  const tokens: Token[] = [];
  const photos: StoredPhoto[] = [];
  const unfinished: UnfinishedUpload[] = [];
  const failed: DataFolder["failed"] = [];
  const pending: Callback[] = [];
  let seed = 0;

  const rows = <Row>(query: string) => rowsOf<Row>({ folder }, query);

  function tokenOf(title: string): Token {
    const token = tokens.find((known) => known.title === title);
    if (!token) throw new Error(`there is no token ${title}`);
    return token;
  }

  /** Notes a photo that was made, its callback too where no receiver has taken it. */
  async function keep(
    url: string,
    answer: Response,
    photo: Pick<StoredPhoto, "of" | "plan" | "bytes">,
    extra: Record<string, string>,
    told: boolean,
  ): Promise<void> {
    const token = tokenOf(photo.of);
    const ids = await idsIn(answer);
    const { title, content, tags, album_id, published_p, original_filename } = await askList(
      url,
      ids,
    );
    const said = { title, content, tags, album_id, published_p, original_filename };
    photos.push({ ...photo, ...ids, said });
    token.consumed += 1;
    if (token.consumed === token.maxUploads) token.state = "used up";
    if (told) return;
    const { photo_id, tree_id, token: secret } = ids;
    const outcome = { photo_id: String(photo_id), tree_id: String(tree_id), token: secret };
    owe(photo.of, outcome, extra);
  }

  /** Notes a callback that no receiver has taken; a long one is a POST (protocol 4.3). */
  function owe(of: string, outcome: Record<string, string>, extra: Record<string, string>): void {
    const domain = new URL(PUBLIC_URL).hostname;
    const fields = { shop: "1", domain, upload_token: tokenOf(of).token, ...outcome, ...extra };
    const isLong = new URLSearchParams(fields).toString().length >= 1500;
    pending.push({ of, method: isLong ? "POST" : "GET", fields });
  }

  return {
    keys,
    tokens,
    photos,
    unfinished,
    failed,
    pending,
    rows,
    tokenOf,

    key: (level: string, name: string) => {
      const printed = runProgram(program, ["key", "create", "--level", level, "--name", name]);
      const [, id = "", , secret = "", consumerSecret = ""] =
        /^API key (\d+), level (\w+)\D+?\n\n {2}(\S+)\n[^]*consumer secret (\S+)/.exec(printed) ??
        [];
      keys.push({ id: Number(id), name, level, secret, consumerSecret, revoked: false });
    },

    token: async (
      url: string,
      title: string,
      parameters: Record<string, string | number>,
      state: Token["state"] = "valid",
    ) => {
      const token = await grantOf(url, { title, ...parameters });
      const maxUploads = Number(parameters["max_uploads"] ?? 1);
      tokens.push({ title, token, maxUploads, consumed: 0, state });
    },

    whole: async (
      url: string,
      of: string,
      { filename, told = true, extra = {}, granted = {} }: WholeOptions,
    ) => {
      seed += 1;
      const bytes = png(120, seed);
      const body = fileForm(tokenOf(of).token, bytes, filename, extra);
      const answer = await fetch(url + redeemPath(), { method: "POST", body });
      const photo = { of, plan: null, bytes: bytes.toBase64() };
      await keep(url, answer, photo, { ...granted, ...extra }, told);
    },

    /** An upload that is still to be sent. */
    plan: (of: string, family: Family, totalSize: number, chunkSize: number): UnfinishedUpload => {
      seed += 1;
      // What names an upload of jQuery File Upload is its name and size.
      const filename = `part-${seed}.png`;
      const plan = { identifier: `upload-${seed}`, filename, chunkSize, totalSize };
      const bytes = png(totalSize, seed).toBase64();
      return { of, family, plan, bytes, stored: [], unsynced: [] };
    },

    /** Sends chunks that do not make it whole. */
    some: async (
      url: string,
      upload: UnfinishedUpload,
      numbers: readonly number[],
      extra: Record<string, string> = {},
    ) => {
      for (const number of numbers) {
        const answer = await sendPieceOf(url, upload, tokenOf(upload.of).token, number, extra);
        const said = await answer.text();
        if (answer.status !== 200) throw new Error(`chunk ${number} of ${upload.of}: ${said}`);
        upload.stored.push(number);
      }
    },

    /** Sends the last chunk. */
    last: async (
      url: string,
      upload: UnfinishedUpload,
      number: number,
      extra: Record<string, string>,
    ) => {
      const { of, plan, bytes } = upload;
      const answer = await sendPieceOf(url, upload, tokenOf(of).token, number);
      await keep(url, answer, { of, plan, bytes }, extra, false);
    },

    /** Sends all chunks of a file that is refused for its content, with the last one. */
    refused: async (url: string, upload: UnfinishedUpload, extra: Record<string, string>) => {
      const { of, family, plan, bytes } = upload;
      const answers: Response[] = [];
      for (const { number } of piecesOf(upload)) {
        answers.push(await sendPieceOf(url, upload, tokenOf(of).token, number));
      }
      const message = (await answers.at(-1)?.text())?.trim() ?? "";
      if (answers.at(-1)?.status !== 500) throw new Error(`not refused: ${message}`);
      failed.push({ of, family, plan, bytes });
      owe(of, { error_message: message }, extra);
    },

    synced: () => {
      const synced = columnOr(program, "chunks", "synced", "1");
      const unsynced = `select 1 from chunks where ${synced} = 0`;
      return until("all is synced", () => rows(unsynced).length === 0);
    },
  };
}

/** A column's name for a query; or, of a program that did not have it yet, what stood for it. */
export function columnOr(
  test: { folder: string },
  table: string,
  name: string,
  otherwise: string,
): string {
  const query = `select 1 from pragma_table_info('${table}') where name = '${name}'`;
  return rowsOf(test, query).length > 0 ? name : otherwise;
}

type WholeOptions = {
  filename: string;
  /** Whether nobody is to be told, or was. */
  told?: boolean;
  extra?: Record<string, string>;
  /** Extra parameters of its token. */
  granted?: Record<string, string>;
};

/** The photo, in either form of a success (protocol 4.3). */
async function idsIn(answer: Response): Promise<PhotoIds> {
  const text = await answer.text();
  const [, tree, id, token] = /^ok \S+ (\d+) (\d+) (\w{32}) /.exec(text) ?? [];
  if (token) return { photo_id: Number(id), tree_id: Number(tree), token };
  const body = JSON.parse(text) as { data?: PhotoIds; message: string };
  if (!body.data) throw new Error(`no photo: ${body.message}`);
  return body.data;
}
