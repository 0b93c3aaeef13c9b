import { afterEach, beforeEach } from "bun:test";
import type { Records } from "../../src/records/records.ts";
import { changesContract } from "./changes-contract.ts";
import { archiveContract } from "./archive-contract.ts";
import { chunksContract } from "./chunks-contract.ts";
import { directContract } from "./direct-contract.ts";
import { givenRecords, type Given } from "./given.ts";
import { leftoversContract } from "./leftovers-contract.ts";
import { mediaContract } from "./media-contract.ts";
import { noncesContract } from "./nonces-contract.ts";
import { originalsContract } from "./originals-contract.ts";
import { photosContract } from "./photos-contract.ts";
import { sessionsContract } from "./sessions-contract.ts";
import { tokensContract } from "./tokens-contract.ts";
import { uploadsContract } from "./uploads-contract.ts";
import { usesContract } from "./uses-contract.ts";

/** What every implementation of Records must do. `open` answers an empty one. */
export function recordsContract(name: string, open: () => Promise<Records>): void {
  const given = {} as Given;
  beforeEach(async () => {
    Object.assign(given, givenRecords(await open()));
  });
  afterEach(() => given.records.close());

  tokensContract(name, given);
  directContract(name, given);
  usesContract(name, given);
  uploadsContract(name, given);
  chunksContract(name, given);
  leftoversContract(name, given);
  photosContract(name, given);
  originalsContract(name, given);
  changesContract(name, given);
  archiveContract(name, given);
  mediaContract(name, given);
  noncesContract(name, given);
  sessionsContract(name, given);
}
