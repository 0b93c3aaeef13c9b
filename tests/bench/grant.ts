import type { Grant } from "../../src/upload/token.ts";

/** An upload token that asks for nothing special. */
export function plainGrant(): Grant {
  return {
    validMinutes: 360,
    maxUploads: 1,
    title: "",
    description: "",
    tags: "",
    albumId: "",
    userId: 0,
    publish: true,
    publishDate: null,
    absoluteUrl: "",
    returnUrl: "",
    backgroundReturn: false,
    maxSize: null,
    types: null,
    origin: null,
    extra: {},
    replaces: null,
    sender: "",
    ask: [],
    passphraseHash: null,
  };
}
