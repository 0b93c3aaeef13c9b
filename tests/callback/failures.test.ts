import { expect, test } from "bun:test";
import {
  CALLBACK_FAILURES,
  describeFailure,
  readFailure,
  type CallbackFailure,
} from "../../src/callback-failures.ts";

test.each(Object.keys(CALLBACK_FAILURES) as CallbackFailure[])(
  "%s is read back from its words",
  (failure) => {
    const values = { status: "500", host: "example.com", address: "::1" };
    const words = describeFailure(failure, values);
    expect(words).not.toMatch(/[{}]/);
    const read = readFailure(words);
    expect(read?.failure).toBe(failure);
    expect(values).toMatchObject(read?.values ?? { none: true });
  },
);

test("what is none of them keeps its words", () => {
  expect(readFailure("ECONNRESET")).toBeUndefined();
  expect(readFailure("the receiver answered 500 and more")).toBeUndefined();
  expect(readFailure("")).toBeUndefined();
});
