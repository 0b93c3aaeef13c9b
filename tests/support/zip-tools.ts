/** Programs that read ZIP archives, each with its own eyes. */
const TOOLS: Record<string, (path: string) => string[]> = {
  unzip: (path) => ["unzip", "-tqq", path],
  python3: (path) => ["python3", "-c", PYTHON, path],
  bsdtar: (path) => ["bsdtar", "-tf", path],
  "7z": (path) => ["7z", "t", path],
};

const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    bad = archive.testzip()
    if bad: sys.exit("wrong: " + bad)
`;

/** Those that are on this machine. */
export const ZIP_TOOLS = Object.keys(TOOLS).filter((name) => Bun.which(name) !== null);

/** What the programs on this machine find wrong with an archive, by their names. Reads all of its bytes. */
export async function faultsOf(path: string): Promise<Record<string, string>> {
  const faults: Record<string, string> = {};
  const look = async (name: string) => {
    const fault = await faultOf(name, path);
    if (fault !== undefined) faults[name] = fault;
  };
  await Promise.all(ZIP_TOOLS.map(look));
  return faults;
}

async function faultOf(tool: string, path: string): Promise<string | undefined> {
  const { exited, stderr, stdout } = Bun.spawn(TOOLS[tool]?.(path) ?? [], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, said, errors] = await Promise.all([
    exited,
    new Response(stdout).text(),
    new Response(stderr).text(),
  ]);
  return code === 0 ? undefined : `${code}: ${errors} ${said}`.slice(0, 500);
}

export type Unzipped = { name: string; size: number; crc: number; modified: number; start: string };

const LIST = `
import sys, json, zipfile, calendar
out = []
with zipfile.ZipFile(sys.argv[1]) as archive:
    for one in archive.infolist():
        with archive.open(one) as file: start = file.read(16).hex()
        out.append(dict(name=one.filename, size=one.file_size, crc=one.CRC, start=start,
            modified=calendar.timegm(one.date_time + (0, 0, 0))))
print(json.dumps(out))
`;

/** What Python finds in an archive: names, sizes, the first bytes in hexadecimal, the time in seconds since 1970. */
export async function contentsOf(path: string): Promise<Unzipped[]> {
  return JSON.parse(await new Response(Bun.spawn(["python3", "-c", LIST, path]).stdout).text());
}
