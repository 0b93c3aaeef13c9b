import { describe, expect, test } from "bun:test";
import { addPhoto } from "../support/archive-calls.ts";
import { openArchive, tileOf } from "../support/archive-page.ts";
import { expectAccessible } from "../support/accessible.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { shot } from "../support/shots.ts";

/** Whoever signs out everywhere is signed out in the other browser, too: at once, and nothing is to be seen there. */

const server = serverForAll();

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test("signed out elsewhere, a page says it once, and shows no photo any more", async () => {
    await addPhoto(server, "seen.jpg");
    // Firefox complains of events that it may not listen to any more.
    const lent = await openArchive(browser, server, { mayComplain: /archive\/events/ });
    await tileOf(lent.page, /seen/).first().waitFor();
    const own = await openArchive(browser, server, { view: "links" });
    await own.page.getByRole("button", { name: "Account" }).click();
    await own.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await own.page.locator("input[name=key]").waitFor();

    await lent.page.getByText("You are signed out.").waitFor();
    await tileOf(lent.page, /seen/).waitFor({ state: "detached" });
    expect(await lent.page.getByText("You are signed out.").count()).toBe(1);
    await expectAccessible(lent);
    await shot(lent, "archive-signed-out");
    await lent.page.getByRole("link", { name: "Sign in" }).click();
    await lent.page.locator("input[name=key]").waitFor();
  });
});
