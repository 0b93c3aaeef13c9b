/** What one line group of Server-Sent Events says; a comment has no event. */
export type Told = { event: string; data: Record<string, unknown> };

export type Listening = {
  /** All that was told so far. */
  told: Told[];
  /** The answer's text so far, comments too. */
  text(): string;
  /** Waits until something that fits was told, in what is there or is yet to come. @throws when the answer ends before that */
  until(fits: (told: Told) => boolean): Promise<Told>;
  /** Waits for the end of the answer. */
  ended: Promise<void>;
  /** Goes away. */
  leave(): Promise<void>;
};

/** Reads an answer of Server-Sent Events as EventSource does. */
export function listenTo(answer: Response): Listening {
  if (!answer.body) throw new Error(`no events: ${answer.status}`);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  const told: Told[] = [];
  let text = "";
  let taken = 0;
  let isOver = false;
  let wake = Promise.withResolvers<void>();
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf("\n\n", taken); end >= 0; end = text.indexOf("\n\n", taken)) {
        const [, event] = /^event: (.*)$/m.exec(text.slice(taken, end)) ?? [];
        const [, data = "{}"] = /^data: (.*)$/m.exec(text.slice(taken, end)) ?? [];
        taken = end + 2;
        if (event !== undefined) told.push({ event, data: JSON.parse(data) });
      }
      wake.resolve();
      wake = Promise.withResolvers();
    }
  };
  const ended = read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
      wake.resolve();
    });
  return {
    told,
    text: () => text,
    until: async (fits) => {
      for (;;) {
        const found = told.find(fits);
        if (found) return found;
        if (isOver) throw new Error(`ended before that was told: ${JSON.stringify(told)}`);
        await wake.promise;
      }
    },
    ended,
    leave: () => reader.cancel(),
  };
}
