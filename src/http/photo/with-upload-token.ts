import { Type } from "@sinclair/typebox";
import { EXAMPLE } from "../examples.ts";

/** The credential of methods that whoever sent files may call. */
export const ownUploadToken = Type.String({
  maxLength: 100,
  allowed: "the upload token that the files are sent with",
  description: "The upload token that the files are sent with.",
  examples: [EXAMPLE.uploadToken],
});

const identifier = (uploader: string, example: string) =>
  Type.Optional(
    Type.String({
      maxLength: 1024,
      description: `Only the file that has this identifier in ${uploader}.`,
      examples: [example],
    }),
  );

/** What names one file of an upload token, by uploader (protocol 4.2). */
export const identifierFields = {
  resumableIdentifier: identifier("Resumable.js", "2481022-partyjpg"),
  flowIdentifier: identifier("flow.js", "2481022-partyjpg"),
  dzuuid: identifier("Dropzone", "7d0f1a52-3f1e-4e0d-9a55-1f0b6f1d8f11"),
};
