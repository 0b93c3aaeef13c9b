import { expect, test } from "bun:test";
import { offeredTypes } from "../../src/web/archive-page/views/links/offered-types.ts";
import { isOwnMachine } from "../../src/web/archive-page/views/links/own-machine.ts";

test.each([
  ["http://localhost:2323/upload/a", true],
  ["http://LOCALHOST/upload/a", true],
  ["http://photos.localhost/upload/a", true],
  ["http://127.0.0.1:2323/base/upload/a", true],
  ["http://127.1/upload/a", true],
  ["http://[::1]:2323/upload/a", true],
  ["http://0.0.0.0:2323/upload/a", true],
  ["http://192.168.1.5:2323/upload/a", false],
  ["https://localhost.example.com/upload/127.0.0.1", false],
  ["https://photos.example.com/upload/localhost", false],
])("an address that opens on this machine alone: %s: %p", (address, own) => {
  expect(isOwnMachine(address)).toBe(own);
});

test.each([
  [["*/*"], ["image/*", "video/*", "audio/*", "application/pdf"]],
  [
    ["image/jpeg", "Video/MP4"],
    ["image/*", "video/*"],
  ],
  [
    ["image/*", "application/pdf"],
    ["image/*", "application/pdf"],
  ],
  [
    ["audio/mpeg", "application/*"],
    ["audio/*", "application/pdf"],
  ],
  // Nothing to choose between.
  [["image/*", "text/plain"], []],
  [["text/plain"], []],
])("a server that takes %p offers %p for a link", (taken, offered) => {
  expect<readonly string[]>(offeredTypes(taken)).toEqual(offered);
});
