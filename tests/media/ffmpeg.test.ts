import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { posterOf, stillOf } from "../../src/media/ffmpeg.ts";
import { findFfmpeg } from "../../src/media/find-ffmpeg.ts";
import { bitmap, nameOf, pixelsOf, quarters, quartersOf, RED } from "../support/pictures.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-ffmpeg-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program in ffmpeg's place, which does this. */
async function program(lines: string): Promise<string> {
  const path = join(folder, crypto.randomUUID());
  await Bun.write(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o700);
  return path;
}

const noFile = () => join(folder, "no-file");

describe("what stands in ffmpeg's place", () => {
  test("gives the picture that it writes", async () => {
    await Bun.write(join(folder, "picture.bmp"), quarters(64, 48));
    const ffmpeg = await program(`cat '${folder}/picture.bmp'`);
    const picture = await posterOf(ffmpeg, noFile());
    expect(await quartersOf(picture ?? Buffer.alloc(0))).toBe("red green blue white");
  });

  test("is asked for a moment after the beginning, then for the beginning", async () => {
    await Bun.write(
      join(folder, "first.bmp"),
      bitmap(8, 8, () => RED),
    );
    const ffmpeg = await program(
      `case "$*" in *"-ss 1 -i"*) ;; *) cat '${folder}/first.bmp' ;; esac`,
    );
    const [pixel = []] = await pixelsOf((await posterOf(ffmpeg, noFile())) ?? Buffer.alloc(0), [
      [0.5, 0.5],
    ]);
    expect(nameOf(pixel)).toBe("red");
  });

  test("may open nothing but the file, reads no terminal, and has no settings of ours", async () => {
    process.env["REDEEM_TEST_SECRET"] = "secret";
    const ffmpeg = await program('echo "$@"; cat; env');
    const said = String(await stillOf(ffmpeg, noFile()));
    delete process.env["REDEEM_TEST_SECRET"];
    for (const words of [
      "-nostdin",
      "-protocol_whitelist file -format_whitelist mov,",
      `-i file:${noFile()} `,
      "-frames:v 1",
    ]) {
      expect(said).toContain(words);
    }
    expect(said).not.toContain("secret");
    expect(said).not.toMatch(/whitelist \S*(hls|concat|image2,)/);
  });

  test.skipIf(!Bun.which("prlimit"))("writes no file", async () => {
    const written = join(folder, "written");
    await stillOf(await program(`echo hello > '${written}'`), noFile());
    expect(
      await Bun.file(written)
        .text()
        .catch(() => ""),
    ).toBe("");
  });

  test.each(["exit 1", "exit 0", "kill -9 $$"])("and ends by %p gives none", async (lines) => {
    expect(await posterOf(await program(lines), noFile())).toBeUndefined();
  });

  test("and hangs is ended", async () => {
    const ffmpeg = await program("exec sleep 98765");
    await expect(posterOf(ffmpeg, noFile(), 300)).rejects.toThrow("ffmpeg took longer than 0.3 s");
    expect(Bun.spawnSync(["pgrep", "-f", "sleep 98765"]).stdout.toString()).toBe("");
  });

  test("and writes without an end is ended", async () => {
    const ffmpeg = await program("exec yes");
    await expect(posterOf(ffmpeg, noFile())).rejects.toThrow("ffmpeg wrote more than");
  });
});

describe("which ffmpeg", () => {
  test("is the one that is named, the one in PATH, or none", async () => {
    const path = await program("exit 0");
    expect(findFfmpeg(path)).toBe(path);
    expect(findFfmpeg("off")).toBeNull();
    expect(findFfmpeg(join(folder, "absent"))).toBeUndefined();
    expect(findFfmpeg(undefined)).toBe(Bun.which("ffmpeg"));
  });
});

/** Skipped where ffmpeg is not installed (tests/README.md). */
const real = Bun.which("ffmpeg");
const make = (name: string, ...words: string[]): string => {
  const path = join(folder, name);
  const { exitCode, stderr } = Bun.spawnSync([real ?? "", "-v", "error", "-y", ...words, path]);
  if (exitCode !== 0) throw new Error(stderr.toString());
  return path;
};

const colourOf = async (picture: Buffer | undefined) => {
  const [pixel = []] = await pixelsOf(picture ?? Buffer.alloc(0), [[0.5, 0.5]]);
  return nameOf(pixel);
};

describe.skipIf(!real)("the real ffmpeg", () => {
  const COLOURS = "color=red:s=320x180:d=0.8:r=10[a];color=blue:s=320x180:d=2:r=10[b];[a][b]concat";
  test.each(["mp4", "webm", "mkv", "mov", "avi"])(
    "gives what a .%s shows after a second",
    async (kind) => {
      const path = make(`film.${kind}`, "-filter_complex", COLOURS, "-pix_fmt", "yuv420p");
      expect(await colourOf(await posterOf(real ?? "", path))).toBe("blue");
    },
  );

  test("gives the first picture of a short one", async () => {
    const path = make(
      "short.mp4",
      "-f",
      "lavfi",
      "-i",
      "color=red:s=320x180:d=0.4:r=10",
      "-pix_fmt",
      "yuv420p",
    );
    expect(await colourOf(await posterOf(real ?? "", path))).toBe("red");
  });

  test("gives it as wide as it is shown, and no larger than a thumbnail", async () => {
    const path = make(
      "wide.mp4",
      "-f",
      "lavfi",
      "-i",
      "color=red:s=1440x1080:d=0.4:r=5,setsar=4/3",
      "-pix_fmt",
      "yuv420p",
    );
    const picture = await posterOf(real ?? "", path);
    const { width, height } = await new Bun.Image(picture ?? Buffer.alloc(0)).metadata();
    expect([width, height]).toEqual([1600, 900]);
  });

  test("reads a TIFF, whole", async () => {
    const path = make("picture.tiff", "-f", "lavfi", "-i", "color=red:s=640x480", "-frames:v", "1");
    expect(await colourOf(await stillOf(real ?? "", path))).toBe("red");
  });

  test("opens no other file that a playlist names", async () => {
    const film = make("secret.ts", "-f", "lavfi", "-i", "color=red:s=320x180:d=2:r=10");
    const list = join(folder, "list.mp4");
    await Bun.write(
      list,
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${film}\n#EXT-X-ENDLIST\n`,
    );
    expect(await posterOf(real ?? "", list)).toBeUndefined();
    const concat = join(folder, "concat.mp4");
    await Bun.write(concat, `ffconcat version 1.0\nfile secret.ts\n`);
    expect(await posterOf(real ?? "", concat)).toBeUndefined();
  });
});
