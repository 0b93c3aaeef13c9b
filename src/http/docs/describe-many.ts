import { methodPath } from "../define-method.ts";
import { redeemUploadTokenMany as method } from "../photo/redeem-upload-token-many.ts";
import { tagOf } from "../topics.ts";
import { commonParameters } from "./common-parameters.ts";
import { answersOf } from "./method-answers.ts";
import { form, operationId, type Describe } from "./operation.ts";

/** What the document says of the method that takes several files. */
export const describeMany: Describe = async (own) => ({
  operationId: operationId("redeemUploadTokenMany", 2),
  tags: [tagOf(method.topic, 2)],
  summary: method.summary,
  description: `${method.description}

\`\`\`sh
curl -F upload_token="$TOKEN" \\
  -F resumableIdentifier=1 -F resumableChunkNumber=1 -F resumableChunkSize=1048576 -F resumableTotalSize=$(wc -c < a.jpg) -F file=@a.jpg \\
  -F resumableIdentifier=2 -F resumableChunkNumber=1 -F resumableChunkSize=1048576 -F resumableTotalSize=$(wc -c < b.jpg) -F file=@b.jpg \\
  ${own.address}${methodPath(method.path, 2)}
\`\`\``,
  parameters: commonParameters[2],
  requestBody: { required: true, content: form(method.input, "multipart/form-data") },
  responses: await answersOf(method, 2, own),
  security: [],
});
