import { Type } from "@sinclair/typebox";
import { requireAlbums } from "../../upload/albums.ts";
import { readMetadata } from "../../upload/metadata.ts";
import { filesOf, findHolder, updateToken } from "../../upload/update-token.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { clearable, metadataFields } from "./metadata-fields.ts";
import { done } from "./photo-id.ts";
import {
  holderOf,
  holderRefusals,
  identifierFields,
  ownUploadToken,
  unlockFields,
} from "./with-upload-token.ts";

const BACKENDS = "the backend says it, with get-upload-token or update.";

/** `update-upload-token`: the uploader says what the files of a token are (protocol 6). */
export const updateUploadToken = defineMethod({
  path: "photo/update-upload-token",
  level: "anonymous",
  topic: "sending",
  summary: "Say what the files of an upload token are",
  description: `Changes what the photos and videos of an upload token are called: those to come, those whose files are under way, and those
that are there. Nothing but the token is needed, so that the browser can call it while it sends the files, until the token has
expired and the time is over in which begun uploads may go on (\`REDEEM_GRACE\`).

With an uploader's identifier (\`resumableIdentifier\`, \`flowIdentifier\`, \`dzuuid\`) it is about that file alone, with \`filename\`
about the files of that name. A parameter that is not sent leaves what is there; one that is sent empty takes it away. What was
said last counts.`,
  input: Type.Object({
    upload_token: ownUploadToken,
    ...unlockFields,
    title: Type.Optional(clearable(metadataFields.title)),
    description: Type.Optional(clearable(metadataFields.description)),
    tags: Type.Optional(clearable(metadataFields.tags)),
    album_id: Type.Optional(clearable(metadataFields.album_id)),
    publish: Type.Optional(
      Type.Boolean({ description: "Whether the photos are published.", examples: [false] }),
    ),
    ...identifierFields,
    filename: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: "Only the files of this name; where there is no identifier.",
        examples: ["party.jpg"],
      }),
    ),
  }),
  unsupported: {
    publish_date: BACKENDS,
    absolute_url: BACKENDS,
    user_id: BACKENDS,
    max_uploads: BACKENDS,
    valid_minutes: BACKENDS,
    return_url: BACKENDS,
  },
  output: done("UploadTokenUpdated", "The token information was updated"),
  example: {
    input: {
      upload_token: EXAMPLE.uploadToken,
      resumableIdentifier: "2481022-partyjpg",
      title: EXAMPLE.token.title,
    },
    output: () => ({}),
  },
  refusals: holderRefusals,
  run: async (call, context) => {
    const { input } = call;
    const { title, description, tags, album_id, publish } = input;
    const owner = await findHolder(context, holderOf(call));
    const said = { title, description, tags, album_id, publish };
    const files = filesOf(
      new Map(Object.entries(input).map(([name, value]) => [name, `${value}`])),
    );
    const metadata = readMetadata(said, context.now());
    await requireAlbums(context.records, metadata.albumId);
    await updateToken(context, owner, files, metadata);
    return {};
  },
});
