import { Type } from "@sinclair/typebox";
import { Problem, refusedToken } from "../../problem.ts";
import { unavailable } from "./answers.ts";
import { text, type DescribedAnswer } from "./operation.ts";

export const NOT_SUPPORTED = new Problem(
  "file_not_supported",
  "The file type is not supported: this is not a photo or video. Photos and videos are taken.",
);
export const TOO_LARGE = new Problem(
  "file_too_large",
  "The file is too large: at most 10 MiB (10485760 bytes) are taken.",
);

/** What GET, POST, PUT and PATCH refuse alike: a line of text, whatever the token says. */
export const refusals: Record<400 | 403 | 404, DescribedAnswer> = {
  400: text("The request cannot be read. The line says what is wrong with it.", {
    number: {
      summary: "A number that is none",
      value: 'resumableChunkNumber must be a whole number, not "one".',
    },
    body: {
      summary: "The body was cut off",
      value: "The request's body cannot be read: Unexpected end of form.",
    },
  }),
  403: text("The token is for another web origin than that of the page.", {
    origin: {
      summary: "Another origin",
      value: "The upload token may not be used from this web origin.",
    },
  }),
  404: text("The upload token will not do. Nothing is stored; do not try again.", {
    unknown: { summary: "Missing or unknown", value: refusedToken.unknown().message },
    used: { summary: "Used up", value: refusedToken.used().message },
    expired: { summary: "Too late", value: refusedToken.expired().message },
  }),
};

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
