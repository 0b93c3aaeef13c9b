import { version } from "../../../package.json";
import { schemas } from "./schemas.ts";
import { tagGroups, tags } from "../topics.ts";

const description = `Redeem takes photos and videos from people who have no account with you.

1. **Get a token.** Your backend calls \`get-upload-token\` with its API key, and says how many files
   may come and how large, what they are called, and where the outcome goes.
2. **Redeem it.** You hand the upload token to a browser: in a form, to
   [Resumable.js](https://github.com/23/resumable.js), or as the address of the ready-made upload page. It sends
   the file to \`redeem-upload-token\`, whole or in chunks, and needs nothing else.
3. **The outcome.** When the file is complete it is a photo with a \`photo_id\`, a \`tree_id\` and a \`token\`.
   The browser is sent to your \`return_url\` with these, or the server calls it in the background, or the
   answer just says so.

**Try it here:** press *Authorize* and give an API key of level \`write\` (\`redeem key create\` makes one).
Open *Get an upload token*, press *Try it out* and *Execute*, and copy the \`upload_token\` from the answer.
Then open *Redeem an upload token*, press *Try it out*, paste the token, choose a photo and press *Execute*.
Leave all other fields empty. With a \`return_url\` the browser would follow the redirect, and this page could not
show the answer.

Each method exists twice, with the same parameters. **Version 2** under \`/api/2/\` answers JSON, with the HTTP
status that fits: write new clients for it. **Version 1** under \`/api/\` is for older ones and stands at the end: it
answers XML, or JSON with \`format=json\`, and its errors have status 200 too. Text is UTF-8. Answers under \`/api/\` are not to be cached.`;

const apiKey = {
  type: "http" as const,
  scheme: "bearer",
  description: `An API key: \`Authorization: Bearer KEY\`. \`redeem key create\` makes one; the operator's own is
in \`REDEEM_API_KEY\`. Requests signed with OAuth 1.0a are taken as well, with what \`redeem key create\` prints.`,
};

/** What the document says beside the methods; those come from the routes' own `detail`. */
export const introduction = {
  openapi: "3.1.0",
  info: {
    title: "Redeem",
    version,
    summary: "Pre-authenticated uploads of photos and videos",
    description,
    license: { name: "MIT", identifier: "MIT" },
  },
  // Relative to this document, so that it is right behind any proxy and under any path.
  servers: [{ url: ".", description: "This site" }],
  tags,
  "x-tagGroups": tagGroups,
  components: { schemas, securitySchemes: { apiKey } },
};
