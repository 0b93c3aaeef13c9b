import type { Photo, UploadToken } from "../records/records.ts";

/** 23 November 2026, 22:40:17 UTC. */
const MOMENT = 1_795_473_617_000;

/** What the examples of the document are made of. Their addresses are those of the server that serves it. */
export const EXAMPLE = {
  uploadToken: "9TU6HTF44Ri7tRV4bH4Izr1Hn6eBDLbWOrKz8D6ujrhwY0EbIEX6KXTx1Yj0RZB9",
  returnUrl: "https://www.example.com/thanks?event=7",
  /** What becomes of a call for a token that asks for a title and five files, at this moment. */
  token: {
    id: 7,
    createdAt: MOMENT,
    validMinutes: 360,
    validUntil: MOMENT + 360 * 60_000,
    maxUploads: 5,
    consumed: 0,
    title: "Summer party",
    description: "",
    tags: "",
    albumId: "",
    userId: 1,
    publish: true,
    publishDate: null,
    absoluteUrl: "",
    returnUrl: "",
    backgroundReturn: false,
    maxSize: null,
    types: null,
    origin: null,
    extra: {},
    revokedAt: null,
    replaces: null,
  } satisfies UploadToken,
  photo: {
    id: 42,
    treeId: 1,
    token: "ovNOydrvPU9emYdgiBRk6SnjbJRz5YVI",
    tokenId: 7,
    userId: 1,
    title: "Summer party",
    description: "At <b>the lake</b>.",
    tags: "party",
    albumId: "",
    published: true,
    publishDate: null,
    absoluteUrl: "",
    createdAt: MOMENT,
    updatedAt: null,
    deletedAt: null,
    original: {
      id: 43,
      photoId: 42,
      version: 1,
      uploadId: 57,
      file: "",
      filename: "party.jpg",
      type: "image/jpeg",
      size: 2_481_022,
      createdAt: MOMENT,
      sha256: null,
    },
  } satisfies Photo,
};
