/**
 * Where a built program is. For Windows Bun puts .exe behind a name that has none.
 * @param target platform and processor, such as "win32-x64"
 */
export function programPath(path: string, target: string): string {
  return target.startsWith("win32-") && !/\.exe$/i.test(path) ? `${path}.exe` : path;
}
