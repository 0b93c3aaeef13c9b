import { Type } from "@sinclair/typebox";
import { noSuchPhoto, Problem, refusedToken, type TokenKind } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import { photoDeleted } from "../../upload/outcome.ts";
import type { FileMethod } from "../photo/file-method.ts";
import { unavailable } from "./answers.ts";
import { text, type DescribedAnswer, type Example } from "./operation.ts";

export const NOT_SUPPORTED = new Problem(
  "file_not_supported",
  "The file type is not supported: this is not a photo or video. Photos and videos are taken.",
);
export const TOO_LARGE = new Problem(
  "file_too_large",
  "The file is too large: at most 10 MiB (10485760 bytes) are taken.",
);

const BAD_REQUEST = text("The request cannot be read. The line says what is wrong with it.", {
  number: {
    summary: "A number that is none",
    value: 'resumableChunkNumber must be a whole number, not "one".',
  },
  damaged: {
    summary: "A hash that was said is not that of the chunk: send it again",
    value:
      "The chunk was damaged on its way: its sha-256 is not what digest says. Nothing of it is kept; send it again.",
  },
  body: {
    summary: "The body was cut off",
    value: "The request's body cannot be read: Unexpected end of form.",
  },
});

/** What GET, POST, PUT and PATCH refuse alike, in a line of text: all of it, or of a method that answers in envelopes, for a chunk. */
export function refusalsOf({
  refuses,
  docs,
}: FileMethod): Record<400, DescribedAnswer> & Partial<Record<401 | 403 | 404, DescribedAnswer>> {
  const { token, level } = docs;
  const origins = origin(token ?? "upload");
  const denied = level && {
    level: { summary: "The credential's level is too low", value: permission(level) },
  };
  const forbidden =
    refuses === "lines"
      ? text("The token is for another web origin than that of the page.", origins)
      : text(
          token === undefined
            ? "The credential's level does not include the one that is needed."
            : "The credential's level does not include the one that is needed; or the token is for another web origin than that of the page.",
          { ...denied, ...(token === undefined ? {} : origins) },
        );
  return {
    400: BAD_REQUEST,
    ...(level ? { 401: unauthorized(level) } : {}),
    403: forbidden,
    ...(token === undefined ? {} : { 404: notFound(token, refuses === "envelopes") }),
  };
}

function notFound(token: TokenKind, either: boolean): DescribedAnswer {
  const gone = {
    gone: { summary: "The photo is not there, or in the trash", value: noSuchPhoto().message },
  };
  const words =
    token === "replace"
      ? " Or the photo has gone that is to be replaced."
      : " Or what came of the file was deleted.";
  const deleted = {
    deleted: { summary: "The photo was deleted since", value: photoDeleted().message },
  };
  return text(`The ${token} token will not do. Nothing is stored; do not try again.${words}`, {
    unknown: { summary: "Missing or unknown", value: refusedToken.unknown(token).message },
    used: { summary: "Used up", value: refusedToken.used(token).message },
    expired: { summary: "Too late", value: refusedToken.expired(token).message },
    ...(either
      ? { unknownUpload: { summary: "Unknown", value: refusedToken.unknown().message } }
      : {}),
    ...deleted,
    ...(token === "replace" ? gone : {}),
  });
}

function origin(token: TokenKind): Record<string, Example> {
  const value = `The ${token} token may not be used from this web origin.`;
  return { origin: { summary: "Another origin", value } };
}

function permission(level: Level): string {
  return `You don't have the necessary permissions to perform this action (required level: '${level}')`;
}

function unauthorized(level: Level): DescribedAnswer {
  return text("There is no credential, or it is wrong.", {
    wrong: { summary: "A wrong key", value: "The API key is not valid." },
    none: { summary: "None (version 2)", value: permission(level) },
  });
}

const { 503: failed, ...full } = unavailable;

/** What only a request with a file meets. */
export const refusedFiles: Record<number, DescribedAnswer> = {
  408: text("Nothing was received for a while: send it again.", {
    stalled: { summary: "Stalled", value: "Nothing was received for 60 seconds." },
  }),
  500: text("A chunk whose file will never be taken: do not send the rest of it.", {
    type: { summary: "File type", value: NOT_SUPPORTED.message },
    large: { summary: "Too large", value: TOO_LARGE.message },
    size: {
      summary: "Wrong chunk size",
      value: "Chunk 2 has the wrong chunk size: 1048576 bytes were expected and 1000000 came.",
    },
    digest: {
      summary: "The complete file is not what was sent",
      value:
        "The file is not what was sent: its sha-256 is not what the uploader says. Nothing of it is kept.",
    },
    beyond: {
      summary: "Number beyond the file",
      value: "Chunk 9 of 1048576 bytes lies beyond the end of the file of 2481022 bytes.",
    },
  }),
  503: {
    ...failed,
    ...text("Try again: the server is busy or being stopped, or had an unexpected failure.", {
      busy: {
        summary: "The same chunk is on its way",
        value: "This chunk is being received at this moment; try again.",
      },
      ...failed?.content?.["text/plain"]?.examples,
    }),
  },
  ...full,
};

/** @param examples where `return_url` leads the browser */
export function redirect(examples: string[]): DescribedAnswer {
  return {
    description: `The outcome, where the token has a \`return_url\` and no \`background_return_p\`: the
browser goes there with \`photo_id\`, \`tree_id\` and \`token\`, or with \`error_message\`.`,
    headers: {
      Location: {
        description: `\`return_url\` with the outcome, such as ${examples.map((url) => `\`${url}\``).join(" or ")}`,
        schema: Type.String(),
      },
    },
  };
}
