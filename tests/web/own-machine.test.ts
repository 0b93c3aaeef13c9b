import { expect, test } from "bun:test";
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
])("%s: %p", (address, own) => {
  expect(isOwnMachine(address)).toBe(own);
});
