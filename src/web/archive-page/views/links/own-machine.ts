/** Whether an address leads whoever opens it to their own machine: then no phone and nobody else gets anywhere by it. */
export function isOwnMachine(address: string): boolean {
  const { hostname } = new URL(address);
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(hostname);
}
