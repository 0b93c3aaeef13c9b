import { firefox as playwright, type Browser } from "playwright-core";
import { firefoxFromDebian, type Unpacked } from "./firefox-from-debian.ts";

/**
 * What a page can ask of its reader's system, as Firefox is told it: when it starts, since the stable one
 * takes no word of it later (`emulation.setMediaFeaturesOverride` is newer than it).
 */
export type SystemLook = { dark: boolean; reducedMotion: boolean };

/**
 * The Firefox on the PATH, else Debian's.
 * @throws where there is neither, in words that say what to do
 */
export async function findFirefox(): Promise<Unpacked> {
  for (const name of ["firefox", "firefox-esr"]) {
    const program = Bun.which(name);
    // A wrapper that starts nothing is passed over (Ubuntu's, where snap is missing).
    if (program && Bun.spawnSync([program, "--version"]).exitCode === 0)
      return { program, env: {} };
  }
  if (!Bun.which("apt-get") || !Bun.which("dpkg-deb"))
    throw new Error("there is no firefox on the PATH: install it with the system's packages");
  return firefoxFromDebian().catch((error: Error) => {
    throw new Error(
      `there is no firefox on the PATH, and apt cannot fetch Debian's (${error.message}): install firefox-esr or firefox with the system's packages`,
    );
  });
}

/** A stock Firefox, spoken to by WebDriver BiDi; it has Playwright's pages and locators as Chromium has. */
export async function startFirefox(
  { program, env }: Unpacked,
  { dark, reducedMotion }: SystemLook,
): Promise<Browser> {
  const browser = await playwright.launch({
    channel: "moz-firefox",
    executablePath: program,
    headless: true,
    firefoxUserPrefs: {
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      "ui.systemUsesDarkTheme": dark ? 1 : 0,
      // Without a screen it sees no mouse either: a fine pointer that hovers.
      "ui.primaryPointerCapabilities": 6,
      "ui.allPointerCapabilities": 6,
      "ui.prefersReducedMotion": reducedMotion ? 1 : 0,
      // It asks nobody but the server under test.
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
    },
    env: { ...(process.env as Record<string, string>), LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...env },
  });
  forgiveUnknownEmulation(browser);
  return browser;
}

type Session = { send(method: string, params: unknown): Promise<unknown> };
type Insides = { _connection: { toImpl(of: unknown): { _browserSession: Session } } };

/**
 * Playwright tells each new context its colour scheme, with a command that the Firefox of its days knows and the stable one does not.
 * That refusal is no failure: the preferences above have said it already.
 */
function forgiveUnknownEmulation(browser: Browser): void {
  const { _connection: connection } = browser as unknown as Insides;
  const { _browserSession: session } = connection.toImpl(browser);
  const sessions = Object.getPrototypeOf(session) as Session;
  // All sessions of this process share it, so once is enough.
  if (forgiving.has(sessions)) return;
  forgiving.add(sessions);
  const send = sessions.send;
  sessions.send = async function (this: Session, method, params) {
    try {
      return await send.call(this, method, params);
    } catch (error) {
      const unknown = String(error).includes("unknown command");
      if (method === "emulation.setMediaFeaturesOverride" && unknown) return {};
      throw error;
    }
  };
}

const forgiving = new WeakSet<Session>();
