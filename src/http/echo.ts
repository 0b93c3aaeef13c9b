import { Type } from "@sinclair/typebox";
import { defineMethod } from "./define-method.ts";
import { object } from "./output.ts";

const MIRRORED = "A parameter, as it came.";

/** Names of what opens something: a mirror's answer ends up in logs, on screens and in bug reports. */
const SECRET =
  /token|secret|pass(w|phrase)|^upload_grant$|pwd|signature|credential|bearer|api[-_.]?key|authori[sz]ation|^auth(?!or)|^oauth|^key$/i;

/** `/api/echo`: what the server understood of a call. For those who write a client (protocol 6). */
export const echo = defineMethod({
  path: "echo",
  level: "anonymous",
  topic: "site",
  summary: "Mirror the parameters",
  description: `Answers the parameters that came, all as text: to see what the server understands of a call of yours. Those whose
names sound like a secret (\`upload_token\`, \`api_key\`, \`oauth_…\`, \`password\`) are left out, and from XML those whose
names are none of an element.`,
  input: Type.Object({}, { additionalProperties: Type.String({ description: MIRRORED }) }),
  output: object({
    name: "Echo",
    key: "echo",
    message: "",
    fields: Type.Object({}, { additionalProperties: Type.String({ description: MIRRORED }) }),
  }),
  example: {
    input: { greeting: "Hello", number: "7" },
    output: () => ({ greeting: "Hello", number: "7" }),
  },
  run: async ({ others }) => Object.fromEntries([...others].filter(([name]) => !SECRET.test(name))),
});
